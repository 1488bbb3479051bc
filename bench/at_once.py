"""Section `async`: many sends at once in one process, to an upstream that answers at once and one that takes 50 ms."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from statistics import median
from typing import Any, NamedTuple

from bench.async_ways import LARGE_WAYS, SMALL_WAYS, Opens, sdk_sends_many, sends_many_at_once
from bench.bodies import BODIES, RECEIVERS, Body
from bench.effort import Effort, rounded
from bench.serving import Upstream, upstream
from bench.ways import WrongAnswerError, verify

PACKAGES = ("laaffic", "httpx", "httpcore", "anyio", "httpx-aiohttp", "aiohttp", "orjson")
AT_ONCE = (1, 16, 64)
MOST = AT_ONCE[-1]
DELAY = 0.05

Figures = dict[str, float]


class Case(NamedTuple):
    """One thing to measure in every round."""

    body: str
    upstream: str
    at_once: int
    way: str


def measure(effort: Effort) -> dict[str, Any]:
    """Measure CPU of this process, rates, and the connections that the upstream counted."""
    rounds = effort.of(5, 1)
    with upstream() as prompt, upstream(DELAY) as slow:
        effort.tell("do all ways give what they should?")
        for server in (prompt, slow):
            asyncio.run(_verify(server))
        runs: dict[Case, list[Figures]] = {}
        for number in range(rounds):
            effort.tell(f"round {number + 1} of {rounds}")
            for case, run in _cases({"prompt": prompt, "slow": slow}, effort):
                runs.setdefault(case, []).append(asyncio.run(run()))
    return {"repeat": {"rounds": rounds, "delay_ms": round(DELAY * 1000)}, "bodies": _nested(runs)}


def _cases(
    servers: dict[str, Upstream], effort: Effort
) -> list[tuple[Case, Callable[[], Coroutine[Any, Any, Figures]]]]:
    cases: list[tuple[Case, Callable[[], Coroutine[Any, Any, Figures]]]] = []

    def add(case: Case, opens: Opens, sends: int) -> None:
        server, body = servers[case.upstream], BODIES[case.body]
        cases.append((case, lambda: _run(opens, server, body, case.at_once, sends)))

    for name in servers:
        for at_once in AT_ONCE:
            sends = at_once * effort.of(20, 6) if name == "slow" else effort.of(320, 128)  # about a second
            for way, opens in SMALL_WAYS.items():
                add(Case("one", name, at_once, way), opens, sends)
    requests = MOST * effort.of(8, 2)
    for way, opens in LARGE_WAYS.items():
        add(Case("i1000", "slow", MOST, way), opens, requests)
    if sends_many_at_once():
        cases.append((Case("i1000", "slow", MOST, "send_many"), lambda: _run_many(servers["slow"], requests)))
    return cases


async def _verify(server: Upstream) -> None:
    for ways, body in ((SMALL_WAYS, BODIES["one"]), (LARGE_WAYS, BODIES["i1000"])):
        for name, opens in ways.items():
            async with AsyncExitStack() as stack:
                way = await opens(stack, server, body, 1)
                verify(f"async {name}", body, way.accepted(await way.send(0)))


async def _run(opens: Opens, server: Upstream, body: Body, at_once: int, sends: int) -> Figures:
    """Let workers send until all is sent. What each of them sends first, over a new connection, is not timed."""
    async with AsyncExitStack() as stack:
        way = await opens(stack, server, body, at_once)
        server.reset()
        await asyncio.gather(*(way.send(worker) for worker in range(at_once)))
        left = iter(range(sends))

        async def work(worker: int) -> None:
            for _ in left:
                await way.send(worker)

        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work(worker) for worker in range(at_once)))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return _figures(cpu, wall, sends, len(body.rows), server)


async def _run_many(server: Upstream, requests: int) -> Figures:
    """Let the SDK's own `send_many` send that many requests, after some over new connections."""
    async with AsyncExitStack() as stack:
        send_many = await sdk_sends_many(stack, server, MOST)
        server.reset()
        await send_many(MOST * RECEIVERS)
        wall, cpu = time.perf_counter(), time.process_time()
        accepted = await send_many(requests * RECEIVERS)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if accepted != requests * RECEIVERS:
        raise WrongAnswerError(f"send_many: {accepted} accepted of {requests * RECEIVERS}")
    return _figures(cpu, wall, requests, RECEIVERS, server)


def _figures(cpu: float, wall: float, sends: int, receivers: int, server: Upstream) -> Figures:
    return {
        "sends": sends,
        "cpu_us": cpu / sends * 1e6,
        "wall_us": wall / sends * 1e6,
        "sends_per_second": sends / wall,
        "receivers_per_second": sends * receivers / wall,
        "connections": server.state()["connections"],
    }


def _nested(runs: dict[Case, list[Figures]]) -> dict[str, Any]:
    """Give the medians by body, upstream, how many at once, and way."""
    nested: dict[str, Any] = {}
    for case, figures in runs.items():
        found = {key: rounded(median(run[key] for run in figures)) for key in figures[0]}
        of_body = nested.setdefault(case.body, {}).setdefault(case.upstream, {})
        of_body.setdefault(str(case.at_once), {})[case.way] = found
    return nested
