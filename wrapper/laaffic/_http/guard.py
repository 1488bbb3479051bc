"""Guarding what comes back: no answer without end, no redirect to work out, and none taken for another request's.

A server that sends more than one answer to a request leaves the rest in the connection's buffer, where it would be read
as the answer to the next request: a refusal of nothing, or the word to post once more. Such a connection is closed.
"""

from collections.abc import AsyncIterator, Iterator

import httpx2

LARGEST_ANSWER = 64 * 1024 * 1024  # bytes as they come over the wire; one accepted receiver takes about 100


# What says that not even the first byte of the request was written. All else may have reached the provider.
BEFORE_SENDING = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


class AnswerTooLarge(Exception):  # noqa: N818  # it ends in an outcome, not in a traceback
    """The answer is larger than any answer by the contract can be."""


class GuardedTransport(httpx2.BaseTransport):
    """A transport whose answers are guarded.

    Args:
        inner: the transport.
        alone: whether it has no connection but the one, so that it may be closed as a whole.
    """

    def __init__(self, inner: httpx2.BaseTransport, *, alone: bool = False) -> None:
        self._inner = inner
        self._alone = alone

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Post, and guard the answer."""
        response = self._inner.handle_request(request)
        _forget_redirect(response)
        response.stream = _Guarded(response, self._inner if self._alone else None)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class AsyncGuardedTransport(httpx2.AsyncBaseTransport):
    """The same for the async client."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, *, alone: bool = False) -> None:
        self._inner = inner
        self._alone = alone

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Post, and guard the answer."""
        response = await self._inner.handle_async_request(request)
        _forget_redirect(response)
        response.stream = _AsyncGuarded(response, self._inner if self._alone else None)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class _Guarded(httpx2.SyncByteStream):
    def __init__(self, response: httpx2.Response, alone: httpx2.BaseTransport | None) -> None:
        self._response = response
        self._inner = response.stream
        self._alone = alone

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        assert isinstance(self._inner, httpx2.SyncByteStream)  # noqa: S101  # what a sync transport returns
        try:
            for part in self._inner:
                size += len(part)
                if size > LARGEST_ANSWER:
                    raise AnswerTooLarge
                yield part
        except BEFORE_SENDING as error:
            raise _too_late(error) from error

    def close(self) -> None:
        assert isinstance(self._inner, httpx2.SyncByteStream)  # noqa: S101  # what a sync transport returns
        leftover = _has_leftover(self._inner)
        try:
            if leftover and self._alone is None:
                self._response.extensions["network_stream"].close()
        finally:
            self._inner.close()
        if leftover and self._alone is not None:
            self._alone.close()


class _AsyncGuarded(httpx2.AsyncByteStream):
    def __init__(self, response: httpx2.Response, alone: httpx2.AsyncBaseTransport | None) -> None:
        self._response = response
        self._inner = response.stream
        self._alone = alone

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        assert isinstance(self._inner, httpx2.AsyncByteStream)  # noqa: S101  # what an async transport returns
        try:
            async for part in self._inner:
                size += len(part)
                if size > LARGEST_ANSWER:
                    raise AnswerTooLarge
                yield part
        except BEFORE_SENDING as error:
            raise _too_late(error) from error

    async def aclose(self) -> None:
        assert isinstance(self._inner, httpx2.AsyncByteStream)  # noqa: S101  # what an async transport returns
        leftover = _has_leftover(self._inner)
        try:
            if leftover and self._alone is None:
                await self._response.extensions["network_stream"].aclose()
        finally:
            await self._inner.aclose()
        if leftover and self._alone is not None:
            await self._alone.aclose()


def _too_late(error: Exception) -> httpx2.ReadError:
    """Whatever it is called: once an answer has begun, the request has been sent."""
    return httpx2.ReadError(type(error).__name__)


def _forget_redirect(response: httpx2.Response) -> None:
    """Redirects are never followed; one that cannot be read must not hide the answer that it stands in."""
    if response.status_code // 100 == 3:  # noqa: PLR2004  # the first digit is the class
        response.headers.pop("Location", None)


def _has_leftover(stream: object) -> bool:
    """Tell whether more than one answer came. There is no public way to ask; a test fails when this one is gone."""
    inner: object = stream
    for name in ("_httpcore_stream", "_stream", "_connection", "_h11_state", "trailing_data"):
        inner = getattr(inner, name, None)
    return isinstance(inner, tuple) and bool(inner[0])
