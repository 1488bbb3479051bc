"""Signing: one pure generator, driven by the sync and the async client alike."""

import logging
import time
from collections.abc import Callable, Generator
from email.utils import parsedate_to_datetime
from hashlib import md5

import httpx2

from laaffic._outcome.response import read_answer

_logger = logging.getLogger("laaffic")
_TIMESTAMP_EXPIRED = "-16"
_LONGEST_REFUSAL = 10_000  # bytes; it lists nobody, and searching a long list for it takes long
_FIRST, _LAST = 10**9, 10**10  # a timestamp has ten digits


def signature(api_key: str, api_secret: str, timestamp: str) -> str:
    """`MD5(apiKey + apiSecret + timestamp)` as 32 hex digits (provider's page: Sign)."""
    # The provider's scheme, not a choice; the flag keeps it working where MD5 is barred from security uses.
    return md5((api_key + api_secret + timestamp).encode(), usedforsecurity=False).hexdigest()


class Signer(httpx2.Auth):
    """Sets the three headers, fresh for every request.

    When the provider answers that the timestamp is outside its range (-16), it takes the server's time from the
    answer's `Date`, signs anew and posts once more: -16 is a refusal of the whole request, so nothing is sent twice.
    The difference of the clocks is kept for the requests that follow.
    """

    requires_response_body = True

    def __init__(self, api_key: str, api_secret: str, clock: Callable[[], float] = time.time) -> None:
        self._api_key = api_key
        self._api_secret = api_secret
        self._clock = clock
        self._skew = 0.0  # seconds to add to this machine's clock; written whole, so threads need no lock

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Sign, and after a -16 sign once more by the server's clock."""
        response = yield self._signed(request, self._skew)
        skew = self._skew_by(response)
        if skew is not None:
            _logger.warning("the provider's clock differs by %d s; signing anew and posting once more", skew)
            self._skew = skew
            again = self._skew_by((yield self._signed(request, skew)))
            if again is not None:
                self._skew = again  # not posted a third time, but the next request is signed by it

    def _signed(self, request: httpx2.Request, skew: float) -> httpx2.Request:
        timestamp = str(int(self._clock() + skew))
        request.headers["Api-Key"] = self._api_key
        request.headers["Timestamp"] = timestamp
        request.headers["Sign"] = signature(self._api_key, self._api_secret, timestamp)
        return request

    def _skew_by(self, response: httpx2.Response) -> float | None:
        if not _surely_refused(response):
            return None
        try:
            theirs = parsedate_to_datetime(response.headers["Date"]).timestamp()
        except (KeyError, ValueError, OverflowError):
            return None
        return theirs - self._clock() if _FIRST <= theirs < _LAST else None


def _surely_refused(response: httpx2.Response) -> bool:
    """Tell whether an answer says for certain that nothing was taken, because of the timestamp alone.

    Not so when it lists or counts accepted receivers all the same, nor when it comes with an HTTP status that leaves
    room for doubt: the provider answers with 200 when it refuses.
    """
    content = response.content
    if not response.is_success or len(content) > _LONGEST_REFUSAL or _TIMESTAMP_EXPIRED.encode() not in content:
        return False
    answer = read_answer(content)
    return (
        answer is not None
        and answer.status == _TIMESTAMP_EXPIRED
        and not (answer.listed or answer.success or answer.fail or answer.unreadable)
    )
