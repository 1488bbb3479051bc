"""What goes to standard error after a run: each thing that went wrong once, and what not to do now."""

from contextlib import suppress

from laaffic import State
from laaffic_cli.durable.ledger import Failure, Ledger
from laaffic_cli.reports.table import outcomes_table
from laaffic_cli.terminal.streams import Stream, tell

_SENT = {
    "no": "To them nothing was sent.",
    "unknown": "Some or all of them may have been sent to; the state of each says what is known.",
}


def tell_what_went_wrong(ledger: Ledger) -> None:
    """Tell; after a run in which everybody was accepted and no response was odd, nothing."""
    for note in ledger.notes:
        tell(f"Error: {note.text}")
    for failure in ledger.failures.values():
        tell(_failure(failure))
    for text, responses in ledger.discrepancies.items():
        if any(text in told for told in ledger.failures):
            continue
        tell(f"Warning, in {_count(responses, 'response')}: {text}")
    if ledger.untold:
        _tell_the_untold(ledger)
    accepted, unknown = ledger.counts[State.ACCEPTED], ledger.counts[State.UNKNOWN]
    incomplete = ledger.counts.total() > accepted or ledger.ended_early or ledger.doubtful
    if incomplete and (accepted or unknown):
        tell(
            f"Do not send all of it again: {accepted} accepted, {unknown} unknown. "
            f"Take them out before you send to the rest; {_where(ledger)}"
        )


def _failure(failure: Failure) -> str:
    """Say it of the error's own requests alone: in others, people may have been sent to."""
    error = failure.error
    where = f"{_count(failure.requests, 'request')} to {_count(failure.recipients, 'recipient')}"
    what = str(error.args[0]) if error.args else type(error).__name__
    sentence = what if what.endswith((".", "!", "?")) else f"{what}."
    return f"Error in {where}: {sentence} {_SENT[error.sent]} {error.hint}".rstrip()


def _tell_the_untold(ledger: Ledger) -> None:
    err = Stream("stderr")
    tell("These outcomes could be written nowhere else:")
    with suppress(OSError):
        err.write(outcomes_table(ledger.untold, terminal=err.is_terminal()))
    tell(ledger.summary())


def _where(ledger: Ledger) -> str:
    if ledger.kept_in is not None:
        return f"{ledger.kept_in} says who they are."
    if len(ledger.untold) == ledger.counts.total():
        return "the table above says who they are."
    return "each place that could be written has a part of them."


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
