"""The server that is sent to, in a process of its own: `python -m bench.server [--delay SECONDS]`.

It accepts everything, as fast as it can: a body that it has seen before costs it nothing. Its first line out is its
address. `GET /counts` returns what it has counted. It ends when its input does.
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

from bench.peers.responses import http, respond
from bench.processes import Child


@contextmanager
def server(delay: float = 0.0) -> Iterator[str]:
    """Run a server that responds after `delay` seconds; gives its address."""
    with Child(Path(sys.executable), "bench.server", f"--delay={delay}") as process:
        yield str(process.ask()["url"])


def counts(url: str) -> Counter[str]:
    """Return the `connections`, `requests` and `recipients` that a server has had so far."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{url}/counts") as response:
        return Counter(json.loads(response.read()))


class Connection(asyncio.Protocol):
    """One connection, kept open for as many requests as the client likes."""

    def __init__(self, counted: Counter[str], delay: float) -> None:
        self._counted = counted
        self._delay = delay
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
            self._counted["connections"] += not self._used
            self._used = True
            response, recipients = respond(path, body)
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


async def _serve(delay: float) -> None:
    counted: Counter[str] = Counter(connections=0, requests=0, recipients=0)
    loop = asyncio.get_running_loop()
    # Through the loop, and not over a socket made here: then asyncio sets TCP_NODELAY on each connection.
    listening = await loop.create_server(lambda: Connection(counted, delay), "127.0.0.1", 0, backlog=1024)
    print(json.dumps({"url": f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"}), flush=True)
    parent = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(parent), sys.stdin)
    await parent.read()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.server")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each response")
    asyncio.run(_serve(parser.parse_args().delay))
