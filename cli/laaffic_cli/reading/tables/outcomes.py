"""The rows of a file of outcomes: whom they are about, and what was known of them."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from laaffic import InvalidMessageError, Recipient, State, normalize_number
from laaffic_cli.reading.numbers import unfit
from laaffic_cli.reading.problem import Problem, Problems
from laaffic_cli.reading.tables.table import Table
from laaffic_cli.terminal.shown import masked

# Those of the last two may have been posted to since the file was written.
_OPEN = ("unknown", "in_flight", "to_go")
_COUNT = re.compile("[0-9]{1,3}")
STATES = ("accepted", "rejected", "not_sent", *_OPEN)


class Entry(NamedTuple):
    """One row.

    Attributes:
        line: where it begins.
        cells: all of its cells.
        state: as the file has it.
        recipient: the same for the SDK, to which whoever is `open` is unknown.
        posted_at: when it was posted, aware; None where the file does not say it.
        earlier: how many messages there were before, to who was sent to again.
    """

    line: int
    cells: list[str]
    state: str
    recipient: Recipient
    posted_at: datetime | None
    earlier: int

    @property
    def open(self) -> bool:
        """Whether a record may be of this one, and the file does not say which."""
        return self.recipient.state is State.UNKNOWN


class Outcomes:
    """A file of outcomes.

    Args:
        table: its rows.

    Raises:
        BadInputError: it has no column `number`, `state` or `msg_id`.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self._number = table.needed("number")
        self._state = table.needed("state")
        self._msg_id = table.needed("msg_id")
        self._order_id = table.place("order_id")
        self._wire_order_id = table.place("wire_order_id")
        self._posted_at = table.place("posted_at")
        self._earlier = table.place("earlier")

    def entries(self) -> Iterator[Entry]:
        """Go through it.

        Raises:
            BadInputError: at the end, with everything that is wrong.
        """
        problems = Problems()
        for line, cells in self.table.rows(problems):
            try:
                yield self._entry(line, cells)
            except _WrongError as error:
                problems.add(error.problem._replace(line=line, file=self.table.name))
        problems.raise_any()

    def _entry(self, line: int, cells: list[str]) -> Entry:
        state, msg_id, number = (cells[at].strip() for at in (self._state, self._msg_id, self._number))
        if state not in STATES:
            raise _WrongError(f"it is none of {', '.join(STATES)}; take the file as laaffic wrote it", "state")
        is_open = state in _OPEN or (state == "accepted" and not msg_id)
        known = State.UNKNOWN if is_open else State(state)
        if is_open and number:
            number = _checked(number)
        posted_at = self._cell(cells, self._posted_at)
        recipient = Recipient(
            number=number,
            order_id=self._cell(cells, self._order_id),
            msg_id=msg_id or None,
            state=known,
            wire_order_id=self._cell(cells, self._wire_order_id),
        )
        earlier = self._cell(cells, self._earlier) or "0"
        if not _COUNT.fullmatch(earlier):
            raise _WrongError("it is no count; take the file as laaffic wrote it", "earlier")
        at = None if posted_at is None else _time(posted_at)
        return Entry(line, cells, state, recipient, at, int(earlier))

    def _cell(self, cells: list[str], at: int | None) -> str | None:
        return None if at is None else cells[at] or None


class _WrongError(Exception):
    """A cell is not what it has to be."""

    def __init__(self, reason: str, column: str, value: str | None = None) -> None:
        super().__init__(reason)
        self.problem = Problem(reason, column=column, value=value)


def _checked(number: str) -> str:
    rule = unfit(number)
    try:
        if rule is None:
            return normalize_number(number)
    except InvalidMessageError as error:
        rule = error.rule
    raise _WrongError(rule, "number", masked(number))


def _time(cell: str) -> datetime:
    try:
        at = datetime.fromisoformat(cell.strip())
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None:
        said = "it is no time with a zone, such as 2026-11-24T08:30:00.000Z; take the file as laaffic wrote it"
        raise _WrongError(said, "posted_at")
    return at
