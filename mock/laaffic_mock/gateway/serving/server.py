"""The gateway's server in a thread of its own: it starts, stops, and can stop listening for a while."""

import asyncio
import os
import socket
import threading
import weakref
from collections.abc import Awaitable, Callable, Iterator

import uvicorn
from starlette.applications import Starlette

from laaffic_mock.gateway.errors import GatewayError
from laaffic_mock.gateway.serving.quiet import THREAD_NAME, be_quiet
from laaffic_mock.gateway.serving.wire import Connections

BACKLOG = 2048
SECONDS_TO_START = 30.0


_running: "weakref.WeakSet[Server]" = weakref.WeakSet()


class Server(uvicorn.Server):
    """uvicorn on a socket that is bound beforehand; it says when it is ready."""

    def __init__(self, config: uvicorn.Config, address: tuple[str, int], before_end: Callable[[], None]) -> None:
        super().__init__(config)
        self.address = address
        self._before_end = before_end
        self.ready = threading.Event()
        self._reserved: socket.socket | None = None
        self._again: asyncio.Task[None] | None = None
        _running.add(self)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.ready.set()

    def descriptors(self) -> Iterator[int]:
        """Yield the file descriptor of every socket that is open."""
        for server in self.servers:
            yield from (listening.fileno() for listening in server.sockets)
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None and transport.get_extra_info("socket") is not None:
                yield transport.get_extra_info("socket").fileno()
        if self._reserved is not None:
            yield self._reserved.fileno()

    async def refuse(self, seconds: float) -> None:
        """Stop listening for so many seconds: connections are refused by the system itself."""
        if self._again is not None:
            self._again.cancel()
        if self._reserved is None:
            for server in self.servers:
                server.close()
            self._reserved = bind(*self.address, listen=False)  # so that nobody takes the port meanwhile
        self._again = asyncio.create_task(self._listen_again(self._reserved, seconds))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, also when nobody listens just now."""
        self._before_end()
        if self._again is not None:
            self._again.cancel()
        if self._reserved is not None:
            self._reserved.close()
        await super().shutdown(sockets)

    async def _listen_again(self, reserved: socket.socket, seconds: float) -> None:
        await asyncio.sleep(seconds)
        loop = asyncio.get_running_loop()
        # Begun by itself, so that whoever cancels this finds either the reserved socket or the server that has it.
        server = await loop.create_server(self._protocol, sock=reserved, backlog=BACKLOG, start_serving=False)
        self._reserved, self.servers = None, [server]
        await server.start_serving()

    def _protocol(self) -> asyncio.Protocol:
        kind = self.config.http_protocol_class
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)  # type: ignore[call-arg]  # uvicorn's own way


def _let_go_in_child() -> None:
    """Let go of the sockets in a forked child: a connection is dropped, and a port free, only when nobody holds it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for server in list(_running):
        for descriptor in server.descriptors():
            if descriptor >= 0:
                os.dup2(nothing, descriptor)  # not closed: the number still belongs to an object, which closes it
    os.close(nothing)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_in_child)


def bind(host: str, port: int, *, listen: bool = True) -> socket.socket:
    """Return a socket that has an address, and listens there.

    Raises:
        GatewayError: the port is in use, or the host is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small responses at once only where the socket says that it is TCP; without, each waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        if listen:
            listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        remedy = "stop the program that uses it, or choose another (port 0 is a free one)"
        raise GatewayError(f"cannot listen on {host} port {port} ({error.strerror}): {remedy}") from None
    return listening


def start(
    host: str,
    port: int,
    connections: Connections,
    make_app: Callable[[Callable[[float], Awaitable[None]]], Starlette],
    before_end: Callable[[], None],
) -> tuple[Server, threading.Thread]:
    """Start a server in a thread, and wait until it serves; `before_end` is called there before it stops."""
    be_quiet()
    listening = bind(host, port)
    server: Server

    async def refuse(seconds: float) -> None:
        await server.refuse(seconds)

    config = uvicorn.Config(
        make_app(refuse),
        http=connections.protocol(),
        loop="asyncio",
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=False,  # a client is who connects, not who it says it is
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,  # longer than clients keep a connection, so that it is never closed as one is used
    )
    server = Server(config, listening.getsockname()[:2], before_end)
    thread = threading.Thread(target=server.run, args=([listening],), name=THREAD_NAME, daemon=True)
    thread.start()
    if not server.ready.wait(SECONDS_TO_START):
        raise GatewayError(f"the gateway did not start within {SECONDS_TO_START:g} seconds")
    return server, thread
