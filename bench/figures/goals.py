"""The goals, and how each figure is taken from the results."""

from collections.abc import Callable
from typing import Any, NamedTuple

from bench.figures.results import Results

ASYNC = "async, responses after 50 ms"
ORDER_IDS = "order ids of ours, where the caller gives none"
CAMPAIGNS = "campaigns"
LOAD = "load a CSV, SQLite"
ON_SQLITE = "run, SQLite, 16 in flight"
LARGE_LOAD = "load a CSV of ten times as many"
LARGE_RUN = "run the first tenth of that"
ON_POSTGRES = "run, PostgreSQL, 4 processes with 4 in flight each"
STATUS = "status of 50M, 90 % done"
RATED = "rate of 500/s over two processes, PostgreSQL"
CELERY = "a Celery task for each, Redis, 2 workers"
_MANY = 1000


class Goal(NamedTuple):
    """One goal."""

    about: str
    limit: float
    figure: Callable[[Any, Any], float]  # of the tables of results and the peers
    why_missed: str = ""  # where the time or the memory goes; shown when the goal is missed
    at_least: bool = False  # whether the limit is a lower one
    row: str = ""  # of the campaigns, for what may not be measurable on a machine


class Judged(NamedTuple):
    """A goal beside what was measured."""

    goal: Goal
    measured: float | None

    @property
    def missed(self) -> bool:
        """Whether it was measured and is missed; what rounds to the limit is not."""
        return self.measured is not None and self._beyond(round(self.measured, 2)) > 0

    @property
    def verdict(self) -> str:
        """Whether it is met, and by how much it is missed."""
        if self.measured is None:
            return "not measured"
        return f"missed by {shown(self._beyond(self.measured))}" if self.missed else "met"

    def _beyond(self, measured: float) -> float:
        return self.goal.limit - measured if self.goal.at_least else measured - self.goal.limit


def shown(figure: float) -> str:
    """Write a figure of a goal with as many digits as say something."""
    return f"{figure:,.0f}" if abs(figure) >= _MANY else f"{figure:.2f}"


def judged(results: Results, peers: Results) -> list[Judged]:
    """Compare the results with the goals.

    A goal of campaigns is among them once campaigns were measured, unless this machine had not what it needs.
    """
    possible = CAMPAIGNS in results.get("tables", {})
    left_out = results.get("left_out", {})
    goals = [goal for goal in GOALS if not goal.row or (possible and goal.row not in left_out)]
    return [Judged(goal, _figure(goal, results, peers)) for goal in goals]


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


def _campaigns(row: str, column: str) -> Callable[[Any, Any], float]:
    return _figure_at(CAMPAIGNS, row, column)


def _large_against_small(tables: Any, _: Any) -> float:
    rows = tables[CAMPAIGNS]
    pairs = ((LARGE_LOAD, LOAD), (LARGE_RUN, ON_SQLITE))
    return max(float(rows[large]["peak MiB"]) / float(rows[small]["peak MiB"]) for large, small in pairs)


def _highest_peak(tables: Any, _: Any) -> float:
    return max(float(tables[CAMPAIGNS][row]["peak MiB"]) for row in (LOAD, ON_SQLITE, LARGE_LOAD, LARGE_RUN))


def _against_celery(tables: Any, _: Any) -> float:
    rows = tables[CAMPAIGNS]
    return float(rows[ON_SQLITE]["recipients/s"]) / float(rows[CELERY]["recipients/s"])


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
    Goal(
        "campaigns: rows of a CSV loaded in a second",
        150_000,
        _campaigns(LOAD, "recipients/s"),
        at_least=True,
        row=LOAD,
    ),
    Goal(
        "campaigns on SQLite: recipients in a second",
        60_000,
        _campaigns(ON_SQLITE, "recipients/s"),
        at_least=True,
        row=ON_SQLITE,
    ),
    Goal(
        "campaigns on PostgreSQL, 4 processes: recipients in a second",
        60_000,
        _campaigns(ON_POSTGRES, "recipients/s"),
        at_least=True,
        row=ON_POSTGRES,
    ),
    Goal(
        "campaigns: bytes of a recipient in an SQLite ledger",
        45,
        _campaigns(ON_SQLITE, "bytes a recipient"),
        row=ON_SQLITE,
    ),
    Goal("campaigns: peak of memory, 10M recipients / 1M", 1.1, _large_against_small, row=LARGE_RUN),
    Goal("campaigns: peak MiB", 150, _highest_peak, row=LARGE_RUN),
    Goal("campaigns: ms for the status of 50M recipients", 100, _campaigns(STATUS, "ms"), row=STATUS),
    Goal("campaigns: rate over any 10 s, two processes: % off", 5, _campaigns(RATED, "off by %"), row=RATED),
    Goal(
        "campaigns: recipients in a second / those of a Celery task for each",
        50,
        _against_celery,
        at_least=True,
        row=CELERY,
    ),
)
