"""Section `mocks`: how soon the two mocks are ready, and what they answer in a second."""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from bench.bodies import BODIES, document
from bench.children import child
from bench.effort import Effort, rounded
from bench.loading import load
from bench.raw import RawConnection
from bench.wire import signed
from laaffic_mock import Gateway, Prism, PrismError, environment_for

PACKAGES = ("laaffic", "uvicorn", "starlette", "h11")
AT_ONCE = (1, 16)
SAMPLE = environment_for("")


def measure(effort: Effort) -> dict[str, Any]:
    """Measure milliseconds to be ready, and requests per second of the body `one`."""
    os.environ.pop("LAAFFIC_PRISM_URL", None)  # one that runs already tells nothing of its start
    starts, seconds = effort.of(5, 1), effort.of(3.0, 0.5)
    found: dict[str, Any] = {"repeat": {"starts": starts, "seconds_of_load": seconds}}
    effort.tell("the gateway")
    found["gateway"] = _measured(gateway_alone, starts, seconds) | {"another_ready_ms": _in_this_process(starts)}
    effort.tell("Prism")
    try:
        found["prism"] = _measured(prism, starts, seconds)
    except PrismError as error:
        found["prism"] = {"left_out": str(error).splitlines()[0]}
    return found


@contextlib.contextmanager
def gateway_alone() -> Iterator[str]:
    """Run the gateway in a process of its own; gives its address."""
    with child(sys.executable, "bench.gateway_child") as printed:
        yield printed.readline().strip()


@contextlib.contextmanager
def prism() -> Iterator[str]:
    """Run Prism on the contract's examples; gives its address."""
    with Prism() as running:
        yield running.url


def _measured(run: Callable[[], contextlib.AbstractContextManager[str]], starts: int, seconds: float) -> dict[str, Any]:
    ready = []
    for _ in range(starts):
        begins = time.perf_counter()
        with run() as url:
            _ask(url)
            ready.append(time.perf_counter() - begins)
    with run() as url:
        asyncio.run(load(_port(url), 1, seconds / 2, _request()))  # Prism grows faster for a while
        rates = {
            str(at_once): rounded(asyncio.run(load(_port(url), at_once, seconds, _request()))) for at_once in AT_ONCE
        }
    return {"ready_ms": rounded(median(ready) * 1000), "requests_per_second": rates}


def _in_this_process(starts: int) -> float:
    """Return what a gateway takes where one was before, as in a run of tests."""
    ready = []
    for _ in range(starts + 1):
        begins = time.perf_counter()
        with Gateway() as gateway:
            _ask(gateway.url)
            ready.append(time.perf_counter() - begins)
    return rounded(median(ready[1:]) * 1000)


def _request() -> bytes:
    content = json.dumps(document(BODIES["one"], SAMPLE["LAAFFIC_APP_ID"])).encode()
    return signed(content, SAMPLE["LAAFFIC_API_KEY"], SAMPLE["LAAFFIC_API_SECRET"])


def _ask(url: str) -> None:
    with RawConnection(_port(url)) as connection:
        answer = json.loads(connection.exchange(_request()))
    if answer["status"] != "0":
        raise SystemExit(f"bench: {url} answers {answer}")


def _port(url: str) -> int:
    return urlsplit(url).port or 80
