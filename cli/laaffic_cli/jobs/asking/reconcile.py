"""`laaffic reconcile`: which unknown recipients of a file of outcomes the provider's records show to be accepted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from laaffic import Client, DeliveryReport, DeliveryState, InvalidTimeError, Recipient, State
from laaffic_cli.jobs.asking.found import NO_NUMBER, Found, state_now, tell_found
from laaffic_cli.jobs.asking.lost import LOST, TOO_OLD, Lost, Span, is_too_old
from laaffic_cli.jobs.asking.options import Asking, beside, written
from laaffic_cli.jobs.continuing.continuing import shows_bar
from laaffic_cli.jobs.continuing.ledgers import is_same_file
from laaffic_cli.reading.cells import as_text
from laaffic_cli.reading.opening import FileOptions
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reading.tables.outcomes import Entry, Outcomes
from laaffic_cli.reading.tables.pushed import read_reports
from laaffic_cli.reading.tables.table import open_table
from laaffic_cli.reports.csv_file import check_place, line, write_file
from laaffic_cli.reports.export import as_status
from laaffic_cli.terminal.progress import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is asked for.

    Attributes:
        name: of the file of outcomes.
        options: how it is read.
        known: files of other outcomes.
        reports: files of pushed reports.
        sent_between: when those were posted whose time the file does not have.
        output: the file that is written; None is one beside.
    """

    name: str
    options: FileOptions
    known: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    sent_between: Span | None = None
    output: str | None = None


def reconcile(client: Client, job: Job, asking: Asking) -> int:
    """Ask, and write the outcomes anew; return the exit code.

    Raises:
        BadInputError: something in a file is wrong, or the output cannot be written; nothing was asked.
        LaafficError: the records did not come; nothing was written.
    """
    output = job.output or beside(job.name, "reconciled")
    with ExitStack() as stack:
        outcomes = Outcomes(stack.enter_context(open_table(job.name, job.options)))
        sheet = _Sheet(outcomes)
        check_place(output, sheet.header().rstrip("\n"), "these outcomes", read=(job.name, *job.known, *job.reports))
        lost = Lost()
        counts = Counter[str]()
        for entry in outcomes.entries():
            counts[entry.state] += 1
            lost.take(entry)
        told: list[Recipient] = []
        if lost:
            span = lost.span(job.sent_between, job.name)
            for name in job.known:
                _read_others(name, job, lost)
            pushed = [report for name in job.reports for report in read_reports(name, job.options.encoding)]
            told = _asked(client, lost, span, pushed, asking)
            written(output, lambda: write_file(output, sheet.lines(outcomes.entries(), told)))
    found = Found(lost, told, counts, output if told else None)
    tell_found(found, job.name, as_json=asking.as_json)
    return found.code()


class _Sheet:
    """The columns of the outcomes, in the order of the file; a reason is added where there is none."""

    def __init__(self, outcomes: Outcomes) -> None:
        table = outcomes.table
        self._names = [*table.names]
        self._at = [table.needed("state"), table.needed("msg_id"), table.place("reason")]
        self._status = table.place("status")
        if self._at[2] is None:
            self._names.append("reason")
            self._at[2] = len(self._names) - 1

    def header(self) -> str:
        """Return the first line."""
        return line(map(as_text, self._names))

    def lines(self, entries: Iterable[Entry], told: Sequence[Recipient]) -> Iterator[str]:
        """Yield the lines, with what was found out in them."""
        yield self.header()
        news = iter(told)
        for entry in entries:
            cells = [*entry.cells, *[""] * (len(self._names) - len(entry.cells))]
            if entry.open:
                self._fill(cells, entry.state, next(news))
            yield line(as_status(cell) if at == self._status else as_text(cell) for at, cell in enumerate(cells))

    def _fill(self, cells: list[str], state: str, recipient: Recipient) -> None:
        if state in LOST:
            values = (state_now(state, recipient), recipient.msg_id or "", recipient.reason or "")
            for at, value in zip(self._at, values, strict=True):
                cells[at or 0] = value


def _read_others(name: str, job: Job, lost: Lost) -> None:
    if is_same_file(name, job.name):
        return
    with open_table(name, job.options) as table:
        for entry in Outcomes(table).entries():
            lost.take_other(entry)


def _asked(client: Client, lost: Lost, span: Span, pushed: list[DeliveryReport], asking: Asking) -> list[Recipient]:
    """Return what is known now of everybody who had no outcome."""
    with Bar(None, 0, shown=shows_bar(as_json=asking.as_json), what="Asking for the records", counted=False) as bar:
        try:
            found = client.reconcile(
                [*lost.open, *lost.others],
                sent_between=span,
                reports=_confirmed(client, lost, pushed, bar),
                known_msg_ids=lost.known,
            )
        except InvalidTimeError as error:
            raise BadInputError([str(error.args[0]).replace("sent_between", "--sent-between")]) from None
    told = found[: len(lost.open)]
    for place, (before, at) in enumerate(zip(lost.open, lost.times, strict=True)):
        if at is not None and is_too_old(at):
            told[place] = before._replace(reason=TOO_OLD)
        elif not before.number and told[place].state is State.UNKNOWN:
            told[place] = before._replace(reason=NO_NUMBER)
    return told


def _confirmed(client: Client, lost: Lost, pushed: list[DeliveryReport], bar: Bar) -> list[DeliveryReport]:
    """Return the pushed reports that may matter, and of which the provider knows the message: anybody can push one."""
    numbers = {recipient.number for recipient in lost.open}
    order_ids = {recipient.wire_order_id or recipient.order_id for recipient in lost.open} - {None}
    mattering = [r for r in pushed if r.number is None or r.number in numbers or r.order_id in order_ids]
    if not mattering:
        return []
    said = {report.msg_id: report for report in client.get_reports(dict.fromkeys(r.msg_id for r in mattering))}
    # A number that the report leaves out is the provider's: whose order id it has is for its sender to say.
    confirmed = [
        replace(report, number=said[report.msg_id].number or report.number)
        for report in mattering
        if _confirms(said[report.msg_id], report)
    ]
    left_out = len(mattering) - len(confirmed)
    if left_out:
        what = "of messages that the provider does not list, or to another number"
        bar.say(f"Warning: {left_out:,} pushed reports are {what}; they are not used.")
    return confirmed


def _confirms(said: DeliveryReport, pushed: DeliveryReport) -> bool:
    if said.state is DeliveryState.NOT_FOUND:
        return False
    return None in {said.number, pushed.number} or said.number == pushed.number
