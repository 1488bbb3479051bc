"""What stands in for the HTTP library's client: a request goes straight to the transport, and its response is read.

Cookies, redirects, hooks and authentication flows are not used here, and take a tenth of a send. Nor is the log of that
client, which would have the reason phrase of every status line in it: what a firewall quotes there may be a text.
"""

from typing import Any

import httpx2

from laaffic._http.guard import Guarded


class Caller:
    """Sends requests through a transport, and waits for each response.

    Args:
        transport: the transport.
        headers: the headers of every request.
        timeout: how long to wait, where a request does not say so itself.
    """

    def __init__(self, transport: httpx2.BaseTransport, headers: dict[str, str], timeout: httpx2.Timeout) -> None:
        self._transport = transport
        self._headers = headers
        self._timeout = timeout.as_dict()
        self._closed = False

    def request(self, method: str, url: httpx2.URL, **options: Any) -> httpx2.Response:
        """Send a request, and read the response."""
        request = _request(method, url, self._headers, self._timeout, options)
        response = self._transport.handle_request(_while_open(request, closed=self._closed))
        response.stream = Guarded(response.stream)
        try:
            response.read()
        except BaseException:
            response.close()
            raise
        return response

    def close(self) -> None:
        """Close the connections."""
        self._closed = True
        self._transport.close()


class AsyncCaller:
    """Does the same without blocking."""

    def __init__(self, transport: httpx2.AsyncBaseTransport, headers: dict[str, str], timeout: httpx2.Timeout) -> None:
        self._transport = transport
        self._headers = headers
        self._timeout = timeout.as_dict()
        self._closed = False

    async def request(self, method: str, url: httpx2.URL, **options: Any) -> httpx2.Response:
        """Send a request, and read the response."""
        request = _request(method, url, self._headers, self._timeout, options)
        response = await self._transport.handle_async_request(_while_open(request, closed=self._closed))
        response.stream = Guarded(response.stream)
        try:
            await response.aread()
        except BaseException:
            await response.aclose()
            raise
        return response

    async def close(self) -> None:
        """Close the connections."""
        self._closed = True
        await self._transport.aclose()


def _request(
    method: str, url: httpx2.URL, headers: dict[str, str], timeout: dict[str, Any], options: dict[str, Any]
) -> httpx2.Request:
    given = options.get("timeout")
    return httpx2.Request(
        method,
        url,
        params=options.get("params"),
        headers={**headers, **options["headers"]},
        content=options.get("content"),
        extensions={"timeout": timeout if given is None else given.as_dict()},
    )


def _while_open(request: httpx2.Request, *, closed: bool) -> httpx2.Request:
    if closed:
        raise httpx2.UnsupportedProtocol("the connections are closed")  # so nothing is sent
    return request
