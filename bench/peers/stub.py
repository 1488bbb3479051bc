"""The server that every peer sends to, in a process of its own: `python -m bench.peers.stub`.

Its first line out is the port. Each line in is answered with what was counted so far. It ends when its input does.
"""

import asyncio
import json
import sys
from collections import Counter

from bench.peers.answers import answer


class Connection(asyncio.Protocol):
    """One connection, kept open for as many requests as the peer likes."""

    def __init__(self, counted: Counter[str]) -> None:
        self._counted = counted
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # what create_server gives
        self._transport = transport
        self._counted["connections"] += 1

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self._received += data
        while (request := _cut_request(self._received)) is not None:
            response, receivers = answer(*request)
            self._counted["requests"] += 1
            self._counted["receivers"] += receivers
            self._transport.write(response)


def _cut_request(received: bytearray) -> tuple[bytes, bytes] | None:
    """Take the path and the body of the first request off what was received; None when it is not complete."""
    head, end, _ = received.partition(b"\r\n\r\n")
    if not end:
        return None
    begin = len(head) + len(end)
    length = int(head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
    if len(received) < begin + length:
        return None
    path, body = bytes(head.split(b" ", 2)[1]), bytes(received[begin : begin + length])
    del received[: begin + length]
    return path, body


async def _serve() -> None:
    counted: Counter[str] = Counter(connections=0, requests=0, receivers=0)
    loop = asyncio.get_running_loop()
    # Through the loop, and not over a socket made here: then asyncio sets TCP_NODELAY on each connection.
    server = await loop.create_server(lambda: Connection(counted), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    asked = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    async for _ in asked:
        print(json.dumps(counted), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve())
