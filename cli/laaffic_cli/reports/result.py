"""What a run came to, as every report takes it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from laaffic_campaigns import Outcome

COUNTED = ("accepted", "rejected", "not_sent", "unknown")
OPEN = ("to_go", "in_flight")


class Failure(NamedTuple):
    """Something that went wrong, once however often it did.

    Attributes:
        line: for people, on standard error.
        entry: for programs, in the JSON document.
    """

    line: str
    entry: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run came to.

    Attributes:
        counts: how many recipients are in which state.
        outcomes: goes through all of them, as often as it is called.
        rows: those of them that are worth showing.
        failures: what went wrong.
        discrepancies: how often a response disagreed with itself in which way.
        advice: what to do now, in sentences.
        code: the exit code.
        keeps: what has every outcome, or gives it; None when only the rows do.
        campaign: the status of the campaign, as a dict; None for a message of the command line.
    """

    counts: Mapping[str, int]
    outcomes: Callable[[], Iterable[Outcome]]
    rows: Sequence[Outcome]
    failures: Sequence[Failure] = ()
    discrepancies: Mapping[str, int] = field(default_factory=dict)
    advice: Sequence[str] = ()
    code: int
    keeps: str | None = None
    campaign: Mapping[str, Any] | None = None

    def summary(self) -> str:
        """Return the counts in one line."""
        total = sum(self.counts.values())
        counts = [f"{self.counts.get(state, 0):,} {state}" for state in COUNTED]
        counts += [f"{self.counts[state]:,} {state}" for state in OPEN if self.counts.get(state)]
        return f"{total:,} recipient{'' if total == 1 else 's'}: {', '.join(counts)}"


def plain_error(kind: str, message: str, sent: str = "no", *, hint: str = "", recipients: int = 0) -> dict[str, Any]:
    """Return the entry of an error that is none of one request."""
    return {
        "type": kind,
        "message": message,
        "sent": sent,
        "retryable": False,
        "hint": hint,
        "status": None,
        "http_status": None,
        "recipients": recipients,
    }
