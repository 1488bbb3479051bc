"""Guarding what comes back: no answer without end, no redirect to work out, and none taken for another request's.

A server that sends more than one answer to a request leaves the rest in the connection's buffer, where it would be read
as the answer to the next request: a refusal of nothing, or the word to post once more. Such a connection is closed.
"""

from collections.abc import AsyncIterator, Iterator

import httpx

LARGEST_ANSWER = 64 * 1024 * 1024  # bytes as they come over the wire; one accepted receiver takes about 100


class AnswerTooLarge(Exception):  # noqa: N818  # it ends in an outcome, not in a traceback
    """The answer is larger than any answer by the contract can be."""


class GuardedTransport(httpx.BaseTransport):
    """A transport whose answers are guarded."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Post, and guard the answer."""
        response = self._inner.handle_request(request)
        _forget_redirect(response)
        response.stream = _Guarded(response)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class AsyncGuardedTransport(httpx.AsyncBaseTransport):
    """The same for the async client."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Post, and guard the answer."""
        response = await self._inner.handle_async_request(request)
        _forget_redirect(response)
        response.stream = _AsyncGuarded(response)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class _Guarded(httpx.SyncByteStream):
    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._inner = response.stream

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        assert isinstance(self._inner, httpx.SyncByteStream)  # noqa: S101  # what a sync transport returns
        for part in self._inner:
            size += len(part)
            if size > LARGEST_ANSWER:
                raise AnswerTooLarge
            yield part

    def close(self) -> None:
        assert isinstance(self._inner, httpx.SyncByteStream)  # noqa: S101  # what a sync transport returns
        if _has_leftover(self._inner):
            self._response.extensions["network_stream"].close()
        self._inner.close()


class _AsyncGuarded(httpx.AsyncByteStream):
    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._inner = response.stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        assert isinstance(self._inner, httpx.AsyncByteStream)  # noqa: S101  # what an async transport returns
        async for part in self._inner:
            size += len(part)
            if size > LARGEST_ANSWER:
                raise AnswerTooLarge
            yield part

    async def aclose(self) -> None:
        assert isinstance(self._inner, httpx.AsyncByteStream)  # noqa: S101  # what an async transport returns
        if _has_leftover(self._inner):
            await self._response.extensions["network_stream"].aclose()
        await self._inner.aclose()


def _forget_redirect(response: httpx.Response) -> None:
    """Redirects are never followed; one that cannot be read must not hide the answer that it stands in."""
    response.headers.pop("Location", None)


def _has_leftover(stream: object) -> bool:
    """Tell whether more than one answer came. There is no public way to ask; a test fails when this one is gone."""
    inner: object = stream
    for name in ("_httpcore_stream", "_stream", "_connection", "_h11_state", "trailing_data"):
        inner = getattr(inner, name, None)
    return isinstance(inner, tuple) and bool(inner[0])
