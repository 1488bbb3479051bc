"""Rows from CSV, with comma, semicolon or tab, as spreadsheets write it."""

import csv
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

from laaffic_cli.reading.cells import are_outcomes, as_it_was
from laaffic_cli.reading.lines import decoded_lines
from laaffic_cli.reading.problem import Problem, ReadingError
from laaffic_cli.reading.row import Row, find_fields
from laaffic_cli.reading.template import Template

_DELIMITERS = ",;\t"


def csv_rows(handle: BinaryIO, template: Template | None) -> Iterator[Row | Problem]:
    """Yield each row as it is read. Rows whose cells are all empty are passed over.

    Raises:
        ReadingError: the header or the quoting makes the rest unreadable.
    """
    records = _records(handle)
    line, header = next(records, (1, []))
    if not header:
        raise ReadingError("the file is empty; its first line names the columns, such as number,content", 1)
    names = [name.strip() for name in header]
    fields = _fields(names, template, line)
    ours = are_outcomes(names)
    empty = True
    for line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        empty = False
        if len(cells) != len(names):
            count = f"the row has {len(cells)} cell{'' if len(cells) == 1 else 's'}, and the header has {len(names)}"
            yield Problem(f"{count}; quote a cell that holds the delimiter, and keep empty cells", line)
            continue
        columns = dict(zip(names, map(as_it_was, cells) if ours else cells, strict=True))
        values = {field: columns[name] for field, name in fields.items()}
        # An optional cell that is empty says nothing.
        yield Row({f: v for f, v in values.items() if v.strip() or f == "content"}, fields, columns, line)
    if empty:
        yield Problem("there is no row below the header", line)


def _records(handle: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank with the number of its first line."""
    lines = decoded_lines(handle)
    blank = 0
    first = next(lines, "")
    while first and not first.strip():
        blank += 1
        first = next(lines, "")
    try:
        reader = csv.reader(chain([first], lines), delimiter=_delimiter(first), strict=True)
    except csv.Error as error:
        raise ReadingError(_explained(error, 1), blank + 1) from None
    while True:
        line = blank + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise ReadingError(_explained(error, blank + reader.line_num - line + 1), line) from None
        if cells is None:
            return
        if cells:
            yield line, cells


def _delimiter(header: str) -> str:
    # The first of the best, so a header of one column is read with commas.
    return max(_DELIMITERS, key=lambda delimiter: len(next(csv.reader([header], delimiter=delimiter), [])))


def _explained(error: csv.Error, lines: int) -> str:
    words = str(error)
    if "field limit" in words:
        too_long = f"a cell has more than {csv.field_size_limit():,} characters"
        return f"{too_long}; {'shorten it' if lines == 1 else 'close the quote that opens in this row, or shorten it'}"
    if "end of data" in words:
        return "a quote that opens in this row is never closed; close it, or delete it"
    return 'a cell goes on after its closing quote; write a quote inside a quoted cell twice: ""'


def _fields(names: Sequence[str], template: Template | None, line: int) -> dict[str, str]:
    # The names are not shown where they may be data: a file without a header has a number and a text there.
    for place, name in enumerate(names, start=1):
        if not name:
            raise ReadingError(f"column {place} of the header has no name; name it, or delete the column", line)
        if name in names[: place - 1]:
            same = f"columns {names.index(name) + 1} and {place} of the header have the same name"
            raise ReadingError(f"{same}; name one of them otherwise", line)
    try:
        fields = find_fields(names)
    except ValueError as error:
        raise ReadingError(str(error), line) from None
    missing = _missing(names, fields, template)
    if missing:
        remedy = "the first line names the columns, parted by comma, semicolon or tab"
        raise ReadingError(f"the header has no column {missing}; {remedy}", line)
    return fields


def _missing(names: Sequence[str], fields: dict[str, Any], template: Template | None) -> str:
    if "numbers" not in fields:
        return '"number"'
    if template is None:
        return "" if "content" in fields else '"content" (or give the text with --content)'
    return ", ".join(f'"{column}", which --content uses' for column in template.columns if column not in names)
