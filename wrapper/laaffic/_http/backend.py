"""Making connections: what goes between the HTTP library and the network."""

import socket
import threading
from collections.abc import Iterable
from typing import Any

import httpcore2

from laaffic._http.interruptions import interruption_in
from laaffic._http.streams import AsyncStream, Stream, to_connect


def guard(transport: Any) -> bool:
    """Put these streams under one of the HTTP library's own transports, of either kind.

    Returns:
        Whether they are: not with HTTP/2, where one connection serves several requests, each response by its number.

    There is no public way to give it a network backend, nor a lock that an interruption cannot leave behind locked, as
    it can one whose `__enter__` is written in Python. A test fails when these are gone.
    """
    pool = transport._pool
    if pool._http2:
        return False
    blocking = isinstance(pool, httpcore2.ConnectionPool)
    if not isinstance(pool._network_backend, Backend | AsyncBackend):
        pool._network_backend = (Backend if blocking else AsyncBackend)(pool._network_backend)
    if blocking:
        pool._optional_thread_lock = threading.RLock()
    return True


class Backend(httpcore2.NetworkBackend):
    """Makes connections, blocking."""

    def __init__(self, inner: httpcore2.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> Stream:
        """Connect, to one of the host's addresses after the other.

        Python's own way to do that takes what a signal's handler raises for an address that cannot be reached.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        failure: Exception = httpcore2.ConnectError("the host has no address")
        for address in dict.fromkeys(str(address[0]) for *_, address in found):
            try:
                seconds = to_connect(timeout)
                return Stream(self._inner.connect_tcp(address, port, seconds, local_address, socket_options))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                if interruption_in(error) is not None:
                    raise
                failure = error
        raise failure

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> Stream:
        """Connect, with a transport of the caller's."""
        return Stream(self._inner.connect_unix_socket(path, to_connect(timeout), socket_options))


class AsyncBackend(httpcore2.AsyncNetworkBackend):
    """Makes connections without blocking."""

    def __init__(self, inner: httpcore2.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> AsyncStream:
        """Connect."""
        inner = await self._inner.connect_tcp(host, port, to_connect(timeout), local_address, socket_options)
        return AsyncStream(inner)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> AsyncStream:
        """Connect, with a transport of the caller's."""
        return AsyncStream(await self._inner.connect_unix_socket(path, to_connect(timeout), socket_options))
