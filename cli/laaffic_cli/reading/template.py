"""A text with `{column}` fields. Names are looked up as they stand: there are no attributes and no formats."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class Template:
    """A text with fields.

    Args:
        text: `{column}` is a field; `{{` and `}}` are braces.

    Raises:
        ValueError: a brace is alone, or a field has no name. The text says where.
    """

    def __init__(self, text: str) -> None:
        self._parts = tuple(_parts(text))
        self.columns = tuple(dict.fromkeys(column for _, column in self._parts if column is not None))

    def unfit(self, columns: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return the first column that cannot be filled in and the reason, or None."""
        for column in self.columns:
            value = columns.get(column)
            if value is None:
                return column, "there is none, and --content uses it; add it"
            if not isinstance(value, str):
                return column, "--content uses it, and only a text or a number can be filled in"
            if not value.strip():
                return column, "it is empty, and --content uses it; fill it in"
        return None

    def fill(self, columns: Mapping[str, str]) -> str:
        """Return the text with every field filled in."""
        return "".join(literal if column is None else literal + columns[column] for literal, column in self._parts)


def _parts(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield each stretch of plain text with the field that follows it."""
    at = 0
    for token in _TOKEN.finditer(text):
        literal, at = text[at : token.start()], token.end()
        column = token[1]
        if column is not None and column.strip():
            yield literal, column.strip()
        elif token[0] in {"{{", "}}"}:
            yield literal + token[0][0], None
        else:
            place = f"character {token.start() + 1}"
            raise ValueError(f"the brace at {place} belongs to no {{column}}; write {{{{ or }}}} for a brace")
    yield text[at:], None
