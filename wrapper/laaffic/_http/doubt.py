"""Doubting the errors of transports that are not httpx2's own.

Whether a receiver is `not_sent`, and whether connecting may be tried again, hangs on one word of the transport: that no
connection could be made. Some say so of a request that went out whole and was not answered; httpx2-aiohttp 0.2.0 does,
and each message would be posted three times. From others' transports an error therefore never means more than unknown.
"""

import httpx2

_BELIEVED = (
    httpx2.HTTPTransport,
    httpx2.AsyncHTTPTransport,
    httpx2.MockTransport,
    httpx2.WSGITransport,
    httpx2.ASGITransport,
)


class _Doubted(httpx2.BaseTransport):
    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return self._inner.handle_request(request)
        except httpx2.TransportError as error:
            raise httpx2.NetworkError(type(error).__name__) from error

    def close(self) -> None:
        self._inner.close()


class _AsyncDoubted(httpx2.AsyncBaseTransport):
    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return await self._inner.handle_async_request(request)
        except httpx2.TransportError as error:
            raise httpx2.NetworkError(type(error).__name__) from error

    async def aclose(self) -> None:
        await self._inner.aclose()


def doubted(transport: httpx2.BaseTransport) -> httpx2.BaseTransport:
    """Return a transport whose errors claim no more than is known."""
    return transport if type(transport) in _BELIEVED else _Doubted(transport)


def doubted_async(transport: httpx2.AsyncBaseTransport) -> httpx2.AsyncBaseTransport:
    """Return a transport whose errors claim no more than is known."""
    return transport if type(transport) in _BELIEVED else _AsyncDoubted(transport)
