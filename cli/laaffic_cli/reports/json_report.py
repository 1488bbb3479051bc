"""`--json`: one document on one line, written piece by piece, so that it may have millions of recipients."""

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from laaffic_campaigns import Outcome
from laaffic_cli.reports.result import COUNTED, OPEN, Result
from laaffic_cli.terminal.streams import Stream

_AT_ONCE = 1000
_KEYS = ("number", "order_id", "wire_order_id", "msg_id", "state")


def begin(out: Stream) -> None:
    """Open the document, to see whether anybody reads it.

    Raises:
        OSError: nobody does, or it cannot be written.
    """
    out.deliver('{"recipients":[')


def write(out: Stream, result: Result) -> None:
    """Write the rest of the document, or all of it when it is not begun.

    Raises:
        OSError: it could not be written.
    """
    if not out.used:
        begin(out)
    recipients = iter(result.outcomes())
    comma = ""
    while part := ",".join(_compact(_recipient(outcome, result)) for outcome in islice(recipients, _AT_ONCE)):
        out.deliver(comma + part)
        comma = ","
    end: dict[str, Any] = {} if result.campaign is None else {"campaign": result.campaign}
    end["counts"] = {state: result.counts.get(state, 0) for state in COUNTED}
    if result.campaign is not None:
        end["counts"] |= {state: result.counts.get(state, 0) for state in OPEN}
    end["errors"] = [failure.entry for failure in result.failures]
    end["discrepancies"] = list(result.discrepancies)
    end["exit_code"] = result.code
    out.deliver(f"],{_compact(end)[1:]}\n")


def bad_input(out: Stream, errors: Iterable[Mapping[str, Any]], code: int) -> None:
    """Write the document of a run that sent nothing."""
    counts = dict.fromkeys(COUNTED, 0)
    document = {"recipients": [], "counts": counts, "errors": list(errors), "discrepancies": [], "exit_code": code}
    out.line(_compact(document))


def _recipient(outcome: Outcome, result: Result) -> dict[str, Any]:
    entry: dict[str, Any] = {key: getattr(outcome, key) for key in _KEYS}
    if result.campaign is not None:
        entry["row"] = outcome.index + 1
        entry |= {"status": outcome.status, "reason": outcome.reason, "posted_at": outcome.posted_at}
        entry |= {"delivery": outcome.delivery, "delivered_at": outcome.delivered_at, "earlier": len(outcome.earlier)}
    return entry


def _compact(value: Any) -> str:
    # ASCII alone is JSON in every encoding that a terminal may have.
    return json.dumps(value, separators=(",", ":"))
