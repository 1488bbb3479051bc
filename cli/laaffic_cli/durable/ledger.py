"""What a run came to, kept small however many recipients there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from laaffic import BatchResult, HTTPStatusError, LaafficError, OutcomeUnknownError, Recipient, State, StatusError
from laaffic_cli.durable.exit_codes import exit_code


class Note(NamedTuple):
    """Something that went wrong beside the requests, such as an interrupt."""

    kind: str
    text: str


@dataclass(slots=True)
class Failure:
    """An error, with how many requests and recipients met it."""

    error: LaafficError
    requests: int = 0
    recipients: int = 0


@dataclass(slots=True)
class Ledger:
    """The counts and the errors of a run.

    Attributes:
        counts: how many recipients are in which state.
        failures: each distinct error once, by its text.
        discrepancies: how often a response disagreed with itself in which way.
        notes: what else went wrong.
        misconfigured: whether a setting kept everything from being sent.
        doubtful: whether something is unknown that no recipient's state shows.
        ended_early: whether sending ended before the last recipient.
        kept_in: the place that has every outcome, by name; None when it failed.
        untold: outcomes that no place could take.
    """

    counts: Counter[State] = field(default_factory=Counter)
    failures: dict[str, Failure] = field(default_factory=dict)
    discrepancies: Counter[str] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)
    misconfigured: bool = False
    doubtful: bool = False
    ended_early: bool = False
    kept_in: str | None = None
    untold: list[Recipient] = field(default_factory=list)
    _refused: bool = False

    def add_result(self, result: BatchResult) -> None:
        """Take in what one request came to."""
        self.add_recipients(result.recipients)
        if result.discrepancy is not None:
            self.discrepancies[result.discrepancy] += 1
        if result.error is not None:
            self.add_error(result.error, len(result.recipients))
            self._refused |= isinstance(result.error, StatusError | HTTPStatusError)

    def add_recipients(self, recipients: Sequence[Recipient]) -> None:
        """Count recipients."""
        self.counts.update(recipient.state for recipient in recipients)

    def add_error(self, error: LaafficError, recipients: int) -> None:
        """Count an error."""
        same = f"{type(error).__name__}: {error.args} {error.sent} {error.hint}"  # the text has a batch id, too
        failure = self.failures.setdefault(same, Failure(error))
        failure.requests += 1
        failure.recipients += recipients
        # It says that something may have been sent, whatever the recipients' states are.
        self.doubtful |= isinstance(error, OutcomeUnknownError)

    @property
    def code(self) -> int:
        """The exit code."""
        return exit_code(
            self.counts,
            misconfigured=self.misconfigured,
            refused=self._refused,
            doubtful=self.doubtful,
            ended_early=self.ended_early,
        )

    def summary(self) -> str:
        """The counts in one line."""
        total = self.counts.total()
        counts = ", ".join(f"{self.counts[state]} {state.value}" for state in State)
        return f"{total} recipient{'' if total == 1 else 's'}: {counts}"
