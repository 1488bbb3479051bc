"""The outcomes for people: a table that never cuts a number or a message id."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from laaffic_campaigns import Outcome
from laaffic_cli.reports.result import Result
from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.streams import Stream
from laaffic_cli.terminal.tables import rendered

_WIDEST_ORDER_ID = 40
COLOURS = {
    "accepted": "green",
    "rejected": "red",
    "not_sent": "yellow",
    "unknown": "bold magenta",
    "to_go": "",
    "in_flight": "cyan",
}


def print_table(out: Stream, result: Result) -> None:
    """Print the rows worth showing and the counts.

    Raises:
        OSError: they could not be written.
    """
    text = outcomes_table(result.rows, terminal=out.is_terminal()) if result.rows else ""
    total = sum(result.counts.values())
    bad = sum(result.counts.get(state, 0) for state in ("rejected", "not_sent", "unknown"))
    more = (total if total <= len(result.rows) else bad) - len(result.rows)
    if more > 0:
        keeps = f"; {printable(result.keeps)} has them all" if result.keeps else ""
        text += f"and {more:,} more{keeps}\n"
    out.deliver(f"{text}{result.summary()}\n")


def outcomes_table(rows: Sequence[Outcome], *, terminal: bool) -> str:
    """Return outcomes as a table."""
    return rendered(_table(rows), terminal=terminal)


def _table(rows: Sequence[Outcome]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    order_ids = any(row.order_id is not None for row in rows)
    table.add_column("NUMBER", no_wrap=True)
    if order_ids:
        # It is the caller's own and as long as they like, so it is folded; the rest is needed in one piece.
        table.add_column("ORDER ID", overflow="fold", max_width=_WIDEST_ORDER_ID)
    table.add_column("STATE", no_wrap=True)
    table.add_column("MESSAGE ID", no_wrap=True)
    for row in rows:
        cells = [Text(printable(row.number or "-"))]
        if order_ids:
            cells.append(Text(printable(row.order_id or "-")))
        cells += [Text(row.state, COLOURS[row.state]), Text(printable(row.msg_id or "-"))]
        table.add_row(*cells)
    return table
