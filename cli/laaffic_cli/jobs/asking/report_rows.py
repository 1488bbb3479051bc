"""What reports say of each row of a file, counted as the rows are written."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from laaffic import DeliveryReport, DeliveryState, LaafficError, Price
from laaffic_cli.jobs.asking.query import code_of
from laaffic_cli.reading.cells import as_text
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reading.tables.table import Table
from laaffic_cli.reading.template import folded
from laaffic_cli.reports.csv_file import line, utc
from laaffic_cli.reports.exit_codes import REFUSED, exit_code
from laaffic_cli.reports.look import MAX_ROWS
from laaffic_cli.terminal.spans import moment

_FINAL = ("succeeded", "failed")
_LOST = ("unknown", "in_flight")
_OF_PRICE = Price._fields
_OURS = ("delivery", "delivered_at", *_OF_PRICE)


class Row(NamedTuple):
    """A row of the table: what is said of one message."""

    msg_id: str
    number: str
    state: str
    at: str


@dataclass(slots=True)
class Asked:
    """What the provider has said.

    Attributes:
        reports: by message id.
        refused: message ids of which the provider says nothing, because they are wrong.
        failure: what ended it before all were asked for.
        interrupted: whether a signal did.
    """

    reports: dict[str, DeliveryReport] = field(default_factory=dict)
    refused: dict[str, LaafficError] = field(default_factory=dict)
    failure: LaafficError | None = None
    interrupted: bool = False


class Sheet:
    """The columns of the file that is written: those that are read, and behind them what is new.

    Columns of an earlier report take what is new, so that the file can be given again.

    Args:
        names: of the columns that are read.
        msg_id: where the message id is, from 0.
        number: where the number is; None if it is nowhere.
        state: where the state is.

    Attributes:
        names: of the columns that are written.
        at: where the new ones are.
    """

    def __init__(self, names: Sequence[str], msg_id: int = 0, number: int | None = 1, state: int | None = None) -> None:
        self.msg_id = msg_id
        self.number = number
        self.state = state
        self.names = [*names]
        self.at: dict[str, int] = {}
        self.add("delivery", "delivered_at")

    def add(self, *columns: str) -> None:
        """Have these columns too."""
        for column in columns:
            if column not in self.names:
                self.names.append(column)
            self.at[column] = self.names.index(column)

    @staticmethod
    def of(table: Table) -> "Sheet":
        """Return the columns of a file.

        Raises:
            BadInputError: it has no message ids, or columns of its own where ours go.
        """
        own = [name for name in table.names if folded(name) in _OURS]
        if own and not table.ours:
            raise BadInputError([f'{table.name}: it has a column "{own[0]}" of its own; name it otherwise'])
        return Sheet(table.names, table.needed("msg_id"), table.place("number"), table.place("state"))

    def header(self) -> str:
        """Return the first line."""
        return line(map(as_text, self.names))

    def filled(self, cells: Sequence[str], values: dict[str, str]) -> list[str]:
        """Return a row with what is new."""
        row = [*cells, *[""] * (len(self.names) - len(cells))]
        for column, at in self.at.items():
            row[at] = values.get(column, "")
        return row


class Telling:
    """What is said of each row, counted as the rows are written."""

    def __init__(self, sheet: Sheet, asked: Asked, total: int) -> None:
        self.counts = Counter[str]()
        self.rows: list[Row] = []
        self.asked = asked
        self._sheet = sheet
        self.lost = 0
        self._shows_all = total <= MAX_ROWS
        if any(report.price is not None for report in asked.reports.values()):
            sheet.add(*_OF_PRICE)

    def lines(self, rows: Iterable[list[str]]) -> Iterator[str]:
        """Yield the lines of the file."""
        yield self._sheet.header()
        for cells in rows:
            yield line(map(as_text, self._row(cells)))

    def code(self) -> int:
        """Return the exit code."""
        failure = self.asked.failure
        refused = bool(self.asked.refused) or (failure is not None and code_of(failure) == REFUSED)
        return exit_code(
            unknown=bool(self.lost or self.counts["not_found"] or self.counts["contradictory"]),
            refused=refused,
            not_sent=bool(self.counts["pending"] or self.counts["not_asked"]),
            rejected=bool(self.counts["failed"]),
        )

    def _row(self, cells: list[str]) -> list[str]:
        sheet = self._sheet
        msg_id = cells[sheet.msg_id].strip()
        number = "" if sheet.number is None else cells[sheet.number].strip()
        report = self.asked.reports.get(msg_id)
        if not msg_id:
            self.counts["without_message_id"] += 1
            self.lost += sheet.state is not None and cells[sheet.state].strip() in _LOST
            return sheet.filled(cells, {})
        kept = kept_state(cells, sheet)
        if kept is not None:
            self._show(kept, Row(msg_id, number, kept, _as_shown(cells[sheet.at["delivered_at"]])))
            return [*cells, *[""] * (len(sheet.names) - len(cells))]
        if report is None:
            state = "refused" if msg_id in self.asked.refused else "not_asked"
            self._show(state, Row(msg_id, number, state, ""))
            return sheet.filled(cells, {})
        if report.number is not None and number.isdecimal() and report.number != number:
            self._show("contradictory", Row(msg_id, number, "contradictory", ""))
            return sheet.filled(cells, {})
        at = report.received_at
        shown = "" if at is None else moment(at.astimezone())
        self._show(report.state.value, Row(msg_id, number or report.number or "", report.state.value, shown))
        price = {} if report.price is None else report.price._asdict()
        values = {name: str(value) for name, value in price.items() if value is not None}
        values |= {"delivery": report.state.value, "delivered_at": "" if at is None else utc(at.timestamp())}
        return sheet.filled(cells, values)

    def _show(self, count: str, row: Row) -> None:
        self.counts[count] += 1
        if len(self.rows) < MAX_ROWS and (self._shows_all or count != DeliveryState.SUCCEEDED):
            self.rows.append(row)


def _as_shown(written: str) -> str:
    """Return a time of an earlier file as the others are shown; foreign words as they are."""
    try:
        return moment(datetime.fromisoformat(written).astimezone())
    except ValueError:
        return written


def kept_state(cells: Sequence[str], sheet: Sheet) -> str | None:
    """Return what an earlier report said of a row, where that is certain."""
    at = sheet.at["delivery"]
    return cells[at] if at < len(cells) and cells[at] in _FINAL else None
