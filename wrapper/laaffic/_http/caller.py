"""Used in place of the HTTP library's client: a request goes straight to the transport, and its response is read.

That client's cookies, redirects, hooks and authentication flows are not needed, and cost a tenth of a send. Nor is its
log wanted, which would have the reason phrase of every status line in it: a firewall may quote a text there.
"""

from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import httpx2

from laaffic._http.body import Body
from laaffic._http.exchange import Exchange, UncleanConnection, current
from laaffic._http.streams import came_behind, spoil_if_more_came

MAX_CONNECTIONS = 100  # at once; one more request waits for a free one

# These say that not even the first byte of the request was written. After any other, it may have reached the provider.
BEFORE_SENDING = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


class Received(NamedTuple):
    """A response, whole and decoded."""

    status_code: int
    headers: httpx2.Headers
    content: bytes

    def __repr__(self) -> str:
        """Show the status, and nothing that was said: a crash report may have it."""
        return f"Received(status_code={self.status_code})"


class Caller:
    """Sends requests through a transport, and waits for each response.

    Args:
        transport: the transport.
        headers: the headers of every request.
    """

    def __init__(self, transport: httpx2.BaseTransport, headers: dict[str, str]) -> None:
        self._transport = transport
        self._headers = headers
        self._closed = False
        # Written in C: an interruption leaves nothing behind that another thread would wait for.
        self._turns: SimpleQueue[None] = SimpleQueue()
        for _ in range(MAX_CONNECTIONS):
            self._turns.put(None)

    def request(self, method: str, url: httpx2.URL, **options: Any) -> Any:
        """Send a request, and read the response."""
        request, exchange = _request(method, url, self._headers, options, closed=self._closed)
        try:
            self._turns.get(timeout=request.extensions["timeout"]["pool"])
        except Empty:
            raise httpx2.PoolTimeout("no free connection") from None
        try:
            response = self._responded(request)
            exchange.headers_came()
            try:
                body = Body(response.headers)
                for part in response.stream:  # type: ignore[union-attr]  # a blocking transport's stream blocks
                    body.add(part)
                content = body.whole()
                exchange.came()
                exchange.followed = came_behind(response.stream)
                if not exchange.followed and exchange.needs_look(response.status_code, content):
                    patience = exchange.patience()
                    exchange.followed = patience is None or exchange.stream.look(patience)
            except BEFORE_SENDING as error:
                raise _too_late(error) from error
            finally:
                spoil_if_more_came(response.stream)
                response.stream.close()  # type: ignore[union-attr]  # as above
        finally:
            self._turns.put(None)
        return Received(response.status_code, response.headers, content)

    def close(self) -> None:
        """Close the connections."""
        self._closed = True
        self._transport.close()

    def _responded(self, request: httpx2.Request) -> httpx2.Response:
        while True:
            try:
                return self._transport.handle_request(request)
            except UncleanConnection:  # it is closed, and nothing was written
                continue


class AsyncCaller:
    """Does the same without blocking."""

    def __init__(self, transport: httpx2.AsyncBaseTransport, headers: dict[str, str]) -> None:
        self._transport = transport
        self._headers = headers
        self._closed = False

    async def request(self, method: str, url: httpx2.URL, **options: Any) -> Any:
        """Send a request, and read the response."""
        request, exchange = _request(method, url, self._headers, options, closed=self._closed)
        response = await self._responded(request)
        exchange.headers_came()
        try:
            body = Body(response.headers)
            async for part in response.stream:  # type: ignore[union-attr]  # an async transport's stream is async
                body.add(part)
            content = body.whole()
            exchange.came()
            exchange.followed = came_behind(response.stream)
            if not exchange.followed and exchange.needs_look(response.status_code, content):
                patience = exchange.patience()
                exchange.followed = patience is None or await exchange.stream.look(patience)
        except BEFORE_SENDING as error:
            raise _too_late(error) from error
        finally:
            spoil_if_more_came(response.stream)
            await response.stream.aclose()  # type: ignore[union-attr]  # as above
        return Received(response.status_code, response.headers, content)

    async def close(self) -> None:
        """Close the connections."""
        self._closed = True
        await self._transport.aclose()

    async def _responded(self, request: httpx2.Request) -> httpx2.Response:
        while True:
            try:
                return await self._transport.handle_async_request(request)
            except UncleanConnection:
                continue


def _request(
    method: str, url: httpx2.URL, headers: dict[str, str], options: dict[str, Any], *, closed: bool
) -> tuple[httpx2.Request, Exchange]:
    if closed:
        raise httpx2.UnsupportedProtocol("the connections are closed")  # so nothing is sent
    request = httpx2.Request(
        method,
        url,
        params=options.get("params"),
        headers={**headers, **options["headers"]},
        content=options.get("content"),
        extensions={"timeout": options["timeout"]},
    )
    exchange = current.get()
    assert exchange is not None, "a call sets it"  # noqa: S101  # for the type-checker
    return request, exchange


def _too_late(error: Exception) -> httpx2.ReadError:
    """Whatever it is called: once a response has begun, the request has been sent."""
    return httpx2.ReadError(type(error).__name__)
