"""Section `many`: `send_many` over a million receivers and more, each run in a process of its own."""

import inspect
import json
import sys
from statistics import median
from typing import Any

import laaffic
from bench.children import child
from bench.effort import Effort, rounded
from bench.serving import Upstream, upstream
from bench.ways import WrongAnswerError

PACKAGES = ("laaffic", "httpx", "orjson")
MILLION = 1_000_000
MOST_SECONDS = 180.0  # for ten million, unless all is asked for
AT_ONCE = 16

Figures = dict[str, float]


def measure(effort: Effort) -> dict[str, Any]:
    """Measure receivers per second, and the peak of memory over what there was when the client was made."""
    receivers = effort.of(MILLION, MILLION // 5)
    runs = effort.of(3, 1)
    found: dict[str, Any] = {"repeat": {"runs": runs, "receivers": receivers}}
    with upstream() as server:
        _run(server, 2000, 0)  # the first one reads the program from the disk
        found["messages"] = _median(effort, server, receivers, 0, runs, what="messages")
        found["sync"] = _median(effort, server, receivers, 0, runs)
        if "concurrency" in inspect.signature(laaffic.AsyncClient.send_many).parameters:
            found["async"] = _median(effort, server, receivers, AT_ONCE, 1) | {"concurrency": AT_ONCE}
        else:
            found["async"] = {"left_out": "send_many has no argument `concurrency`"}
        seconds = 10 * MILLION / found["sync"]["receivers_per_second"]
        if effort.full or (not effort.quick and seconds < MOST_SECONDS):
            found["ten_times"] = _median(effort, server, 10 * receivers, 0, 1)
        else:
            found["ten_times"] = {"left_out": f"would take {seconds:.0f} s; --full runs it"}
    return found


def _median(
    effort: Effort, server: Upstream, receivers: int, at_once: int, runs: int, *, what: str = "rows"
) -> Figures:
    took = []
    for number in range(runs):
        way = f"{at_once} at once" if at_once else "one after the other"
        effort.tell(f"{receivers:,} {what}, {way}, run {number + 1} of {runs}")
        took.append(_run(server, receivers, at_once, what))
    return {key: rounded(median(run[key] for run in took)) for key in took[0]} | {"receivers": receivers}


def _run(server: Upstream, receivers: int, at_once: int, what: str = "rows") -> Figures:
    with child(sys.executable, "bench.many_child", server.url, str(receivers), str(at_once), what) as printed:
        told: Figures = json.loads(printed.readline())
    if told.pop("accepted") != receivers:
        raise WrongAnswerError(f"send_many did not tell of {receivers:,} receivers accepted")
    return told
