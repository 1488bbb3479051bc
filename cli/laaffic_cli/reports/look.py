"""A look through the outcomes of a campaign: which are worth showing, and what went wrong."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from laaffic import STATUSES, HTTPStatusError, LaafficError, OutcomeUnknownError, StatusError, UnknownStatusError
from laaffic_campaigns import Outcome
from laaffic_cli.reports.result import Failure, plain_error

MAX_ROWS = 100
_BAD = ("rejected", "not_sent", "unknown")
_STATUS = re.compile(r"-?\d{1,4}")  # anything else is foreign words
_SUCCESS = "0"


class Look(NamedTuple):
    """What a look came to.

    Attributes:
        rows: the outcomes worth showing, at most 100; of more recipients, only those who were not accepted.
        failures: what went wrong, each thing once.
        refused: whether a request as a whole was refused.
    """

    rows: list[Outcome]
    failures: list[Failure]
    refused: bool


def look(outcomes: Iterable[Outcome], counts: Mapping[str, int]) -> Look:
    """Go through outcomes as far as there is something to see."""
    rows: list[Outcome] = []
    groups = Counter[tuple[str, str | None]]()
    shows_all = sum(counts.values()) <= MAX_ROWS
    left = sum(counts.get(state, 0) for state in _BAD)
    if shows_all or left:
        for outcome in outcomes:
            is_bad = outcome.state in _BAD
            if (shows_all or is_bad) and len(rows) < MAX_ROWS:
                rows.append(outcome)
            if is_bad:
                left -= 1
                groups[outcome.state, outcome.status] += 1
            if not left and not shows_all:
                break
    failures = [found for (state, status), count in groups.items() if (found := _failure(state, status, count))]
    refused = any(state == "rejected" and status != _SUCCESS for state, status in groups)
    return Look(rows, failures, refused)


def _failure(state: str, status: str | None, count: int) -> Failure | None:
    """Say it by what the contract says of a status, never in the provider's words."""
    if state == "not_sent" or (state == "rejected" and status == _SUCCESS):
        return None
    error = _error(state, status)
    what, sent = str(error.args[0]), "no" if state == "rejected" else "unknown"
    whom = f"{count:,} recipient{' is' if count == 1 else 's are'} {state}"
    entry = {**plain_error(type(error).__name__, what, sent, hint=error.hint, recipients=count), "status": status}
    said = (f"Error: {whom}: {what}.", error.hint, f"({error.page})")
    return Failure(" ".join(part for part in said if part), entry)


def _error(state: str, status: str | None) -> LaafficError:
    if status is None and state == "rejected":
        return HTTPStatusError("their requests were refused without a status", hint="The outcomes have the reason.")
    if status is None:
        return OutcomeUnknownError("no usable response came, or the process ended before it did", hint="")
    if status == _SUCCESS:
        return OutcomeUnknownError("the response does not say what became of them", hint="", status=status)
    info = STATUSES.get(status)
    if info is None:
        shown = f"status {status}, which is not documented" if _STATUS.fullmatch(status) else "an unknown status"
        return UnknownStatusError(f"the provider responded with {shown}", hint="")
    kinds = (kind for kind in StatusError.__subclasses__() if kind.code == status)
    kind = next(kinds, UnknownStatusError)
    return kind(f"the provider responded with status {status}: {info.meaning}", hint=info.hint, status=status)
