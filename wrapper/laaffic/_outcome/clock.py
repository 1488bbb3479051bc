"""The provider's clock, as its responses show it."""

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TypeGuard

from laaffic._http.evidence import Evidence, Responded
from laaffic._outcome.errors import is_success
from laaffic._outcome.response import read_response

TIMESTAMP_EXPIRED = "-16"
_MAX_REFUSAL = 10_000  # bytes; a refusal lists nobody, and searching a long response is slow
_FIRST, _LAST = 10**9, 10**10  # a timestamp has ten digits
# Seconds. The provider accepts half an hour either way (its page: Timestamp); a minute for the way of the response.
_RANGE, _MARGIN = 1800, 60


def server_time(evidence: Responded) -> float | None:
    """Return the time in the response's `Date` header, in seconds since 1970; None when there is no valid one."""
    try:
        said = evidence.headers["Date"]
        if said.count(",") > 1:  # there are two, which the HTTP library has put together
            return None
        date = parsedate_to_datetime(said)
        # By HTTP it is always in UTC, also where it does not say so.
        theirs = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (KeyError, ValueError, OverflowError):
        return None
    return theirs if _FIRST <= theirs < _LAST else None


def shows_wrong_clock(evidence: Responded) -> bool:
    """Return whether the response's own `Date` shows that the request was signed outside the allowed half hour.

    Without that, a -16 may be anything: another request's response, or one that was made long ago.
    """
    theirs = server_time(evidence)
    return theirs is not None and abs(theirs - evidence.signed_at) > _RANGE - _MARGIN


def refused_for_its_timestamp(evidence: Evidence) -> TypeGuard[Responded]:
    """Return whether a response says that nobody was accepted, because of the timestamp alone.

    It does not when it says anything twice, or lists or counts recipients all the same, nor when its HTTP status leaves
    room for doubt: the provider responds with 200 when it refuses.
    """
    if not isinstance(evidence, Responded) or not is_success(evidence.http_status):
        return False
    content = evidence.content
    if len(content) > _MAX_REFUSAL or TIMESTAMP_EXPIRED.encode() not in content:
        return False
    reading = read_response(content)
    return (
        reading is not None
        and reading.status == TIMESTAMP_EXPIRED
        and not (reading.listed or reading.refused or reading.success or reading.fail or reading.unreadable)
    )
