"""Below HTTP: the connections themselves, so that one can be dropped, cut or left hanging."""

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS_FOR_HEADERS = 30.0


class Connections:
    """The open connections of a gateway, by the client's address."""

    def __init__(self) -> None:
        self._open: dict[Any, asyncio.Transport] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """Return the protocol for the server to speak: HTTP/1.1 that keeps its connections here."""
        connections = self._open

        class Protocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
                super().connection_made(transport)
                connections[self.client] = transport
                self.loop.call_later(SECONDS_FOR_HEADERS, self._drop_if_it_never_began)

            def connection_lost(self, exc: Exception | None) -> None:
                connections.pop(self.client, None)
                super().connection_lost(exc)

            def _drop_if_it_never_began(self) -> None:
                if self.cycle is None and not self.transport.is_closing():
                    self.transport.abort()

        return Protocol

    def of(self, scope: Scope) -> asyncio.Transport | None:
        """Return the connection of a request, or None when the client has gone."""
        return self._open.get(tuple(scope["client"]))

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
        self._raw = content
        self._hang = hang

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # nothing is sent as HTTP
        """Write the bytes past the server, and wait until the client has gone."""
        transport = self._connections.of(scope)
        if transport is not None:
            if self._raw:
                transport.write(self._raw)
            if not self._hang:
                if self._raw:
                    transport.close()  # after what was written has left
                else:
                    transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
