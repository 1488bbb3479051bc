"""The goals: what the project wants of itself, each with how its figure is got from the results."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from bench.results import Results

A_MILLION = 1_000_000
Sense = Literal["at most", "at least", "exactly"]
_SIGNS: dict[Sense, str] = {"at most": "≤", "at least": "≥", "exactly": "="}


class Goal(NamedTuple):
    """One goal."""

    about: str
    sense: Sense
    limit: float
    figure: Callable[[Any, Any], float]  # of the results and of the other SDKs' results
    aim: float | None = None
    unit: str = ""
    otherwise: str = ""  # what to say when it is not measured
    why_missed: str = ""  # where it goes, said when it is missed


class Judged(NamedTuple):
    """A goal beside what was measured."""

    goal: Goal
    measured: float | None  # None: not measured

    @property
    def verdict(self) -> str:
        """Whether it is met, and by how much it is missed."""
        if self.measured is None:
            return self.goal.otherwise or "not measured"
        return "met" if self.missed_by <= 0 else f"missed by {self.written(self.missed_by)}"

    @property
    def wanted(self) -> str:
        """The limit with its sign."""
        return f"{_SIGNS[self.goal.sense]} {self.goal.limit:g}"

    def written(self, figure: float) -> str:
        """Write a figure of this goal's kind."""
        return f"{figure:.{0 if self.goal.sense == 'exactly' else 2}f} {self.goal.unit}".rstrip()

    @property
    def missed_by(self) -> float:
        """How far it is off; 0 or less when the goal is met."""
        if self.measured is None:
            return 0.0
        over = self.measured - self.goal.limit
        return {"at most": over, "at least": -over, "exactly": abs(over)}[self.goal.sense]


def _cpu(results: Any, body: str, way: str, to: str) -> float:
    return float(results["sends"]["bodies"][body][way][f"cpu_to_{to}"])


def _slow(results: Any, body: str, at_once: int, way: str, what: str) -> float:
    return float(results["async"]["bodies"][body]["slow"][str(at_once)][way][what])


def _many(results: Any) -> float:
    told = results["many"]["sync"]
    if told["receivers"] != A_MILLION:  # a quick run, which tells nothing of this
        raise KeyError(A_MILLION)
    return float(told["peak_mib"])


def _peers(peers: Any) -> float:
    return float(peers["goal"]["measured"])


GOALS = (
    Goal(
        "one: CPU from Messages to result / bare httpx with bytes",
        "at most",
        1.15,
        lambda results, _: _cpu(results, "one", "laaffic_messages", "httpx"),
        why_missed=(
            "Beyond httpx it signs the request, keeps one connection for each request under way, guards it against "
            "stray answers, reads the answer and gives an outcome: many small steps, of which none can be left out."
        ),
    ),
    Goal(
        "n1000: the same ratio",
        "at most",
        2.2,
        lambda results, _: _cpu(results, "n1000", "laaffic_messages", "httpx"),
        why_missed=(
            "Beyond the post it goes into reading the JSON, holding each entry against what was asked and making "
            "1,000 outcomes. A raw socket that only writes and reads the JSON takes most of one post by itself."
        ),
    ),
    Goal(
        "i1000: CPU from rows to outcomes / httpx json=, .json()",
        "at most",
        1.1,
        lambda results, _: _cpu(results, "i1000", "laaffic", "httpx_json"),
        aim=0.6,
        why_missed=(
            "What remains is a model for each message, reading, matching and an outcome for each receiver. Without the "
            "generated client's models it would be less, but no longer the one way that every message takes."
        ),
    ),
    Goal(
        "async, one, 50 ms: CPU per send at 64 at once / at 1",
        "at most",
        1.5,
        lambda results, _: (
            _slow(results, "one", 64, "laaffic", "cpu_us") / _slow(results, "one", 1, "laaffic", "cpu_us")
        ),
    ),
    Goal(
        "async, one, 50 ms: connections opened by 64 at once",
        "exactly",
        64,
        lambda results, _: _slow(results, "one", 64, "laaffic", "connections"),
    ),
    Goal(
        "async, i1000, 50 ms, 64 at once: receivers/s / sockets",
        "at least",
        0.5,
        lambda results, _: (
            _slow(results, "i1000", 64, "laaffic", "receivers_per_second")
            / _slow(results, "i1000", 64, "sockets", "receivers_per_second")
        ),
        aim=0.7,
        why_missed=(
            "Posting ready bytes with httpx takes longer than all that the raw socket does. Over aiohttp it takes "
            "less, but httpx-aiohttp 0.2.0 reports a lost answer as a connection that could not be made, so that "
            "messages would be sent twice."
        ),
    ),
    Goal(
        "import laaffic / import httpx, warm (wall)",
        "at most",
        1.35,
        lambda results, _: (
            results["imports"]["warm"]["laaffic"]["wall_ms"] / results["imports"]["warm"]["httpx"]["wall_ms"]
        ),
    ),
    Goal(
        "another Client, made and opened: CPU",
        "at most",
        1,
        lambda results, _: (
            (
                results["clients"]["ways"]["laaffic_sent"]["cpu_us"]
                - results["clients"]["ways"]["laaffic_send"]["cpu_us"]
            )
            / 1000
        ),
        unit="ms",
    ),
    Goal(
        "send_many, 1M receivers, one request at a time: peak memory",
        "at most",
        12,
        lambda results, _: max(_many(results), float(results["many"]["messages"]["peak_mib"])),
        unit="MiB",
    ),
    Goal(
        "send_many: peak memory of 10M receivers / of 1M",
        "at most",
        1.05,
        lambda results, _: float(results["many"]["ten_times"]["peak_mib"]) / _many(results),
    ),
    Goal(
        "CPU per single send / twilio's",
        "at most",
        0.75,
        lambda _, peers: _peers(peers),
        otherwise="run make bench-peers",
        why_missed=(
            "It is measured with three environment variables. SDKs built on requests look through all of them at every "
            "send, so that with more they take longer, and this does not."
        ),
    ),
)


def judged(results: Results, peers: Results) -> list[Judged]:
    """Hold the results against the goals."""
    return [Judged(goal, _figure(goal, results, peers)) for goal in GOALS]


def _figure(goal: Goal, results: Results, peers: Results) -> float | None:
    try:
        return goal.figure(results, peers)
    except (KeyError, TypeError):
        return None
