"""What may stand before the gateway: something that passes requests on and spoils the answers, or a bare socket."""

import contextlib
import http.client
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from support.server import Action, Connection

_MADE_ANEW = frozenset({"content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True)
class Reply:
    """The gateway's whole answer, on its way to the client."""

    status: int
    headers: dict[str, str]
    body: bytes

    def bytes(self) -> bytes:
        """Return it as it goes over the wire, with the length of its body."""
        lines = {**self.headers, "Content-Length": str(len(self.body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 {self.status} Whatever\r\n{head}\r\n".encode() + self.body


def passed_on(
    url: str,
    reply: Callable[[Reply], bytes] = Reply.bytes,
    *,
    keep: bool = True,
    ask: Callable[[bytes], bytes] = lambda body: body,
) -> Action:
    """Post what is made of the request to the gateway, and write what is made of its answer; keep the connection?"""

    def act(connection: Connection) -> bool:
        gateway = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        method, path, _ = connection.request.head.split(" ")
        asked = {name: value for name, value in connection.request.headers.items() if name.lower() not in _MADE_ANEW}
        gateway.request(method, path, ask(connection.request.body), asked)
        answer = gateway.getresponse()
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in _MADE_ANEW}
        content = reply(Reply(answer.status, headers, answer.read()))
        gateway.close()
        connection.socket.sendall(content)
        return keep

    return act


def then_shut(action: Action, shut: threading.Event) -> Action:
    """Do an action, then end the connection, and say when it has ended."""

    def act(connection: Connection) -> bool:
        action(connection)
        connection.socket.shutdown(socket.SHUT_RDWR)
        shut.set()
        return False

    return act


def then_reset(action: Action) -> Action:
    """Do an action, then drop the connection with whatever is still on its way."""

    def act(connection: Connection) -> bool:
        action(connection)
        reset(connection.socket)
        return False

    return act


def reset(connection: socket.socket) -> None:
    """Drop a connection at once, with whatever is still on its way."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@dataclass
class Doorstep:
    """A context manager: a bare socket on a free port, and what to do with each connection as soon as it is made.

    Without `meet` nobody listens: the system refuses connections, and nobody else can take the port.
    """

    meet: Callable[[socket.socket], None] | None = None
    port: int = 0
    met: int = 0
    _door: socket.socket = field(default_factory=socket.socket)
    _thread: threading.Thread | None = None
    _ending: bool = False

    def __enter__(self) -> Self:
        # Small, so that a client that is not read from cannot hand over much.
        self._door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._door.bind(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        if self.meet is not None:
            self._door.listen()
            self._thread = threading.Thread(target=self._serve, args=(self.meet,), daemon=True)
            self._thread.start()
        return self

    def close(self) -> None:
        """Leave the port to others; harmless when it was left."""
        self._door.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._ending = True
            socket.create_connection(("127.0.0.1", self.port)).close()  # wakes accept()
            self._thread.join(10)
        self.close()

    def _serve(self, meet: Callable[[socket.socket], None]) -> None:
        while True:
            connection, _ = self._door.accept()
            with connection, contextlib.suppress(OSError):  # the client has gone
                if self._ending:
                    return
                self.met += 1
                meet(connection)
