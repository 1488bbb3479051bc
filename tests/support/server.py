"""A real server on a free port that reads whole requests, keeps them, and then behaves as it is told."""

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from types import TracebackType
from typing import Any, Self

Action = Callable[["Connection"], bool]


@dataclass
class Request:
    """One whole request."""

    head: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass
class Connection:
    """What an action may use: the socket, the request just read, and when the server is to stop."""

    socket: socket.socket
    request: Request
    stopping: threading.Event
    after: bytes = b""  # what an answer has behind it, in the same packet
    ahead: bytes = b""  # what of the next request came with this one


def answer(
    body: Any, *, status: int = 200, headers: dict[str, str] | None = None, encode: Callable[[bytes], bytes] = bytes
) -> Action:
    """Answer with a body: bytes as they are, anything else as JSON."""
    content = encode(body if isinstance(body, bytes) else json.dumps(body).encode())

    def act(connection: Connection) -> bool:
        lines = {"Date": formatdate(usegmt=True), "Content-Type": "application/json", **(headers or {})}
        lines["Content-Length"] = str(len(content))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        connection.socket.sendall(f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + content + connection.after)
        return True

    act.__name__ = f"answers-{_about(body, status)}"
    return act


def _about(body: Any, status: int) -> str:
    """Say in a word what an answer holds, for the ids of tests: a status of the provider, or one of HTTP."""
    return f"status{body['status']}" if status == 200 and isinstance(body, dict) and "status" in body else str(status)


def success(connection: Connection) -> bool:
    """Accept every recipient, as the provider would."""
    accepted = []
    for message in connection.request.json()["array"]:
        numbers = message["numbers"].split(",")
        order_ids = message["orderId"].split(",") if "orderId" in message else [None] * len(numbers)
        accepted += [{"number": n, "orderId": o} for n, o in zip(numbers, order_ids, strict=True)]
    listed = [{"msgId": f"m{place}", **entry} for place, entry in enumerate(accepted)]
    verdict = {"status": "0", "reason": "success", "success": str(len(listed)), "fail": "0", "array": listed}
    return answer(verdict)(connection)


def raw(content: bytes) -> Action:
    """Send bytes that need not be HTTP, then drop the connection."""

    def act(connection: Connection) -> bool:
        connection.socket.sendall(content)
        return False

    return act


def drop(_: Connection) -> bool:
    """Close the connection without a word."""
    return False


def silence(connection: Connection) -> bool:
    """Never answer."""
    connection.stopping.wait()
    return False


@dataclass
class Server:
    """A context manager. `posts` are the requests that came in whole; actions go in order, the last for ever.

    `meet`, where it is given, is told of each connection before anything is read, and returns whether to go on with it.
    """

    actions: list[Action] = field(default_factory=lambda: [success])
    meet: Callable[[socket.socket], bool] | None = None
    keep_posts: bool = True
    posts: list[Request] = field(default_factory=list)
    url: str = ""
    connections: int = 0
    _tls: ssl.SSLContext | None = None
    _listening: list[socketserver.TCPServer] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.url = f"http://127.0.0.1:{self.also_listen_on(0)}"
        return self

    def also_listen_on(self, port: int) -> int:
        """Listen on one more port, 0 for any free one, and return which."""
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer._serve(self.request)

        class Threads(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 128

        listening = Threads(("127.0.0.1", port), Handler)
        self._listening.append(listening)
        threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return int(listening.server_address[1])

    def use_tls(self, context: ssl.SSLContext) -> None:
        """Speak TLS on every connection from now on."""
        self._tls = context

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for listening in self._listening:
            listening.shutdown()
            listening.server_close()

    def will(self, *actions: Action) -> None:
        """Say what to do with the requests that follow."""
        self.actions = list(actions)

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self.connections += 1
        try:
            if self.meet is not None and not self.meet(connection):
                return
            if self._tls is None:
                self._handle_all(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as encrypted:
                    self._handle_all(encrypted)
        except OSError:  # the client has gone
            pass

    def _handle_all(self, connection: socket.socket) -> None:
        ahead = b""
        while (read := _read(connection, ahead)) is not None:
            request, ahead = read
            with self._lock:
                if self.keep_posts:
                    self.posts.append(request)
                action = self.actions.pop(0) if len(self.actions) > 1 else self.actions[0]
            if not action(Connection(connection, request, self._stopping, ahead=ahead)):
                return


def _read(connection: socket.socket, data: bytes) -> tuple[Request, bytes] | None:
    """Return a request and what came after it; None when the connection ended before."""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    top, body = data.split(b"\r\n\r\n", 1)
    head, *lines = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    length = int(headers.get("content-length", "0"))
    while len(body) < length:
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return Request(head, headers, body[:length]), body[length:]
