"""Below HTTP: the connections themselves, so that one can be dropped, cut or left hanging."""

import asyncio
from typing import Any, ClassVar

from h11 import IDLE, SEND_BODY, SEND_RESPONSE
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol


class _Protocol(H11Protocol):
    """HTTP/1.1 that keeps its connections where faults find them, and waits for slow senders only so long."""

    kept: ClassVar[dict[Any, asyncio.Transport]]
    read_timeout: ClassVar[float]
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.kept[self.client] = transport
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.kept.get(self.client) is self.transport:  # else the address is another connection's by now
            del self.kept[self.client]
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def send_400_response(self, msg: str) -> None:
        if self.conn.our_state in {IDLE, SEND_RESPONSE}:
            super().send_400_response(msg)
        else:  # a response went out before the request turned out to be no HTTP
            self.transport.abort()

    def _watch(self) -> None:
        if self.conn.their_state not in {IDLE, SEND_BODY}:
            self._forget_deadline()
        elif self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(self.read_timeout, self._overdue)

    def _overdue(self) -> None:
        if self.conn.their_state is SEND_BODY:  # who reads the body has a deadline; this is for when nobody does
            self._deadline = self.loop.call_later(self.read_timeout, self.transport.abort)
        elif self.conn.their_state is IDLE:
            self.transport.abort()

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class Connections:
    """The open connections of a gateway, by the client's address.

    Args:
        read_timeout: how many seconds a client has for the headers of a request, and again for a body that nobody
            reads.
    """

    def __init__(self, read_timeout: float) -> None:
        self._open: dict[Any, asyncio.Transport] = {}
        self._read_timeout = read_timeout

    def protocol(self) -> type[asyncio.Protocol]:
        """Return the protocol for the server to speak."""
        return type("Protocol", (_Protocol,), {"kept": self._open, "read_timeout": self._read_timeout})

    def of(self, scope: Scope) -> asyncio.Transport | None:
        """Return the connection of a request, or None when the client has gone."""
        return self._open.get(scope["client"] and tuple(scope["client"]))

    def drop_all(self, but: Scope) -> None:
        """Drop every connection but that of one request."""
        keep = self.of(but)
        for transport in list(self._open.values()):
            if transport is not keep:
                transport.abort()


class RawResponse(Response):
    """Bytes that need not be HTTP, and then the end of the connection, or nothing more for ever."""

    def __init__(self, connections: Connections, content: bytes = b"", *, hang: bool = False) -> None:
        super().__init__()
        self._connections = connections
        self.raw = content
        self._hang = hang

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write the bytes past the server, and wait until the client has gone."""
        transport = self._connections.of(scope)
        if transport is not None:
            if self.raw:
                transport.write(self.raw)
            if not self._hang:
                if self.raw:
                    transport.close()  # after what was written has left
                else:
                    transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
