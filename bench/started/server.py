"""The server that is sent to, in a process of its own: `python -m bench.started.server [--delay SECONDS] [--unseen]`.

It accepts everything, as fast as it can: a body that it has seen before costs it nothing; or, unseen, each is another.
Its first line out is its address. `GET /counts` returns what it has counted, and `GET /arrivals` what came when since
it was last asked. It ends when its input does.
"""

import argparse
import asyncio
import json
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.ledgers.upstream import Arrival, Upstream
from bench.peers.responses import http, respond
from bench.started.processes import Child


@contextmanager
def server(delay: float = 0.0, *, unseen: bool = False) -> Iterator[str]:
    """Run a server that responds after `delay` seconds; gives its address.

    Args:
        delay: in seconds.
        unseen: whether the bodies are all different, so that none is kept.
    """
    more = ["--unseen"] if unseen else []
    with Child(Path(sys.executable), "bench.started.server", f"--delay={delay}", *more) as process:
        yield str(process.ask()["url"])


def counts(url: str) -> Counter[str]:
    """Return the `connections`, `requests` and `recipients` that a server has had so far."""
    return Counter(_asked(f"{url}/counts"))


def arrivals(url: str) -> list[Arrival]:
    """Return what came to a server for unseen bodies since this was last asked."""
    return [(at, recipients) for at, recipients in _asked(f"{url}/arrivals")]


def _asked(url: str) -> Any:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as response:
        return json.loads(response.read())


class Connection(asyncio.Protocol):
    """One connection, kept open for as many requests as the client likes."""

    def __init__(self, counted: Counter[str], delay: float, upstream: Upstream | None) -> None:
        self._counted = counted
        self._delay = delay
        self._upstream = upstream
        self._received = bytearray()
        self._used = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        assert isinstance(transport, asyncio.Transport)  # what create_server gives
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Respond to each request that is complete."""
        self._received += data
        while (request := _cut_request(self._received)) is not None:
            path, body = request
            if path == b"/counts":
                self._write(http("200 OK", self._counted))
                continue
            if path == b"/arrivals" and self._upstream is not None:
                self._write(http("200 OK", self._upstream.arrivals))
                self._upstream.arrivals.clear()
                continue
            self._counted["connections"] += not self._used
            self._used = True
            response, recipients = respond(path, body) if self._upstream is None else self._upstream.respond(body)
            self._counted.update(requests=1, recipients=recipients)
            if self._delay:
                asyncio.get_running_loop().call_later(self._delay, self._write, response)
            else:
                self._write(response)

    def _write(self, response: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(response)


def _cut_request(received: bytearray) -> tuple[bytes, bytes] | None:
    """Take the path and the body of the first request off what was received; None while it is not complete."""
    if (head_ends := received.find(b"\r\n\r\n")) < 0:
        return None
    head, begins = bytes(received[:head_ends]), head_ends + 4
    ends = begins + int(head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0] or 0)
    if len(received) < ends:
        return None
    body = bytes(received[begins:ends])
    del received[:ends]
    return head.split(b" ", 2)[1], body


async def _serve(delay: float, *, unseen: bool) -> None:
    counted: Counter[str] = Counter(connections=0, requests=0, recipients=0)
    upstream = Upstream() if unseen else None
    loop = asyncio.get_running_loop()
    # Through the loop, and not over a socket made here: then asyncio sets TCP_NODELAY on each connection.
    listening = await loop.create_server(lambda: Connection(counted, delay, upstream), "127.0.0.1", 0, backlog=1024)
    print(json.dumps({"url": f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"}), flush=True)
    parent = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(parent), sys.stdin)
    await parent.read()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.started.server")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each response")
    parser.add_argument("--unseen", action="store_true", help="keep no response: the bodies are all different")
    asked = parser.parse_args()
    asyncio.run(_serve(asked.delay, unseen=asked.unseen))
