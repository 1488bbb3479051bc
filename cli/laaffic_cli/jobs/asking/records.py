"""`laaffic records`: which messages were sent in a time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from rich.table import Table as Shown
from rich.text import Text

from laaffic import Client, InvalidTimeError, LaafficError, SentRecord
from laaffic_cli.jobs.asking.options import Asking, compact, counted, written
from laaffic_cli.jobs.asking.query import code_of, entry_of
from laaffic_cli.jobs.asking.report import COLOURS
from laaffic_cli.jobs.asking.times import Zone
from laaffic_cli.jobs.continuing.continuing import shows_bar
from laaffic_cli.reading.cells import RECORD_COLUMNS, as_text
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reports.csv_file import check_place, line, utc, write_file
from laaffic_cli.reports.exit_codes import ALL_ACCEPTED
from laaffic_cli.reports.export import as_status
from laaffic_cli.reports.look import MAX_ROWS
from laaffic_cli.terminal.progress import Bar
from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.streams import Stream, tell
from laaffic_cli.terminal.tables import rendered

_HEADER = line(RECORD_COLUMNS)
_COUNTED = ("succeeded", "failed", "pending")
_NOW_AND_THEN = 1000  # records


class Span(NamedTuple):
    """The time that is asked about."""

    start: datetime
    end: datetime
    zone: Zone

    def shown(self) -> str:
        """Say it, in the zone in which it was given."""
        return f"From {self.zone.shown(self.start)} to {self.zone.shown(self.end)}, in {self.zone.words}"


def span_of(start: str, end: str | None, zone: str | None) -> Span:
    """Understand the options.

    Raises:
        BadInputError: one is no time, or they are in the wrong order.
    """
    given, now = Zone(zone), datetime.now(UTC)
    first = given.start("--from", start)
    # What is still to come is not asked about.
    last = now if end is None else min(given.end("--to", end), now)
    if first >= now:
        raise BadInputError([f"--from: {given.shown(first)} is still to come; give a time that is past"])
    if first > last:
        raise BadInputError(["--from is after --to; exchange them"])
    return Span(first, last, given)


def records(client: Client, span: Span, asking: Asking, output: str | None) -> int:
    """Ask for records, and show or write them; return the exit code.

    Raises:
        BadInputError: the file cannot be written; nothing was asked.
        LaafficError: the records did not come, and nothing was shown or written.
    """
    if output is not None:
        check_place(output, _HEADER, "records")
    try:
        found = client.iter_sent_records(span.start, span.end)
    except InvalidTimeError as error:
        raise BadInputError([str(error.args[0]).replace("start is", "--from is", 1)]) from None
    out = Stream("stdout")
    with Bar(None, 0, shown=shows_bar(as_json=asking.as_json), what="Asking") as bar:
        seen = _Seen(found, bar, span.zone)
        if output is not None:
            written(output, lambda: write_file(output, seen.lines()))
        elif asking.as_json:
            return _stream(out, seen, span)
        else:
            for _ in seen:
                pass
    if asking.as_json:
        out.line(compact(_end(seen, span, output)))
        return ALL_ACCEPTED
    if output is None and seen.shown:
        out.write(rendered(_table(seen.shown, span.zone), terminal=out.is_terminal()))
    total = seen.counts.total()
    if output is None and total > len(seen.shown):
        out.line(f"and {total - len(seen.shown):,} more; --output writes them all")
    what = f"{total:,} record{'s' * (total != 1)}: {counted((name, seen.counts[name]) for name in _COUNTED)}"
    out.sentence(what)
    out.sentence(span.shown())
    if output is not None:
        out.line(f"Written to {printable(output)}")
    tell("Records list only what is finished: what is not among them may still be in the provider's queue.")
    return ALL_ACCEPTED


class _Seen:
    """Records as they come, counted, the first ones kept."""

    def __init__(self, found: Iterator[SentRecord], bar: Bar, zone: Zone) -> None:
        self.counts = Counter[str]()
        self.shown: list[SentRecord] = []
        self._found = found
        self._bar = bar

    def __iter__(self) -> Iterator[SentRecord]:
        for number, record in enumerate(self._found, start=1):
            self.counts[record.state.value] += 1
            if len(self.shown) < MAX_ROWS:
                self.shown.append(record)
            if number % _NOW_AND_THEN == 0:
                self._bar.at(number)
            yield record

    def lines(self) -> Iterator[str]:
        """Yield the lines of the CSV, the header first."""
        yield _HEADER
        for record in self:
            at = record.received_at
            yield line(
                (
                    as_text(record.msg_id),
                    as_text(record.number),
                    record.state.value,
                    None if at is None else utc(at.timestamp()),
                    as_status(record.status),
                )
            )


def _stream(out: Stream, seen: _Seen, span: Span) -> int:
    """Write one document as the records come; when they end early, it says so."""
    code, errors = ALL_ACCEPTED, []
    before = '{"records":['
    try:
        for record in seen:
            out.write(f"{before}{compact(record.as_dict())}")
            before = ","
            if out.gone:
                return code
    except LaafficError as error:
        code, errors = code_of(error), [entry_of(error)]
        tell(f"Error: {error}", "Not all records were shown.")
    opening = before if before != "," else ""
    with suppress(OSError):
        out.line(f"{opening}],{compact(_end(seen, span, None, errors, code))[1:]}")
    return code


def _end(
    seen: _Seen, span: Span, output: str | None, errors: Sequence[object] = (), code: int = ALL_ACCEPTED
) -> dict[str, object]:
    return {
        "from": span.start.isoformat(),
        "to": span.end.isoformat(),
        "counts": {name: seen.counts[name] for name in _COUNTED},
        "output": output,
        "errors": list(errors),
        "exit_code": code,
    }


def _table(rows: Sequence[SentRecord], zone: Zone) -> Shown:
    table = Shown(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("MESSAGE ID", "NUMBER", "DELIVERY", "REPORTED AT"):
        table.add_column(name, no_wrap=True)
    for row in rows:
        at = "-" if row.received_at is None else zone.shown(row.received_at)
        state = Text(row.state.value, COLOURS[row.state.value])
        table.add_row(Text(printable(row.msg_id)), Text(printable(row.number or "-")), state, Text(at))
    return table
