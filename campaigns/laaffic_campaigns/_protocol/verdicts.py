"""What to do with a chunk after its request, and with its campaign. Pure."""

from dataclasses import dataclass
from http import HTTPStatus

import laaffic

# Raised before anything is written, or without a connection.
_NOT_POSTED = (laaffic.NotSentError, laaffic.ConfigurationError, laaffic.InvalidMessageError)
# Every further request would meet the same refusal.
_REFUSES_ALL = (
    laaffic.AuthenticationError,
    laaffic.IPRestrictedError,
    laaffic.InsufficientBalanceError,
    laaffic.AccountLockedError,
    laaffic.KeyDisabledError,
    laaffic.KeyNotAllowedError,
)
# Refused at the door, by something before the endpoint.
_HTTP_REFUSES_ALL = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows.

    Attributes:
        release: whether the chunk may be posted again, because it is proved that nobody of it got anything; otherwise
            its outcomes are recorded.
        why: why the campaign pauses; None when it goes on.
        slow: whether to wait before the next request.
        refused: whether the provider refused the chunk as a whole for something in it. Its parts may fare better.
    """

    release: bool = False
    why: str | None = None
    slow: bool = False
    refused: bool = False


def verdict_of(error: laaffic.LaafficError | None) -> Verdict:
    """Return what follows from the error, or none, of a request that had a connection of its own.

    Only there is a refusal certainly the response to this request, and may a chunk that was refused be posted again.
    """
    if error is None:
        return Verdict()
    nothing_was_sent = error.nothing_was_sent
    if isinstance(error, (*_NOT_POSTED, *_REFUSES_ALL)):
        return Verdict(release=nothing_was_sent, why=str(error))
    if nothing_was_sent and _may_pass(error):
        return Verdict(release=True, slow=True)
    if isinstance(error, laaffic.TimestampExpiredError):
        return Verdict(why=str(error))
    if isinstance(error, laaffic.HTTPStatusError) and error.http_status in _HTTP_REFUSES_ALL:
        return Verdict(release=nothing_was_sent, why=str(error))
    return Verdict(refused=nothing_was_sent)


def _may_pass(error: laaffic.LaafficError) -> bool:
    if isinstance(error, laaffic.TooFrequentError | laaffic.TimestampExpiredError):
        return True
    return isinstance(error, laaffic.HTTPStatusError) and error.http_status == HTTPStatus.TOO_MANY_REQUESTS
