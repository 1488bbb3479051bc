"""The outcomes for people: a table that never cuts a number or a message id."""

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from laaffic import Recipient, State
from laaffic_cli.durable.ledger import Ledger
from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.streams import Stream

MAX_ROWS = 100
_ENDLESS = 1_000_000
_WIDEST_ORDER_ID = 40
_COLOURS = {State.ACCEPTED: "green", State.REJECTED: "red", State.NOT_SENT: "yellow", State.UNKNOWN: "bold magenta"}


class TableReport:
    """Gathers the rows worth showing and prints them at the end.

    Args:
        out: where it is printed.
        recipients: how many there are. Of many, only those not accepted are shown.
    """

    name = "standard output"

    def __init__(self, out: Stream, recipients: int) -> None:
        self._out = out
        self._all = recipients <= MAX_ROWS
        self._rows: list[Recipient] = []
        self._more = 0

    @property
    def held(self) -> Sequence[Recipient]:
        """What is printed at the end."""
        return self._rows

    def begin(self) -> None:
        """Do nothing: it is printed at the end."""

    def expect(self, recipients: Sequence[Recipient]) -> None:
        """Do nothing, for the same reason."""

    def add(self, recipients: Sequence[Recipient], *, whole: bool = False) -> None:
        """Take in the outcomes of a request; `whole` keeps them all, because nothing else does."""
        for recipient in recipients:
            if not whole and not self._all and recipient.state is State.ACCEPTED:
                continue
            if whole or len(self._rows) < MAX_ROWS:
                self._rows.append(recipient)
            else:
                self._more += 1

    def finish(self, ledger: Ledger) -> None:
        """Print the table and the counts."""
        text = outcomes_table(self._rows, terminal=self._out.is_terminal()) if self._rows else ""
        if self._more:
            keeps = f"; {printable(ledger.kept_in)} keeps them all" if ledger.kept_in else ""
            text += f"and {self._more} more{keeps}\n"
        self._out.deliver(f"{text}{ledger.summary()}\n")


def outcomes_table(rows: Sequence[Recipient], *, terminal: bool) -> str:
    """Return outcomes as a table."""
    return rendered(_table(rows), terminal=terminal)


def rendered(table: Table, *, terminal: bool, wrap: bool = False) -> str:
    """Return a table as text. Rich heeds the terminal's width, TERM and NO_COLOR.

    Unless its words may wrap, it is as wide as it has to be, for the terminal to wrap: a cut id is worthless.
    """
    text = StringIO()
    console = Console(file=text, force_terminal=terminal)
    if not wrap:
        natural = Measurement.get(console, console.options.update(width=_ENDLESS), table).maximum
        console.width = max(console.width, natural)
    console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _table(rows: Sequence[Recipient]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    order_ids = any(row.order_id is not None for row in rows)
    table.add_column("NUMBER", no_wrap=True)
    if order_ids:
        # It is the caller's own and as long as they like, so it is folded; the rest is needed in one piece.
        table.add_column("ORDER ID", overflow="fold", max_width=_WIDEST_ORDER_ID)
    table.add_column("STATE", no_wrap=True)
    table.add_column("MESSAGE ID", no_wrap=True)
    for row in rows:
        cells = [Text(printable(row.number))]
        if order_ids:
            cells.append(Text(printable(row.order_id or "-")))
        cells += [Text(row.state.value, _COLOURS[row.state]), Text(printable(row.msg_id or "-"))]
        table.add_row(*cells)
    return table
