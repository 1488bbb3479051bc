"""Asking a gateway over its inspection paths.

With the standard library's HTTP, which logs nothing: an HTTP library's lines would stand in an application's own logs,
and who replaces its transport in a test would replace this one too.
"""

import json
import os
import threading
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from laaffic_mock._printable import printable
from laaffic_mock.gateway.errors import GatewayError
from laaffic_mock.gateway.words import CHANGE, INSPECTION

_HTTP_ERRORS = 400
_MAX_SHOWN = 1000
_PAUSE = 0.02
_TIMEOUT = 30.0
_MAX_IDLE = 60.0  # the gateway ends idle connections after 75 seconds


class Asking:
    """Asks one gateway, from any thread, and from a forked process too.

    One connection is kept: a gateway that refuses connections on request can then still be asked.

    Args:
        url: the gateway's address.

    Attributes:
        refused_until: until when, on the monotonic clock, connections are refused on request.

    Raises:
        GatewayError: it is no address.
    """

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url.rstrip("/"))
        self._process = 0
        self.refused_until = 0.0
        try:
            self._begin()
        except ValueError as error:  # of the port
            raise GatewayError(f"{url!r} is no address ({error}); one is http://127.0.0.1:4010") from None

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return what an inspection path responds.

        Raises:
            GatewayError: no gateway responds there, or it refuses; the text says why.
        """
        if self._process != os.getpid():
            self._connection.close()  # here alone: the other process goes on with it
            self._begin()
        try:
            with self._lock:
                status, content = self._patiently(method, path, None if body is None else json.dumps(body).encode())
            said = json.loads(content) if content else None
        except (OSError, HTTPException, ValueError) as error:
            where = self._url.geturl()
            raise GatewayError(f"no mock gateway answers at {where} ({type(error).__name__})") from None
        if status >= _HTTP_ERRORS:
            why = said["error"] if isinstance(said, dict) and "error" in said else f"HTTP {status}"
            raise GatewayError(printable(str(why)[:_MAX_SHOWN]))
        return said

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        self._connection.close()

    def _begin(self) -> None:
        """Begin anew: the connection and the lock belong to one process."""
        make = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        self._connection = make(self._url.hostname or "", self._url.port, timeout=_TIMEOUT)
        self._used = 0.0
        self._lock = threading.Lock()
        self._process = os.getpid()

    def _patiently(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        """Ask; while connections are refused on request, wait for the end of that."""
        while True:
            try:
                return self._once(method, path, body)
            except ConnectionRefusedError:
                if time.monotonic() > self.refused_until + _PAUSE:
                    raise
                time.sleep(_PAUSE)

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        if self._has_ended():
            self._connection.close()
        try:
            self._connection.request(method, f"{self._url.path}{INSPECTION}{path}", body, dict([CHANGE]))
            response = self._connection.getresponse()
            content = response.read()
        except BaseException:  # an interrupt too: what is left of a response must not be taken for the next one
            self._connection.close()
            raise
        self._used = time.monotonic()
        return response.status, content

    def _has_ended(self) -> bool:
        """Tell whether the other side has ended the connection, or is about to."""
        socket = self._connection.sock
        if socket is None or time.monotonic() > self._used + _MAX_IDLE:
            return True
        try:
            socket.setblocking(False)
            socket.recv(1)  # nothing is expected, so whatever comes is the end
        except BlockingIOError:
            socket.settimeout(_TIMEOUT)
            return False
        except OSError:
            pass
        return True
