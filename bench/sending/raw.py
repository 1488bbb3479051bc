"""A socket without any HTTP library: the limit that everything else is compared with."""

import socket
from typing import Self
from urllib.parse import urlsplit

from bench.sending.bodies import PATH, signed_headers

SEPARATOR = b"\r\n\r\n"
MAX_READ = 1 << 18


class RawConnection:
    """One keep-alive connection. It expects a response with a Content-Length."""

    def __init__(self, url: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", urlsplit(url).port or 80))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, content: bytes) -> bytes:
        """Sign and post a body, and return the response's body."""
        headers = {"Host": "127.0.0.1", **signed_headers(), "Content-Length": str(len(content))}
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        self._socket.sendall(f"POST {PATH} HTTP/1.1\r\n{lines}\r\n".encode() + content)
        head, _, body = self._socket.recv(MAX_READ).partition(SEPARATOR)  # the server writes the head at once
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        parts, received = [body], len(body)
        while received < length:
            parts.append(self._socket.recv(MAX_READ))
            if not parts[-1]:
                raise ConnectionError("the server closed the connection")
            received += len(parts[-1])
        return b"".join(parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
