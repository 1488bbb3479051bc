"""Starting the upstream, and asking it what came."""

import contextlib
import json
import sys
from collections.abc import Iterator

from bench.children import child
from bench.raw import RawConnection


class Upstream:
    """An upstream that runs."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def reset(self) -> None:
        """Forget what came."""
        self._ask("reset")

    def state(self) -> dict[str, float]:
        """Tell what came: `connections`, `requests`, and the `cpu_seconds` that it took."""
        told: dict[str, float] = json.loads(self._ask("state"))
        return told

    def head(self) -> dict[str, str]:
        """Return the headers of the last request."""
        lines = self._ask("head").decode("latin-1").split("\r\n")[1:]
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def _ask(self, path: str) -> bytes:
        with RawConnection(self.port) as connection:
            return connection.exchange(f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())


@contextlib.contextmanager
def upstream(delay: float = 0.0) -> Iterator[Upstream]:
    """Run an upstream that answers after `delay` seconds."""
    with child(sys.executable, "bench.upstream", "--delay", str(delay)) as printed:
        yield Upstream(int(printed.readline()))
