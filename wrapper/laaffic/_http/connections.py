"""Connections: one for each request under way, kept for the next.

httpx2's own pool looks through all its connections and requests at every step, and above 20 at once it closes those that
the next request would need. Here each connection is a pool of one, and finding a free one is one step.
"""

import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Generic, TypeVar

import httpx2

MOST_CONNECTIONS = 100  # at once; a further request waits for one to become free
KEPT = 5.0  # seconds without use; httpx2 uses none again that is older
_ALL_BUSY = "all connections were busy"
_Transport = TypeVar("_Transport", httpx2.BaseTransport, httpx2.AsyncBaseTransport)


class _Free(Generic[_Transport]):
    """The connections that are free. The one used last is taken first, so that those that are too many grow old."""

    def __init__(self, connect: Callable[[], _Transport]) -> None:
        self._connect: Callable[[], _Transport] = connect
        self._free: deque[tuple[float, _Transport]] = deque()
        self._changing = threading.Lock()
        self._kept = KEPT
        self.give_back(connect())  # at once, so that settings that will not do are met before anything is sent

    def take(self) -> _Transport:
        with self._changing:
            return self._free.pop()[1] if self._free else self._connect()

    def give_back(self, connection: _Transport) -> None:
        with self._changing:
            self._free.append((monotonic(), connection))

    def old(self) -> _Transport | None:
        """Take out one that is to be closed; None when there is none."""
        with self._changing:
            if self._free and self._free[0][0] <= monotonic() - self._kept:
                return self._free.popleft()[1]
            return None

    def keep_none(self) -> None:
        """From now on, every free connection is old."""
        self._kept = 0.0


class Connections(httpx2.BaseTransport):
    """A transport of transports, each of which has one connection."""

    def __init__(self, connect: Callable[[], httpx2.BaseTransport]) -> None:
        self._free = _Free(connect)
        self._turns = threading.Semaphore(MOST_CONNECTIONS)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Post on a free connection, or on a new one."""
        if not self._turns.acquire(timeout=request.extensions["timeout"]["pool"]):
            raise httpx2.PoolTimeout(_ALL_BUSY, request=request)
        connection: httpx2.BaseTransport | None = None
        try:
            connection = self._free.take()
            response = connection.handle_request(request)
        except BaseException:
            self.drop(connection)
            raise
        assert isinstance(response.stream, httpx2.SyncByteStream)  # noqa: S101  # what a sync transport returns
        response.stream = _Lent(self, connection, response.stream)
        return response

    def close(self) -> None:
        """Close the connections; one that a request is using is closed by its end."""
        self._free.keep_none()
        self._close_old()

    def give_back(self, connection: httpx2.BaseTransport) -> None:
        """Keep a connection for the next request."""
        self._free.give_back(connection)
        self._turns.release()
        self._close_old()

    def drop(self, connection: httpx2.BaseTransport | None) -> None:
        """Close a connection whose request came to no end: in which state it is, nobody knows."""
        self._turns.release()
        if connection is not None:
            with suppress(Exception):
                connection.close()

    def _close_old(self) -> None:
        while (connection := self._free.old()) is not None:
            with suppress(Exception):  # it is not the one that the answer came on
                connection.close()


class _Lent(httpx2.SyncByteStream):
    def __init__(self, lender: Connections, connection: httpx2.BaseTransport, stream: httpx2.SyncByteStream) -> None:
        self._lender = lender
        self._connection = connection
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def close(self) -> None:
        try:
            self._stream.close()
        except BaseException:
            self._lender.drop(self._connection)
            raise
        self._lender.give_back(self._connection)


class AsyncConnections(httpx2.AsyncBaseTransport):
    """The same for the async client."""

    def __init__(self, connect: Callable[[], httpx2.AsyncBaseTransport]) -> None:
        import anyio  # noqa: PLC0415  # importing it takes long, and only the async client needs it

        self._free = _Free(connect)
        self._turns = anyio.Semaphore(MOST_CONNECTIONS)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Post on a free connection, or on a new one."""
        await self._turn(request)
        connection: httpx2.AsyncBaseTransport | None = None
        try:
            connection = self._free.take()
            response = await connection.handle_async_request(request)
        except BaseException:
            await self.drop(connection)
            raise
        assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101  # what an async transport returns
        response.stream = _AsyncLent(self, connection, response.stream)
        return response

    async def aclose(self) -> None:
        """Close the connections; one that a request is using is closed by its end."""
        self._free.keep_none()
        await self._close_old()

    async def give_back(self, connection: httpx2.AsyncBaseTransport) -> None:
        """Keep a connection for the next request."""
        self._free.give_back(connection)
        self._turns.release()
        await self._close_old()

    async def drop(self, connection: httpx2.AsyncBaseTransport | None) -> None:
        """Close a connection whose request came to no end: in which state it is, nobody knows."""
        self._turns.release()
        if connection is not None:
            with suppress(Exception):
                await connection.aclose()

    async def _turn(self, request: httpx2.Request) -> None:
        import anyio  # noqa: PLC0415  # see above

        try:
            self._turns.acquire_nowait()
        except anyio.WouldBlock:
            with anyio.move_on_after(request.extensions["timeout"]["pool"]):
                await self._turns.acquire()
                return
            raise httpx2.PoolTimeout(_ALL_BUSY, request=request) from None

    async def _close_old(self) -> None:
        while (connection := self._free.old()) is not None:
            with suppress(Exception):  # it is not the one that the answer came on
                await connection.aclose()


class _AsyncLent(httpx2.AsyncByteStream):
    def __init__(
        self, lender: AsyncConnections, connection: httpx2.AsyncBaseTransport, stream: httpx2.AsyncByteStream
    ) -> None:
        self._lender = lender
        self._connection = connection
        self._stream = stream

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._stream.__aiter__()

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        except BaseException:
            await self._lender.drop(self._connection)
            raise
        await self._lender.give_back(self._connection)
