"""Guarding what comes back: no endless response, and none taken for another request's.

A server that sends more than one response to a request leaves the rest in the connection's buffer, where it would be
read as the response to the next request: a false refusal, or a reason to post again. Such a connection is closed.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2

MAX_RESPONSE = 64 * 1024 * 1024  # bytes as they come over the wire; one accepted recipient takes about 100

# These say that not even the first byte of the request was written. After any other, it may have reached the provider.
BEFORE_SENDING = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


class ResponseTooLarge(Exception):  # noqa: N818  # it ends in an outcome, not in a traceback
    """The response is larger than the contract allows any response to be."""


class Guarded(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A response's bytes, as they come from a transport of either kind."""

    def __init__(self, inner: object) -> None:
        self._inner: Any = inner
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        """Pass on the bytes until there are too many."""
        try:
            for part in self._inner:
                yield self._counted(part)
        except BEFORE_SENDING as error:
            raise _too_late(error) from error

    def close(self) -> None:
        """Release the connection."""
        _spoil_if_more_came(self._inner)
        self._inner.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Pass on the bytes until there are too many."""
        try:
            async for part in self._inner:
                yield self._counted(part)
        except BEFORE_SENDING as error:
            raise _too_late(error) from error

    async def aclose(self) -> None:
        """Release the connection."""
        _spoil_if_more_came(self._inner)
        await self._inner.aclose()

    def _counted(self, part: bytes) -> bytes:
        self._size += len(part)
        if self._size > MAX_RESPONSE:
            raise ResponseTooLarge
        return part


def _too_late(error: Exception) -> httpx2.ReadError:
    """Whatever it is called: once a response has begun, the request has been sent."""
    return httpx2.ReadError(type(error).__name__)


def _spoil_if_more_came(stream: object) -> None:
    """Make sure that a connection on which more than one response came is closed and not used again.

    There is no public way to ask; a test fails when this one is gone. A connection whose h11 state is an error is
    closed by the HTTP library itself when the response is closed, under asyncio and trio alike.
    """
    state: Any = stream
    for name in ("_httpcore_stream", "_stream", "_connection", "_h11_state"):
        state = getattr(state, name, None)
    if state is not None and state.trailing_data[0]:
        state.send_failed()
