"""The goals, and how each figure is taken from the results. All are upper limits."""

from collections.abc import Callable
from typing import Any, NamedTuple

from bench.results import Results

ASYNC = "async, responses after 50 ms"
ORDER_IDS = "order ids of ours, where the caller gives none"


class Goal(NamedTuple):
    """One goal."""

    about: str
    limit: float
    figure: Callable[[Any, Any], float]  # of the tables of results and the peers
    why_missed: str = ""  # where the time or the memory goes; shown when the goal is missed


class Judged(NamedTuple):
    """A goal beside what was measured."""

    goal: Goal
    measured: float | None

    @property
    def missed(self) -> bool:
        """Whether it was measured and is missed; what rounds to the limit is not."""
        return self.measured is not None and round(self.measured, 2) > self.goal.limit

    @property
    def verdict(self) -> str:
        """Whether it is met, and by how much it is missed."""
        if self.measured is None:
            return "not measured"
        return f"missed by {self.measured - self.goal.limit:.2f}" if self.missed else "met"


def judged(results: Results, peers: Results) -> list[Judged]:
    """Compare the results with the goals."""
    return [Judged(goal, _figure(goal, results, peers)) for goal in GOALS]


def _figure(goal: Goal, results: Results, peers: Results) -> float | None:
    try:
        return goal.figure(results.get("tables", {}), peers.get("peers", {}))
    except KeyError:
        return None


def _figure_at(table: str, row: str, column: str) -> Callable[[Any, Any], float]:
    return lambda tables, _: float(tables[table][row][column])


def _peak(tables: Any, row: str) -> float:
    return float(tables["send_many"][row]["peak MiB"])


def _flat(tables: Any, _: Any) -> float:
    rows = tables[ASYNC]
    return float(rows["laaffic, 100 in flight"]["CPU µs"] / rows["laaffic, 1 in flight"]["CPU µs"])


def _connections(tables: Any, _: Any) -> float:
    rows = tables[ASYNC]
    return max(float(rows[f"laaffic, {count} in flight"]["connections"]) / count for count in (1, 16, 64, 100))


def _another_client(tables: Any, _: Any) -> float:
    rows = tables["another client"]
    return float(rows["made, and a send"]["CPU µs"] - tables["one"]["laaffic, Messages"]["CPU µs"]) / 1e3


GOALS = (
    Goal(
        "one: CPU of a send / httpx 0.28 posting ready bytes",
        1.0,
        _figure_at("one", "laaffic, Messages ready", "/ httpx bytes"),
    ),
    Goal(
        "n1000: the same",
        2.5,
        _figure_at("n1000", "laaffic, Messages ready", "/ httpx bytes"),
        "A raw socket with orjson both ways is above bare httpx already; the rest is checking the response, matching "
        "it with what was asked, and making 1,000 outcomes.",
    ),
    Goal(
        "i1000 with Rows: CPU / httpx 0.28 with json= and .json()",
        1.0,
        _figure_at("i1000", "laaffic, Rows", "/ httpx json"),
    ),
    Goal("async: CPU of a send with 100 in flight / with 1", 1.5, _flat),
    Goal("async: connections for each send in flight, at 1, 16, 64 and 100", 1.0, _connections),
    Goal("import laaffic: CPU ms over a bare interpreter", 25, _figure_at("import", "laaffic", "CPU ms")),
    Goal("another Client, made and connected: CPU ms", 1.0, _another_client),
    Goal(
        "send_many, 1M recipients: peak MiB",
        12,
        lambda tables, _: max(_peak(tables, "Rows, 1M"), _peak(tables, "Messages, 1M")),
    ),
    Goal(
        "send_many: peak MiB that 10M recipients take over 1M",
        0.5,  # a difference: the peak is so small that a ratio would show noise
        lambda tables, _: _peak(tables, "Rows, 10M") - _peak(tables, "Rows, 1M"),
    ),
    Goal("CPU of a single send / infobip's", 1.0, lambda _, peers: 1 / float(peers["infobip"]["/ ours"])),
)
