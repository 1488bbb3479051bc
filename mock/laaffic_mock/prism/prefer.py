"""Choose which named example of the contract Prism responds with."""

import httpx2


class PreferTransport(httpx2.HTTPTransport):
    """Adds `Prefer: example=NAME` to every request; `laaffic.Client` takes it as `transport=`.

    `example` is the name of a response example in `openapi.yaml`, such as "insufficient_balance". Prism responds 404
    to a name that is not there, and checks the request before it looks at the name.
    """

    __module__ = "laaffic_mock"

    def __init__(self, example: str) -> None:
        super().__init__()
        self._prefer = f"example={example}"

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request with the header; raises what httpx2 raises."""
        request.headers["Prefer"] = self._prefer
        return super().handle_request(request)


class AsyncPreferTransport(httpx2.AsyncHTTPTransport):
    """The same as `PreferTransport` for asynchronous clients."""

    __module__ = "laaffic_mock"

    def __init__(self, example: str) -> None:
        super().__init__()
        self._prefer = f"example={example}"

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request with the header; raises what httpx2 raises."""
        request.headers["Prefer"] = self._prefer
        return await super().handle_async_request(request)
