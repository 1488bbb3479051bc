"""What goes to standard error after a run: each thing that went wrong once, and what not to do now."""

from laaffic import State
from laaffic_cli._ledger import Ledger
from laaffic_cli._streams import tell


def tell_what_went_wrong(ledger: Ledger, outcomes: str | None) -> None:
    """Tell; after a run in which everybody was accepted and no answer was odd, nothing.

    Args:
        ledger: what the run came to.
        outcomes: the file that keeps every outcome, if there is one.
    """
    for note in ledger.notes:
        tell(f"Error: {note.text}")
    for text, failure in ledger.failures.items():
        # The error speaks of its own requests alone; others may have been sent.
        tell(f"Error in {_count(failure.requests, 'request')} to {_count(failure.receivers, 'receiver')}: {text}")
    for text, answers in ledger.discrepancies.items():
        if any(text in told for told in ledger.failures):
            continue
        tell(f"Warning, in {_count(answers, 'answer')}: {text}")
    accepted, unknown = ledger.counts[State.ACCEPTED], ledger.counts[State.UNKNOWN]
    others = ledger.counts.total() - accepted
    if others and (accepted or unknown):
        keeper = outcomes or "--output FILE"
        tell(f"Do not send all of it again: {accepted} accepted, {unknown} unknown. {keeper} keeps who is which.")


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
