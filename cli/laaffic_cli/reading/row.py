"""From a row of any format to a message, or to what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from laaffic import InvalidMessageError, Message
from laaffic_cli.reading.columns import Naming
from laaffic_cli.reading.numbers import numbers_of, unfit
from laaffic_cli.reading.problem import Problem
from laaffic_cli.reading.template import Template
from laaffic_cli.terminal.shown import masked

# Number, content, and order id or None, as laaffic sends them: checked, and fit for `laaffic.Rows` and a ledger.
PlainRow = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a file is read.

    Attributes:
        template: makes each row's text.
        naming: which column is what, where the names alone do not say it.
        encoding: of the bytes; None is UTF-8, or what a mark at the beginning says.
        delimiter: of the cells; None is what the header has.
        sender_id: for messages that have none.
    """

    template: Template | None = None
    naming: Naming = field(default_factory=Naming)
    encoding: str | None = None
    delimiter: str | None = None
    sender_id: str | None = None


class Names(NamedTuple):
    """What a file calls the cells of its rows."""

    values: Sequence[str]


class Row(NamedTuple):
    """One row, or one element of a JSON list.

    Attributes:
        values: the fields of the message that it has, by the names of `laaffic.Message`.
        names: how the file, or the command line, calls each of them.
        columns: everything a template may use, by folded names.
        line: where the row begins.
        cells: the row as it is in the file, for a file of bad rows.
    """

    values: Mapping[str, str | list[str]]
    names: Mapping[str, str]
    columns: Mapping[str, Any]
    line: int | None = None
    cells: Sequence[str] | None = None


def to_message(row: Row, template: Template | None = None, sender_id: str | None = None) -> Message | Problem:
    """Make the message of a row.

    Args:
        row: the row.
        template: takes the place of the row's own text.
        sender_id: for a row that has none.
    """
    content = row.values.get("content", "")
    names = {"numbers": "number", "content": "content", **row.names}
    if template is not None:
        lacking = template.unfit(row.columns)
        if lacking is not None:
            return Problem(lacking[1], row.line, lacking[0], None, row.cells)
        content = template.fill(row.columns)
        names["content"] = "--content"
    given = row.values.get("numbers", "")
    numbers = numbers_of(given) if isinstance(given, str) else given
    for number in numbers:
        rule = unfit(number)
        if rule is not None:
            return Problem(rule, row.line, names["numbers"], masked(number), row.cells)
    own = row.values.get("sender_id")
    try:
        return Message(
            numbers, str(content), sender_id if own is None else str(own), order_ids=row.values.get("order_ids")
        )
    except InvalidMessageError as error:
        value = numbers[error.position] if error.field == "numbers" and error.position is not None else ""
        column = names.get(error.field, error.field)
        return Problem(error.rule, row.line, column, masked(value) or None, row.cells)
