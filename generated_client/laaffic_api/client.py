# Generated from openapi.yaml by `make generate`. Do not edit.
"""The client that the calls take"""

from collections.abc import Awaitable, Callable
from typing import Protocol, Self

import httpx2
from attrs import define, field


class HTTPClient(Protocol):
    """What the calls that block need of an `httpx2.Client`, or of what stands in for one"""

    @property
    def request(self) -> Callable[..., httpx2.Response]:
        """Sends a request, and reads the response"""


class AsyncHTTPClient(Protocol):
    """What the calls that do not block need of an `httpx2.AsyncClient`, or of what stands in for one"""

    @property
    def request(self) -> Callable[..., Awaitable[httpx2.Response]]:
        """Sends a request, and reads the response"""


@define
class Client:
    """Where to call, and the HTTP clients to call with

    Attributes:
        base_url: the server's address; the paths of the contract are appended to it.
    """

    base_url: str
    _client: HTTPClient | None = field(default=None, init=False, repr=False, eq=False)
    _async_client: AsyncHTTPClient | None = field(default=None, init=False, repr=False, eq=False)

    def set_httpx_client(self, client: HTTPClient) -> Self:
        """Use this HTTP client, with its timeouts, authentication and transport, for the calls that block"""
        self._client = client
        return self

    def get_httpx_client(self) -> HTTPClient:
        """The HTTP client for the calls that block; a plain one unless one was set"""
        if self._client is None:
            self._client = httpx2.Client()
        return self._client

    def set_async_httpx_client(self, client: AsyncHTTPClient) -> Self:
        """Use this HTTP client, with its timeouts, authentication and transport, for the calls that do not block"""
        self._async_client = client
        return self

    def get_async_httpx_client(self) -> AsyncHTTPClient:
        """The HTTP client for the calls that do not block; a plain one unless one was set"""
        if self._async_client is None:
            self._async_client = httpx2.AsyncClient()
        return self._async_client
