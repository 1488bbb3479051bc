"""The first line of a CSV: what parts its cells, and which column is what."""

import csv
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from laaffic_cli.reading.cells import PLACE_COLUMNS, are_ours
from laaffic_cli.reading.columns import Naming, fields_of, places_of
from laaffic_cli.reading.problem import ReadingError
from laaffic_cli.reading.row import How
from laaffic_cli.reading.template import Template, folded

_DELIMITERS = ",;\t"
_SEP = "sep="


class Header(NamedTuple):
    """What the first line says.

    Attributes:
        names: the columns' names, without spaces around them.
        fields: the name of the column that holds a message's field.
        at: the place of that column.
        places: the place of the column that a folded name means.
        ours: whether laaffic wrote the file, so that its cells are to be read as they were.
        first_cell: the first column that is the row's own, not one that says where it came from.
    """

    names: Sequence[str]
    fields: Mapping[str, str]
    at: Mapping[str, int]
    places: Mapping[str, int]
    ours: bool
    first_cell: int


def said_delimiter(line: str) -> str | None:
    """Return the delimiter that a line says as spreadsheets write it, `sep=;`; None if it is no such line."""
    said = line.rstrip("\r\n").strip('"')
    if said[: len(_SEP)].lower() != _SEP or len(said) != len(_SEP) + 1:
        return None
    return said[-1]


def delimiter_of(line: str) -> str:
    """Return what parts the cells of a header: comma, semicolon or tab, whichever parts it into the most."""
    # The first of the best, so a header of one column is read with commas.
    return max(_DELIMITERS, key=lambda delimiter: len(next(csv.reader([line], delimiter=delimiter), [])))


def names_of(cells: Sequence[str], line: int) -> list[str]:
    """Return the names of the columns.

    Raises:
        ReadingError: one is missing, or two are the same.
    """
    names = [name.strip() for name in cells]
    # The names are not shown where they may be data: a file without a header has a number and a text there.
    for place, name in enumerate(names, start=1):
        if not name:
            raise ReadingError(f"column {place} of the header has no name; name it, or delete the column", line)
        before = [folded(name) for name in names[: place - 1]]
        if folded(name) in before:
            same = f"columns {before.index(folded(name)) + 1} and {place} of the header have the same name"
            raise ReadingError(f"{same}; name one of them otherwise", line)
    return names


def header_of(cells: Sequence[str], line: int, how: How) -> Header:
    """Understand the names of the columns.

    Raises:
        ReadingError: a name or a column is missing, or a name stands for two columns.
    """
    names = names_of(cells, line)
    try:
        fields = fields_of(names, how.naming)
        places = places_of(names, how.naming)
    except ValueError as error:
        raise ReadingError(str(error), line) from None
    missing = _missing(fields, places, how.naming, how.template)
    if missing:
        remedy = "the first line names the columns, parted by comma, semicolon or tab, or by what --delimiter says"
        raise ReadingError(f"the header has no column {missing}; {remedy}", line)
    at = {name: place for place, name in enumerate(names)}
    return Header(
        names,
        fields,
        {field: at[name] for field, name in fields.items()},
        {name: at[theirs] for name, theirs in places.items()},
        are_ours(names),
        len(PLACE_COLUMNS) if tuple(names[: len(PLACE_COLUMNS)]) == PLACE_COLUMNS else 0,
    )


def _missing(fields: Mapping[str, str], places: Mapping[str, str], naming: Naming, template: Template | None) -> str:
    lost = [
        theirs for theirs in dict.fromkeys(naming.names.values()) if folded(theirs) not in map(folded, places.values())
    ]
    if lost:
        return ", ".join(f'"{theirs}", which --column names' for theirs in lost)
    if "numbers" not in fields:
        return '"number" (or say which it is: --column number=…)'
    if template is None:
        return "" if "content" in fields else '"content" (or say which it is: --column content=…, or give --content)'
    return ", ".join(f'"{column}", which --content uses' for column in template.columns if column not in places)
