"""`python -m bench.upstream`: a gateway in a process of its own that accepts everything, as fast as it can.

It prints its port when it is ready. Bodies that come again cost it nothing, so that it does not slow down what is
measured.
`GET /state` tells what came since the last `GET /reset`, and `GET /head` what headers the last request had.
"""

import argparse
import asyncio
import time
from functools import lru_cache

import orjson

from bench.children import end_with_parent
from bench.wire import SEPARATOR, answer, length_in


class State:
    """What came since the last reset."""

    def __init__(self) -> None:
        self.head = b""
        self.reset()

    def reset(self) -> None:
        """Count anew."""
        self.connections = self.requests = 0
        self.cpu_before = time.process_time()

    def told(self) -> bytes:
        """Tell it as JSON."""
        cpu = time.process_time() - self.cpu_before
        return orjson.dumps({"connections": self.connections, "requests": self.requests, "cpu_seconds": cpu})


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, state: State, delay: float) -> None:
        self._state = state
        self._delay = delay
        self._came = bytearray()
        self._wanted = 0  # bytes of the request, once its head is there
        self._head_ends = 0
        self._counted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # what a server gives
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take bytes, and answer when the request is whole."""
        self._came += data
        if not self._wanted:
            self._head_ends = self._came.find(SEPARATOR)
            if self._head_ends < 0:
                return
            self._wanted = self._head_ends + len(SEPARATOR) + length_in(bytes(self._came[: self._head_ends]))
        if len(self._came) >= self._wanted:
            head, body = self._came[: self._head_ends], self._came[self._head_ends + len(SEPARATOR) : self._wanted]
            del self._came[: self._wanted]
            self._wanted = 0
            self._answer(bytes(head), bytes(body))

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET"):
            self._transport.write(answer(self._control(head.split()[1])))
            return
        state = self._state
        if not self._counted:
            self._counted = True
            state.connections += 1
        state.requests += 1
        state.head = head
        content = accepted(body)
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._write, content)
        else:
            self._transport.write(content)

    def _write(self, content: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(content)

    def _control(self, path: bytes) -> bytes:
        if path == b"/reset":
            self._state.reset()
        return self._state.head if path == b"/head" else self._state.told()


@lru_cache(maxsize=64)
def accepted(body: bytes) -> bytes:
    """Return the answer that accepts everybody asked for."""
    listed = [
        {"number": number, "orderId": order_id}
        for message in orjson.loads(body)["array"]
        for number, order_id in zip(message["numbers"].split(","), message["orderId"].split(","), strict=True)
    ]
    for place, entry in enumerate(listed):
        entry["msgId"] = f"2207201629421{place:06d}"
    counts = {"success": str(len(listed)), "fail": "0"}
    return answer(orjson.dumps({"status": "0", "reason": "success", **counts, "array": listed}))


async def serve(delay: float) -> None:
    """Serve on a free port until this process ends."""
    state = State()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(state, delay), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.upstream")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    asked = parser.parse_args()
    end_with_parent()
    asyncio.run(serve(asked.delay))
