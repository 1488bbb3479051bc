"""`--json`: one document on one line, written as the outcomes come."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from laaffic import LaafficError, Recipient, State
from laaffic_cli.durable.ledger import Ledger
from laaffic_cli.terminal.streams import Stream


class JsonReport:
    """Writes the document piece by piece, so that it may have millions of recipients."""

    name = "standard output"
    held: Sequence[Recipient] = ()

    def __init__(self, out: Stream) -> None:
        self._out = out
        self._comma = ""

    def begin(self) -> None:
        """Open the list of recipients."""
        self._out.deliver('{"recipients":[')

    def expect(self, recipients: Sequence[Recipient]) -> None:
        """Do nothing: what is printed cannot be taken back."""

    def add(self, recipients: Sequence[Recipient], *, whole: bool = False) -> None:
        """Write the outcomes of a request."""
        if recipients:
            self._out.deliver(self._comma + ",".join(_compact(_recipient(recipient)) for recipient in recipients))
            self._comma = ","

    def finish(self, ledger: Ledger) -> None:
        """Close the document."""
        # What is no request's own speaks of the whole run.
        may_be_sent = ledger.doubtful or ledger.counts[State.ACCEPTED] or ledger.counts[State.UNKNOWN]
        sent = "unknown" if may_be_sent else "no"
        errors = [_error(failure.error, failure.recipients) for failure in ledger.failures.values()]
        errors += [plain_error(note.kind, note.text, sent) for note in ledger.notes]
        counts = {state.value: ledger.counts[state] for state in State}
        end = {
            "counts": counts,
            "errors": errors,
            "discrepancies": list(ledger.discrepancies),
            "exit_code": ledger.code,
        }
        self._out.deliver(f"],{_compact(end)[1:]}\n")


def bad_input(out: Stream, errors: Iterable[dict[str, Any]], code: int) -> None:
    """Write the document of a run that sent nothing."""
    counts = dict.fromkeys((state.value for state in State), 0)
    document = {"recipients": [], "counts": counts, "errors": list(errors), "discrepancies": [], "exit_code": code}
    out.line(_compact(document))


def plain_error(kind: str, message: str, sent: str = "no") -> dict[str, Any]:
    """Return the entry of an error that is none of a request."""
    return {
        "type": kind,
        "message": message,
        "sent": sent,
        "retryable": False,
        "hint": "",
        "status": None,
        "http_status": None,
        "recipients": 0,
    }


def _error(error: LaafficError, recipients: int) -> dict[str, Any]:
    return {
        "type": type(error).__name__,
        "message": str(error),
        "sent": error.sent,
        "retryable": error.retryable,
        "hint": error.hint,
        "status": error.status,
        "http_status": error.http_status,
        "recipients": recipients,
    }


def _recipient(recipient: Recipient) -> dict[str, str | None]:
    return {
        "number": recipient.number,
        "order_id": recipient.order_id,
        "wire_order_id": recipient.wire_order_id,
        "msg_id": recipient.msg_id,
        "state": recipient.state.value,
    }


def _compact(value: Any) -> str:
    # ASCII alone is JSON in every encoding that a terminal may have.
    return json.dumps(value, separators=(",", ":"))
