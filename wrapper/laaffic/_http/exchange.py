"""One attempt at a request, as the connections underneath see it."""

import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

# Bytes. One accepted recipient takes about 100; nothing that precedes a body needs more than the second.
MAX_RESPONSE = 64 * 1024 * 1024
MAX_HEADERS = 256 * 1024
# Seconds that a second look takes: twice as long as the slowest response took so far, within these limits.
_SHORTEST_LOOK, _LONGEST_LOOK = 0.25, 5.0
_SERVER_ERROR = 500


class ResponseTooLarge(Exception):  # noqa: N818  # it ends in an outcome, not in a traceback
    """The response is larger than the contract allows any response to be."""


class UncleanConnection(Exception):  # noqa: N818  # it never leaves `_http`
    """Something came on a kept connection before the request was written: it may be another request's response."""


class Exchange:
    """One request and its response.

    Args:
        deadline: when the time for it is over, by the monotonic clock.
        doubtful: whether a response of this content could as well be another request's; None where that does no harm.
        slowest: how many seconds the slowest response took so far.

    Attributes:
        stream: the connection that the request is being written to; None as long as not a byte of it was written.
        kept: whether another request used that connection before.
        seconds: how long the response took.
        followed: whether something came behind the response: what is its own response is then not known.
    """

    __slots__ = (
        "_deadline", "_doubtful", "_in_headers", "_received", "_slowest", "_started",
        "followed", "kept", "seconds", "stream",
    )  # fmt: skip

    def __init__(self, deadline: float, doubtful: Callable[[bytes], bool] | None = None, slowest: float = 0.0) -> None:
        self.stream: Any = None
        self.kept = False
        self.seconds = 0.0
        self.followed = False
        self._deadline = deadline
        self._doubtful = doubtful
        self._slowest = slowest
        self._started = 0.0
        self._received = 0
        self._in_headers = True

    def limited(self, timeout: float | None, too_late: type[Exception]) -> float:
        """Return how many seconds a step may take that may take `timeout` by itself.

        Raises:
            Exception: the time for the exchange as a whole is over; of the class given.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise too_late("the time for the whole exchange is over")
        return left if timeout is None else min(timeout, left)

    def goes_out(self, stream: Any, *, kept: bool) -> None:
        """Note that the request is being written now, and to which connection."""
        self.stream, self.kept, self._started = stream, kept, time.monotonic()

    def came(self) -> None:
        """Note that the response is here, whole."""
        self.seconds = time.monotonic() - self._started

    def headers_came(self) -> None:
        """Note that from now on, what comes is the body."""
        self._in_headers = False

    def will_read(self) -> None:
        """Check that what came so far leaves room for more.

        Raises:
            ResponseTooLarge: there are headers, or interim responses, without end.
        """
        if self._in_headers and self._received > MAX_HEADERS:
            raise ResponseTooLarge

    def needs_look(self, http_status: int, content: bytes) -> bool:
        """Return whether a second look must tell whether the response is this request's.

        On a connection of its own it is; and a 5xx claims nothing.
        """
        return self.kept and self._doubtful is not None and http_status < _SERVER_ERROR and self._doubtful(content)

    def patience(self) -> float | None:
        """Return how many seconds the second look takes; None when there is not so much time left."""
        wanted = min(max(2 * self._slowest - self.seconds, _SHORTEST_LOOK), _LONGEST_LOOK)
        return wanted if time.monotonic() + wanted <= self._deadline else None

    def received(self, data: bytes) -> bytes:
        """Count what came."""
        self._received += len(data)
        return data


current: ContextVar[Exchange | None] = ContextVar("laaffic_exchange", default=None)
