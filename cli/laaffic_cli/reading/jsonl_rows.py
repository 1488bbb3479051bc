"""Rows from JSON Lines: an object a line."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from laaffic_cli.reading.json_values import DECODER, kind
from laaffic_cli.reading.lines import decoded_lines
from laaffic_cli.reading.problem import Problem
from laaffic_cli.reading.row import Row, find_fields
from laaffic_cli.reading.template import Template

_LISTS = frozenset({"numbers", "order_ids"})


def jsonl_rows(handle: BinaryIO, template: Template | None) -> Iterator[Row | Problem]:
    """Yield each line's row as it is read. Blank lines are passed over; keys beyond a message's own are free.

    Raises:
        ReadingError: a line is not UTF-8, or too long.
    """
    empty = True
    for number, line in enumerate(decoded_lines(handle), start=1):
        if line.strip():
            empty = False
            yield _row(line, number, template)
    if empty:
        yield Problem("the file is empty; write one JSON object a line", 1)


def _row(line: str, number: int, template: Template | None) -> Row | Problem:
    try:
        entry = _entry(line)
        fields = find_fields(entry)
        _check(entry, fields, template)
    except ValueError as error:
        return Problem(str(error), number)
    values = {field: entry[name] for field, name in fields.items() if entry[name] is not None}
    # An optional text that is empty says nothing.
    return Row({f: v for f, v in values.items() if v != "" or f == "content"}, fields, entry, number)


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


def _check(entry: dict[str, Any], fields: dict[str, str], template: Template | None) -> None:
    if "numbers" not in fields:
        raise ValueError('there is no "number"; give one')
    if "content" not in fields and template is None:
        raise ValueError('there is no "content"; give one, or give the text with --content')
    for field, name in fields.items():
        value, listed = entry[name], field in _LISTS
        if value is not None and not _fits(value, listed=listed):
            wanted = "a text, or a list of texts" if listed else "a text"
            raise ValueError(f"{name}: {_found(value, listed=listed)}; write {wanted}")


def _fits(value: Any, *, listed: bool) -> bool:
    if listed and isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _found(value: Any, *, listed: bool) -> str:
    if listed and isinstance(value, list):
        return f"it is a list that holds {kind(next(item for item in value if not isinstance(item, str)))}"
    return f"it is {kind(value)}"
