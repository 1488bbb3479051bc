"""The provider's clock, as its responses show it."""

from email.utils import parsedate_to_datetime

from laaffic._http.evidence import Evidence, Responded
from laaffic._outcome.errors import is_success
from laaffic._outcome.response import read_response

_TIMESTAMP_EXPIRED = "-16"
_MAX_REFUSAL = 10_000  # bytes; a refusal lists nobody, and searching a long response is slow
_FIRST, _LAST = 10**9, 10**10  # a timestamp has ten digits


def server_time(evidence: Responded) -> float | None:
    """Return the time in the response's `Date` header, in seconds since 1970; None when there is no valid one."""
    try:
        theirs = parsedate_to_datetime(evidence.headers["Date"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return None
    return theirs if _FIRST <= theirs < _LAST else None


def refused_for_its_timestamp(evidence: Evidence) -> bool:
    """Return whether a response says for certain that nobody was accepted, because of the timestamp alone.

    It does not when it lists or counts recipients all the same, nor when its HTTP status leaves room for doubt: the
    provider responds with 200 when it refuses.
    """
    if not isinstance(evidence, Responded) or not is_success(evidence.http_status):
        return False
    content = evidence.content
    if len(content) > _MAX_REFUSAL or _TIMESTAMP_EXPIRED.encode() not in content:
        return False
    reading = read_response(content)
    return (
        reading is not None
        and reading.status == _TIMESTAMP_EXPIRED
        and not (reading.listed or reading.refused or reading.success or reading.fail or reading.unreadable)
    )
