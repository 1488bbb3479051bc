"""Where reports are pushed to when a function is to get them: a small server on loopback."""

import json
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OnReport = Callable[[dict[str, Any]], object]
_TIMEOUT = 10.0
_OK, _NOT_FOUND, _FAILED = 200, 404, 500


class Receiver:
    """Calls a function with each report that is posted to it, one after the other, in a thread of its own.

    What the function raises is a failed push: the gateway says HTTP 500.

    Args:
        on_report: the function.
    """

    def __init__(self, on_report: OnReport) -> None:
        one_at_a_time = threading.Lock()
        path = f"/{secrets.token_urlsafe()}"  # which no web page knows

        def told(body: bytes) -> bool:
            try:
                with one_at_a_time:
                    on_report(json.loads(body))
            except Exception:  # noqa: BLE001  # it is the caller's own, and a server that fails says no more either
                return False
            return True

        class Handler(BaseHTTPRequestHandler):
            timeout = _TIMEOUT

            def do_POST(self) -> None:  # the library's name
                status = _NOT_FOUND
                if self.path == path:
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    status = _OK if told(body) else _FAILED
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass  # it would write to standard error

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}{path}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_TIMEOUT)
