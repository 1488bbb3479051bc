"""Loading a server over several connections, each of which posts its next request as soon as it has its answer."""

import asyncio
import json
import time
from typing import Any

from bench.bodies import BODIES, KEY, SECRET, document
from bench.effort import rounded
from bench.raw import AsyncRawConnection
from bench.serving import Upstream
from bench.wire import signed


async def load(port: int, connections: int, seconds: float, request: bytes) -> float:
    """Load a server for some seconds; returns the requests that it answered in a second."""
    opened = [await AsyncRawConnection.open(port) for _ in range(connections)]
    await asyncio.gather(*(connection.exchange(request) for connection in opened))
    begins = time.perf_counter()
    until = begins + seconds

    async def go_on(connection: AsyncRawConnection) -> int:
        answered = 0
        while time.perf_counter() < until:
            await connection.exchange(request)
            answered += 1
        return answered

    answered = sum(await asyncio.gather(*(go_on(connection) for connection in opened)))
    took = time.perf_counter() - begins
    for connection in opened:
        connection.close()
    return answered / took


def bearable(server: Upstream, seconds: float, connections: int = 16) -> dict[str, Any]:
    """Find what the upstream answers in a second, to show that it is not what limits the others."""
    found = {}
    for name in ("one", "i1000"):
        request = signed(json.dumps(document(BODIES[name])).encode(), KEY, SECRET)
        server.reset()
        rate = asyncio.run(load(server.port, connections, seconds, request))
        state = server.state()
        found[name] = {
            "requests_per_second": rounded(rate),
            "its_cpu_us": rounded(state["cpu_seconds"] / state["requests"] * 1e6),
        }
    return {"connections": connections, **found}
