"""The goals: what the project wants of itself, and how each figure is taken from the results. All are upper limits."""

from collections.abc import Callable
from typing import Any, NamedTuple

from bench.results import Results

MEBIBYTE = 2**20
MILLION = 1_000_000


class Goal(NamedTuple):
    """One goal."""

    about: str
    limit: float
    figure: Callable[[Any, Any], float]  # of the results and of the peers' results
    unit: str = ""
    why_missed: str = ""  # where it goes; shown when it is missed


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


def _campaign(results: Any, way: str) -> float:
    if results["recipients"] != MILLION:  # a quick run, which says nothing about this
        raise KeyError(MILLION)
    return float(results["campaign"][way]["peak"]) / MEBIBYTE


def _at_once(results: Any, in_flight: int, what: str) -> float:
    return float(results["at_once"]["laaffic"][str(in_flight)][what])


GOALS = (
    Goal(
        "one: CPU of a send / httpx 0.28 posting ready bytes",
        1.0,
        lambda results, _: results["ratios"]["one"]["laaffic_prepared"]["httpx_bytes"],
    ),
    Goal(
        "n1000: the same",
        2.5,
        lambda results, _: results["ratios"]["n1000"]["laaffic_prepared"]["httpx_bytes"],
    ),
    Goal(
        "i1000 with Rows: CPU / httpx 0.28 `json=` and `.json()`",
        1.0,
        lambda results, _: results["ratios"]["i1000"]["laaffic_rows"]["httpx_json"],
    ),
    Goal(
        "async, 50 ms: CPU of a send with 100 in flight / with 1",
        1.5,
        lambda results, _: _at_once(results, 100, "cpu") / _at_once(results, 1, "cpu"),
    ),
    Goal(
        "async, 50 ms: connections / sends in flight, at most",
        1.0,
        lambda results, _: max(_at_once(results, count, "connections") / count for count in (1, 16, 64, 100)),
    ),
    Goal(
        "import laaffic: CPU over a bare interpreter",
        25,
        lambda results, _: results["imports"]["laaffic"] * 1e3,
        unit="ms",
    ),
    Goal(
        "another Client, made and opened: CPU",
        1.0,
        lambda results, _: (results["clients"]["made_and_sent"] - results["sends"]["one"]["laaffic_messages"]) * 1e3,
        unit="ms",
    ),
    Goal(
        "send_many, 1M recipients: peak memory",
        12,
        lambda results, _: max(_campaign(results, "rows"), _campaign(results, "messages")),
        unit="MiB",
    ),
    Goal(
        "send_many: peak memory of 10M recipients / of 1M",
        1.05,
        lambda results, _: _campaign(results, "ten_times") / _campaign(results, "rows"),
    ),
    Goal(
        "CPU of a single send / infobip's SDK",
        1.0,
        lambda _, peers: 1 / peers["peers"]["infobip"]["send_to_laaffic"],
    ),
)


def judged(results: Results, peers: Results) -> list[Judged]:
    """Compare the results with the goals."""
    return [Judged(goal, _figure(goal, results, peers)) for goal in GOALS]


def _figure(goal: Goal, results: Results, peers: Results) -> float | None:
    try:
        return goal.figure(results, peers)
    except (KeyError, TypeError):
        return None
