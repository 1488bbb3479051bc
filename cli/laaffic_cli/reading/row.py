"""From a row of any format to a message, or to what is wrong with it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from laaffic import InvalidMessageError, Message
from laaffic_cli.reading.problem import Problem
from laaffic_cli.reading.template import Template
from laaffic_cli.terminal.shown import masked

# Upper and lower case, and spaces around a name, make no difference.
_FIELDS = {
    "number": "numbers",
    "numbers": "numbers",
    "content": "content",
    "sender_id": "sender_id",
    "senderid": "sender_id",
    "order_id": "order_ids",
    "orderid": "order_ids",
    "order_ids": "order_ids",
}
# What a spreadsheet makes of 91856321412 when it takes it for a quantity: 9.18563E+10, or 91856321412.0.
_SHORTENED = re.compile(r"\d\s*[eE]\s*\+?\s*\d")
_DECIMAL = re.compile(r"\+?\d{7,}\.0+")


class Row(NamedTuple):
    """One row, or one element of a JSON list.

    Attributes:
        values: the fields of the message that it has, by the names of `laaffic.Message`.
        names: how the file, or the command line, calls each of them.
        columns: everything a template may use.
        line: where the row begins.
    """

    values: Mapping[str, str | list[str]]
    names: Mapping[str, str]
    columns: Mapping[str, Any]
    line: int | None = None


def find_fields(names: Iterable[str]) -> dict[str, str]:
    """Return which of a file's columns holds which field of a message.

    Raises:
        ValueError: two columns hold the same field.
    """
    found: dict[str, str] = {}
    for name in names:
        field = _FIELDS.get(name.strip().casefold())
        if field in found:
            raise ValueError(f'"{found[field]}" and "{name}" are two names for the same; keep one of them')
        if field is not None:
            found[field] = name
    return found


def to_message(row: Row, template: Template | None = None) -> Message | Problem:
    """Make the message of a row. A template takes the place of the row's own text."""
    content = row.values.get("content", "")
    names = {"numbers": "number", "content": "content", **row.names}
    if template is not None:
        unfit = template.unfit(row.columns)
        if unfit is not None:
            return Problem(f"{unfit[0]}: {unfit[1]}", row.line)
        content = template.fill(row.columns)
        names["content"] = "--content"
    numbers = row.values.get("numbers", "")
    try:
        _refuse_shortened(numbers)
        return Message(
            numbers,
            str(content),
            sender_id=str(row.values["sender_id"]) if "sender_id" in row.values else None,
            order_ids=row.values.get("order_ids"),
        )
    except InvalidMessageError as error:
        where = names.get(error.field, error.field)
        if error.field == "numbers" and error.position is not None:
            number = _items(numbers)[error.position]
            where = f"{where} {masked(number)}" if number.strip() else where
        return Problem(f"{where}: {error.rule}", row.line)


def _refuse_shortened(numbers: str | list[str]) -> None:
    remedy = "format the column as text, enter the numbers again and save"
    # With a comma for the decimal point, a shortened number looks like two.
    if isinstance(numbers, str) and _SHORTENED.search(numbers):
        numbers = [numbers]
    for position, number in enumerate(_items(numbers)):
        if _SHORTENED.search(number):
            rule = f"a spreadsheet has shortened the number, and its last digits are lost; {remedy}"
        elif _DECIMAL.fullmatch(number.strip()):
            rule = f"a program has given the number a decimal point; {remedy}"
        else:
            continue
        raise InvalidMessageError(rule, field="numbers", position=position)


def _items(given: str | list[str]) -> list[str]:
    return given.split(",") if isinstance(given, str) else given
