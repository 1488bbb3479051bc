"""Sockets without any HTTP library: what everything else is held against, and what the upstream is asked with."""

import asyncio
import socket
from typing import Any, Self

from bench.wire import SEPARATOR, length_in

MOST = 1 << 18


class RawConnection:
    """One keep-alive connection: it posts bytes and reads the answer to its Content-Length."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def exchange(self, request: bytes) -> bytes:
        """Post, and return the answer's body."""
        self._socket.sendall(request)
        came = self._socket.recv(MOST)
        while (head_ends := came.find(SEPARATOR)) < 0:
            came += self._more()
        begins = head_ends + len(SEPARATOR)
        wanted = begins + length_in(came[:head_ends])
        if len(came) < wanted:
            parts, have = [came], len(came)
            while have < wanted:
                parts.append(self._more())
                have += len(parts[-1])
            came = b"".join(parts)
        return came[begins:wanted]

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _more(self) -> bytes:
        more = self._socket.recv(MOST)
        if not more:
            raise ConnectionError("the upstream closed the connection")
        return more


class AsyncRawConnection(asyncio.Protocol):
    """The same for asyncio; make it with `AsyncRawConnection.open`."""

    def __init__(self) -> None:
        self._came = bytearray()
        self._wanted = self._begins = 0
        self._answer: asyncio.Future[bytes] | None = None

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    async def exchange(self, request: bytes) -> bytes:
        """Post, and return the answer's body."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Close it."""
        self._transport.close()

    def connection_made(self, transport: Any) -> None:
        """Keep what is written to."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take bytes, and hand over the answer when it is whole."""
        self._came += data
        if not self._wanted:
            head_ends = self._came.find(SEPARATOR)
            if head_ends < 0:
                return
            self._begins = head_ends + len(SEPARATOR)
            self._wanted = self._begins + length_in(bytes(self._came[:head_ends]))
        if len(self._came) >= self._wanted and self._answer is not None:
            answer = bytes(self._came[self._begins : self._wanted])
            self._came.clear()
            self._wanted = 0
            self._answer.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        """Say so to whoever waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionError("the connection was closed"))
