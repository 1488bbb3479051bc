"""A text with `{column}` fields. Names are looked up without regard to case: there are no attributes and no formats.

It has the syntax of `laaffic_campaigns.Template`, and is not that one: a CSV file is filled in column by column, which
takes a quarter of the time, and what cannot be filled in is told as a problem of a row, by the file's column.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def folded(name: str) -> str:
    """Return a column's name as it is compared: upper and lower case, and spaces around it, make no difference."""
    return name.strip().casefold()


class Slot(NamedTuple):
    """A place in a text: the column's folded name, and what is written when its cell is empty or missing."""

    column: str
    default: str | None


class Template:
    """A text with fields.

    Args:
        text: `{column}` is a field, `{column|default}` one that may be empty or missing; `{{` and `}}` are braces.

    Attributes:
        columns: the folded names of all fields, each once, in their order.
        required: those that have no default in at least one place.
        slots: the fields as they follow each other.

    Raises:
        ValueError: a brace is alone, or a field has no name. The text says where.
    """

    def __init__(self, text: str) -> None:
        parts = tuple(_parts(text))
        self.slots = tuple(slot for _, slot in parts if slot is not None)
        self.columns = tuple(dict.fromkeys(slot.column for slot in self.slots))
        self.required = tuple(dict.fromkeys(slot.column for slot in self.slots if slot.default is None))
        self._format = "".join(literal.replace("%", "%%") + ("" if slot is None else "%s") for literal, slot in parts)

    def unfit(self, columns: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return the first column that cannot be filled in and the reason, or None; `columns` has folded names."""
        for column in self.columns:
            value = columns.get(column)
            if value is not None and not isinstance(value, str):
                return column, "--content uses it, and only a text or a number can be filled in"
            if column in self.required and (value is None or not value.strip()):
                found = "there is none" if value is None else "it is empty"
                remedy = "add it" if value is None else "fill it in"
                return column, f"{found}, and --content uses it; {remedy}, or give a default: {{{column}|…}}"
        return None

    def fill(self, columns: Mapping[str, str | None]) -> str:
        """Return the text with every field filled in; `columns` has folded names, and has been found fit."""
        return self._format % tuple(_filled(columns.get(slot.column), slot.default) for slot in self.slots)

    def fill_all(self, columns: Mapping[str, Sequence[str]], count: int) -> list[str] | None:
        """Return one text for each of `count` rows, given as columns; None when a required cell is empty."""
        if not self.slots:
            return [self._format % ()] * count
        filled: list[Sequence[str]] = []
        for column, default in self.slots:
            cells = columns[column]
            if default is not None:
                cells = [cell if cell.strip() else default for cell in cells]
            elif not all(map(str.strip, cells)):
                return None
            filled.append(cells)
        return list(map(self._format.__mod__, zip(*filled, strict=True)))


def _filled(value: str | None, default: str | None) -> str:
    return value if value is not None and (value.strip() or default is None) else default or ""


def _parts(text: str) -> Iterator[tuple[str, Slot | None]]:
    """Yield each stretch of plain text with the field that follows it."""
    at = 0
    for token in _TOKEN.finditer(text):
        literal, at = text[at : token.start()], token.end()
        name, bar, default = (token[1] or "").partition("|")
        if name.strip():
            yield literal, Slot(folded(name), default if bar else None)
        elif token[0] in {"{{", "}}"}:
            yield literal + token[0][0], None
        else:
            place = f"character {token.start() + 1}"
            raise ValueError(f"the brace at {place} belongs to no {{column}}; write {{{{ or }}}} for a brace")
    yield text[at:], None
