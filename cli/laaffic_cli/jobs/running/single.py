"""`send --to`: one message, which needs no ledger. It is as short-lived as this process."""

import shlex
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from laaffic import BatchResult, Client, HTTPStatusError, LaafficError, Message, OutcomeUnknownError, StatusError
from laaffic_campaigns import Outcome
from laaffic_cli.jobs.running.running import SAME_SIGNAL, leave
from laaffic_cli.reports.exit_codes import exit_code
from laaffic_cli.reports.look import look
from laaffic_cli.reports.result import Failure, Result
from laaffic_cli.terminal.interrupts import Interrupts
from laaffic_cli.terminal.streams import tell

_SENT = {
    "no": "To them nothing was sent.",
    "unknown": "Some or all of them may have been sent to; the state of each says what is known.",
}


@dataclass(slots=True)
class _Course:
    """How far it has come, seen from two threads: results are only added."""

    message: Message
    most: int
    output: str | None
    outcomes: list[Outcome] = field(default_factory=list)
    errors: list[tuple[LaafficError, int]] = field(default_factory=list)
    discrepancies: Counter[str] = field(default_factory=Counter)
    bug: Exception | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def go(self, client: Client) -> None:
        """Post, request after request, until it is told to stop."""
        try:
            with closing(client.send_many([self.message])) as results:
                while not self.stop.is_set():
                    posted_at = time.time()
                    result = next(results, None)
                    if result is None:
                        return
                    self._add(result, posted_at)
        except Exception as error:  # raised where this thread is waited for
            self.bug = error
        finally:
            self.ended.set()

    def _add(self, result: BatchResult, posted_at: float) -> None:
        if result.error is not None:
            self.errors.append((result.error, len(result.recipients)))
        if result.discrepancy is not None:
            self.discrepancies[result.discrepancy] += 1
        for recipient in result.recipients:
            never = recipient.state == "not_sent"
            self.outcomes.append(
                Outcome(
                    campaign="",
                    index=0,
                    number=recipient.number,
                    order_id=recipient.order_id,
                    wire_order_id=None if never else recipient.wire_order_id,
                    state=recipient.state.value,
                    msg_id=recipient.msg_id,
                    status=result.status,
                    reason=recipient.reason or (None if recipient.state == "accepted" else result.reason),
                    posted_at=None if never else posted_at,
                )
            )

    def all_outcomes(self, in_flight: int) -> list[Outcome]:
        """Return the outcome of everybody: of so many after the known ones it is unknown, and the rest is not sent."""
        known = list(self.outcomes)
        return [*known, *self._rest(len(known), in_flight)]

    def _rest(self, known: int, in_flight: int) -> Iterator[Outcome]:
        numbers: Sequence[str] = self.message.numbers
        order_ids = self.message.order_ids or [None] * len(numbers)
        for position in range(known, len(numbers)):
            state = "unknown" if position < known + in_flight else "not_sent"
            theirs = order_ids[position]
            yield Outcome("", 0, numbers[position], theirs, None, state, None, None, None, None)


def send_single(client: Client, message: Message, most: int, interrupts: Interrupts, *, output: str | None) -> Result:
    """Send a message, and return what it came to.

    The first signal lets the request in flight end, and no more is posted. The second ends this process at once.

    Args:
        client: what posts.
        message: to one or more recipients.
        most: the client's `max_recipients`.
        interrupts: of this process.
        output: the file that the outcomes are written to, if there is one.
    """
    course = _Course(message, most, output)
    with interrupts.do(_Stops(course)):
        threading.Thread(target=course.go, args=(client,), name="laaffic-send", daemon=True).start()
        course.ended.wait()
    bug = course.bug
    if bug is not None and not isinstance(bug, LaafficError):
        raise bug
    if bug is not None:  # before there was a request
        course.errors.append((bug, len(message.numbers)))
    in_flight = most if bug is not None and not bug.nothing_was_sent else 0
    return _result(course, course.all_outcomes(in_flight))


class _Stops:
    """What signals do meanwhile."""

    def __init__(self, course: _Course) -> None:
        self._course = course
        self._first: float | None = None

    def __call__(self) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
            self._course.stop.set()
            tell("Stopping: what is in flight ends first. Ctrl-C again leaves it unknown.")
        elif now - self._first > SAME_SIGNAL:
            result = _result(self._course, self._course.all_outcomes(self._course.most))
            tell("Ended at once: what was in flight is unknown.", result.summary())
            leave(result.code)


def _result(course: _Course, outcomes: list[Outcome]) -> Result:
    counts = Counter(outcome.state for outcome in outcomes)
    errors = [error for error, _ in course.errors]
    code = exit_code(
        unknown=bool(counts["unknown"]) or any(isinstance(error, OutcomeUnknownError) for error in errors),
        refused=any(isinstance(error, StatusError | HTTPStatusError) for error in errors),
        not_sent=bool(counts["not_sent"]),
        rejected=bool(counts["rejected"]),
    )
    return Result(
        counts=counts,
        outcomes=lambda: outcomes,
        rows=look(outcomes, counts).rows,
        failures=_failures(course.errors),
        discrepancies=course.discrepancies,
        advice=_advice(counts, course.output),
        code=code,
    )


def _advice(counts: Counter[str], output: str | None) -> list[str]:
    accepted, unknown = counts["accepted"], counts["unknown"]
    if counts.total() == accepted or not (accepted or unknown):
        return []
    rest = " Take them out before you send to the rest." if counts.total() > accepted + unknown else ""
    advice = [f"Do not send all of it again: {accepted} accepted, {unknown} unknown.{rest}"]
    if unknown and output is not None:
        advice += [f"`laaffic reconcile {shlex.quote(output)}` asks the provider about the unknown."]
    elif unknown:
        advice += ["`laaffic records` shows later what there is to a number; with --output, `laaffic reconcile` does."]
    return advice


def _failures(errors: list[tuple[LaafficError, int]]) -> list[Failure]:
    """Return each distinct error once, by what it says, which has a batch's id beside it."""
    groups: dict[str, tuple[LaafficError, int, int]] = {}
    for error, recipients in errors:
        same = f"{type(error).__name__}: {error.args} {error.sent} {error.hint}"
        _, requests, together = groups.get(same, (error, 0, 0))
        groups[same] = (error, requests + 1, together + recipients)
    return [_failure(*group) for group in groups.values()]


def _failure(error: LaafficError, requests: int, recipients: int) -> Failure:
    where = f"{_count(requests, 'request')} to {_count(recipients, 'recipient')}"
    what = str(error.args[0]) if error.args else type(error).__name__
    sentence = what if what.endswith((".", "!", "?")) else f"{what}."
    entry = {
        "type": type(error).__name__,
        "message": str(error),
        "sent": error.sent,
        "retryable": error.retryable,
        "hint": error.hint,
        "status": error.status,
        "http_status": error.http_status,
        "recipients": recipients,
    }
    page = f"({error.page})" if error.page else ""
    said = (f"Error in {where}: {sentence}", _SENT[error.sent], error.hint, page)
    return Failure(" ".join(part for part in said if part), entry)


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
