"""The cells of everything before the request's first byte, and of writing it."""

import socket
import ssl
import threading
from functools import cache
from typing import Any

import trustme

import laaffic
from laaffic import HTTPStatusError, NotSentError, OutcomeUnknownError
from matrix.cell import ACCEPTED, LOST, Arrange, Cell, Outcome, Stage
from support.front import passed_on, reset
from support.server import Server

NAME, CONNECT, PROXY, TLS, WRITING = (
    "Finding the host",
    "Connecting",
    "Connecting through a proxy",
    "The TLS handshake",
    "Writing the request",
)
# More than a client and the system can hold between them, so that some of it is always still to be written.
_MANY = 2_500
_MANY_RETRIES = 8  # whose pauses last half a minute
_IMPATIENT = (0.3, 30.0)  # seconds to connect and to read, where no connection will ever be made


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


def _unresolved(stage: Stage) -> None:
    """Let no name be found, as the system would say it; nothing leaves this machine."""

    def unknown(*_: object, **__: object) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    stage.patch.setattr(socket, "getaddrinfo", unknown)
    stage.gateway.requests  # noqa: B018  # its connection is made before no name is found
    stage.settings["base_url"] = "https://api.laaffic.invalid"


def _later(stage: Stage) -> None:
    """Let the gateway come up while the client waits for a further attempt."""
    door, server = stage.doorstep(), stage.things.enter_context(Server([passed_on(stage.gateway.url)]))

    def come_up() -> None:
        door.close()
        server.also_listen_on(door.port)

    stage.settings["connect_retries"] = _MANY_RETRIES
    timer = threading.Timer(0.1, come_up)
    timer.start()
    stage.things.callback(timer.join)


def _back_soon(stage: Stage) -> None:
    stage.settings["connect_retries"] = _MANY_RETRIES
    stage.gateway.fail_next("refuse_connection", seconds=0.3)


def _proxy(says: bytes) -> Arrange:
    def meet(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(says)

    def arrange(stage: Stage) -> None:
        stage.settings["proxy"] = f"http://127.0.0.1:{stage.doorstep(meet).port}"
        stage.settings["base_url"] = "https://localhost:1"

    return arrange


def _tls(host: str, *, trusted: bool) -> Arrange:
    def arrange(stage: Stage) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        _authority().issue_cert(host).configure_cert(context)
        front = stage.front(passed_on(stage.gateway.url))
        front.use_tls(context)
        stage.settings["base_url"] = front.url.replace("http://127.0.0.1", "https://localhost")
        if trusted:
            stage.settings["ssl_context"] = ssl.create_default_context()
            _authority().configure_trust(stage.settings["ssl_context"])

    return arrange


def _no_tls(says: bytes | None, **settings: Any) -> Arrange:
    def meet(connection: socket.socket) -> None:
        while connection.recv(65536) and says is None:
            pass
        connection.sendall(says or b"")

    def arrange(stage: Stage) -> None:
        stage.settings["base_url"] = f"https://localhost:{stage.doorstep(meet).port}"
        stage.settings.update(settings)

    return arrange


def _while_writing(says: bytes, *, read_on: bool = False) -> Arrange:
    def meet(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(says)
        if read_on:
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 20):
                pass
        else:
            reset(connection)

    def arrange(stage: Stage) -> None:
        numbers = [str(99955500001 + place) for place in range(_MANY)]
        text = "\N{GRINNING FACE}" * 1024
        stage.messages = [laaffic.Message(n, text, None, [f"o{n}"]) for n in numbers]
        stage.settings["max_recipients"] = _MANY
        stage.doorstep(meet)

    return arrange


_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_NOT_SENT = Outcome(NotSentError, "no", "nnn", "---")

BEFORE = [
    Cell(NAME, "no such host", _unresolved, _NOT_SENT, 0),
    Cell(CONNECT, "nobody listens", Stage.doorstep, _NOT_SENT, 0),
    Cell(CONNECT, "nobody listens at first; a later attempt connects", _later, ACCEPTED),
    Cell(CONNECT, "the gateway is away for a moment", _back_soon, ACCEPTED),
    Cell(PROXY, "the proxy wants a password", _proxy(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"), _NOT_SENT, 0),
    Cell(PROXY, "the proxy cannot connect", _proxy(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n"), _NOT_SENT, 0),
    Cell(PROXY, "the proxy drops the connection", _proxy(b""), LOST, 0),
    Cell(TLS, "a certificate of an unknown authority", _tls("localhost", trusted=False), _NOT_SENT, 0),
    Cell(TLS, "a certificate for another host", _tls("elsewhere.invalid", trusted=True), _NOT_SENT, 0),
    Cell(TLS, "a certificate of an authority of your own", _tls("localhost", trusted=True), ACCEPTED),
    Cell(TLS, "the connection is dropped", _no_tls(b""), _NOT_SENT, 0),
    Cell(TLS, "the other side does not speak TLS", _no_tls(b"HTTP/1.1 400 Bad Request\r\n\r\n"), _NOT_SENT, 0),
    Cell(TLS, "silence", _no_tls(None, timeout=_IMPATIENT, connect_retries=0), _NOT_SENT, 0),
    Cell(
        WRITING,
        "the connection is dropped while a large request is being written",
        _while_writing(b""),
        Outcome(OutcomeUnknownError, "unknown", "u" * _MANY, "-" * _MANY),
        0,
    ),
    Cell(
        WRITING,
        "HTTP 413 while a large request is being written",
        _while_writing(_TOO_LARGE, read_on=True),
        Outcome(HTTPStatusError, "no", "r" * _MANY, "-" * _MANY),
        0,
    ),
]
