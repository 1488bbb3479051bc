"""Rows from JSON Lines: an object a line."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from laaffic_cli.reading.columns import fields_of, places_of
from laaffic_cli.reading.formats.json_values import DECODER, Bare, kind
from laaffic_cli.reading.numbers import unfit
from laaffic_cli.reading.problem import Problem
from laaffic_cli.reading.row import How, Names, Row
from laaffic_cli.reading.template import folded
from laaffic_cli.reading.text import line_blocks, lines_of

_LISTS = frozenset({"numbers", "order_ids"})


def jsonl_rows(handle: BinaryIO, how: How) -> Iterator[Names | Row | Problem]:
    """Yield each line's row as it is read. Blank lines are passed over; keys beyond a message's own are free.

    Raises:
        ReadingError: a line is not text, or too long.
    """
    yield Names(["row"])
    # A name that no row has is misspelled, however many defaults the template gives.
    unmet = {folded(name): f'"{name}", which --column names' for name in how.naming.names.values()}
    for name in how.template.columns if how.template else ():
        if name not in how.naming.names:
            unmet.setdefault(name, f'"{name}", which --content uses')
    empty = True
    for number, line in enumerate(lines_of(line_blocks(handle, how.encoding)), start=1):
        if line.strip():
            empty = False
            found = _row(line, number, how)
            if unmet and isinstance(found, Row):
                unmet = {name: what for name, what in unmet.items() if name not in found.columns}
            yield found
    if empty:
        yield Problem("the file is empty; write one JSON object a line", 1)
    elif unmet:
        yield Problem(f"no row has a key {', '.join(unmet.values())}; correct one or the other")


def _row(line: str, number: int, how: How) -> Row | Problem:
    try:
        entry = _entry(line)
        fields = fields_of(entry, how.naming)
        places = places_of(entry, how.naming) if how.template or how.naming.names else {}
        _check(entry, fields, how)
    except ValueError as error:
        return Problem(str(error), number, cells=[line.rstrip("\r\n")])
    values = {field: entry[name] for field, name in fields.items() if entry[name] is not None}
    columns = {name: entry[theirs] for name, theirs in places.items()}
    # An optional text that is empty says nothing.
    values = {f: v for f, v in values.items() if v != "" or f == "content"}
    return Row(values, fields, columns, number, [line.rstrip("\r\n")])


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = DECODER.decode(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON at character {error.pos + 1}: {error.msg}; write one JSON object a line") from None
    except RecursionError:
        raise ValueError("it is nested too deeply; write one plain JSON object a line") from None
    if not isinstance(entry, dict):
        raise ValueError(f"the line is {kind(entry)}; write one JSON object a line")  # noqa: TRY004  # the file's fault
    return entry


def _check(entry: dict[str, Any], fields: dict[str, str], how: How) -> None:
    if "numbers" not in fields:
        raise ValueError(f'there is no "{how.naming.fields.get("numbers", "number")}"; give one')
    if "content" not in fields and how.template is None:
        wanted = how.naming.fields.get("content", "content")
        raise ValueError(f'there is no "{wanted}"; give one, or give the text with --content')
    for field, name in fields.items():
        value, listed = entry[name], field in _LISTS
        if value is not None and not _fits(value, listed=listed):
            wanted = "a text, or a list of texts" if listed else "a text"
            raise ValueError(f"{name}: {_found(value, listed=listed)}; write {wanted}")
    for number in _items(entry[fields["numbers"]]):
        if isinstance(number, Bare) and not number.isdigit():
            what = "it is a number with a sign, a fraction or an exponent, which no phone number has"
            rule = unfit(number) or f'{what}; write a text in quotes: "91856321412"'
            raise ValueError(f"{fields['numbers']}: {rule}")


def _fits(value: Any, *, listed: bool) -> bool:
    if listed and isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _found(value: Any, *, listed: bool) -> str:
    if listed and isinstance(value, list):
        return f"it is a list that holds {kind(next(item for item in value if not isinstance(item, str)))}"
    return f"it is {kind(value)}"
