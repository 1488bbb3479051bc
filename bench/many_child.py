"""`python -m bench.many_child URL RECEIVERS AT_ONCE rows|messages`: one run of `send_many`; prints figures as JSON."""

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from typing import Any

import laaffic
from bench.bodies import APP, KEY, RECEIVERS, SECRET, row
from bench.children import end_with_parent
from bench.memory import forget_peak, now, peak


def asked(receivers: int) -> Iterable[laaffic.Message]:
    """Make each row when it is read. Every request has the same body, so that the upstream has little to do."""
    rows = (row(place % RECEIVERS) for place in range(receivers))
    if sys.argv[4] == "rows":
        return laaffic.Rows(rows)
    return (laaffic.Message(number, content, order_ids=order_id) for number, content, order_id in rows)


def one_after_the_other(client: laaffic.Client, receivers: int) -> int:
    """Send with `Client`; returns how many were accepted."""
    return sum(len(result.accepted) for result in client.send_many(asked(receivers)))


async def several_at_once(client: laaffic.AsyncClient, receivers: int, at_once: int) -> int:
    """Send with `AsyncClient`; returns how many were accepted."""
    send_many: Any = client.send_many  # the argument may not be there
    async with client:
        return sum([len(result.accepted) async for result in send_many(asked(receivers), concurrency=at_once)])


def main() -> None:
    """Run it."""
    url, receivers, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    end_with_parent()
    one = laaffic.Client(KEY, SECRET, APP, base_url=url)
    several = laaffic.AsyncClient(KEY, SECRET, APP, base_url=url)
    forget_peak()
    before = now()
    wall, cpu = time.perf_counter(), time.process_time()
    if at_once:
        accepted = asyncio.run(several_at_once(several, receivers, at_once))
    else:
        accepted = one_after_the_other(one, receivers)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    told = {
        "accepted": accepted,
        "receivers_per_second": receivers / wall,
        "cpu_us_per_receiver": cpu / receivers * 1e6,
        "peak_mib": peak() - before,
        "before_mib": before,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
