"""Rows from CSV, as spreadsheets write it.

Most rows of most files need no mending. So they are checked a batch at a time, a column at once; only a batch in which
something is unusual is gone through row by row.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import BinaryIO, NamedTuple

from laaffic_cli.reading.cells import as_it_was
from laaffic_cli.reading.formats.csv_header import Header, delimiter_of, header_of, said_delimiter
from laaffic_cli.reading.problem import Problem, ReadingError
from laaffic_cli.reading.row import How, Names, PlainRow, Row
from laaffic_cli.reading.text import MAX_CHARACTERS, line_blocks, lines_of

_TOGETHER = 500
# What is surely a number as it stands, or without these signs; laaffic decides on everything else.
_NUMBER = "[1-9][0-9]{6,14}"
_are_numbers = re.compile(f"(?:{_NUMBER},)*{_NUMBER}").fullmatch
_WITH_SIGNS = r"\+?[1-9][0-9]*(?:[ -][0-9]+)*"
_are_with_signs = re.compile(f"(?:{_WITH_SIGNS},)*{_WITH_SIGNS}").fullmatch
_SIGNS = str.maketrans("", "", "+ -")
_SHORT = "[1-9][0-9]{6,12}"  # too short for two numbers
_are_short = re.compile(f"(?:{_SHORT},)*{_SHORT}").fullmatch
_MAX_CONTENT = 1024


class Batch(NamedTuple):
    """Some records, and the number of the first one's line."""

    line: int
    records: list[list[str]]


def csv_rows(handle: BinaryIO, how: How) -> Iterator[Names | list[PlainRow] | Row | Problem]:
    """Yield rows as they are read: those without anything unusual together. Rows whose cells are empty are passed over.

    Raises:
        ReadingError: the header or the quoting makes the rest unreadable; every row before has been yielded.
    """
    batches = csv_batches(handle, how)
    line, (cells,) = next(batches)
    header = header_of(cells, line, how)
    yield Names(header.names[header.first_cell :])
    empty = True
    for batch in batches:
        plain = None if header.ours else _plain(batch.records, header, how)
        for found in [plain] if plain is not None else _one_by_one(batch, header):
            empty = False
            yield found
    if empty:
        yield Problem("there is no row below the header", line)


def _plain(records: list[list[str]], header: Header, how: How) -> list[PlainRow] | None:
    """Return the rows when each is what is sent as it stands; None when one has to be looked at by itself."""
    try:
        columns = list(zip(*filter(None, records), strict=True))  # a blank line is an empty record
    except ValueError:
        return None
    if len(columns) != len(header.names):
        return None
    numbers, contents = _numbers(columns[header.at["numbers"]]), _contents(columns, header, how)
    order_ids = columns[header.at["order_ids"]] if "order_ids" in header.at else ()
    sender_ids = columns[header.at["sender_id"]] if "sender_id" in header.at else ()
    if numbers is None or contents is None or any(map(str.strip, sender_ids)) or not _are_plain(order_ids):
        return None
    return list(zip(numbers, contents, [one or None for one in order_ids] or repeat(None), strict=False))


def _contents(columns: list[tuple[str, ...]], header: Header, how: How) -> Sequence[str] | None:
    if how.template is None:
        contents: Sequence[str] | None = columns[header.at["content"]]
    else:
        contents = how.template.fill_all({n: columns[header.places[n]] for n in how.template.columns}, len(columns[0]))
    if contents is None or not all(map(str.strip, contents)) or max(map(len, contents)) > _MAX_CONTENT:
        return None
    return contents if _can_be_encoded(contents) else None


def _numbers(given: Sequence[str]) -> Sequence[str] | None:
    together = ",".join(given)
    if together.count(",") != len(given) - 1:
        return None
    if _are_numbers(together):
        return given
    if not _are_with_signs(together):
        return None
    together = together.translate(_SIGNS)
    return together.split(",") if _are_short(together) else None


def _are_plain(order_ids: Sequence[str]) -> bool:
    together = "".join(order_ids)
    return "," not in together and together.split() in ([], [together]) and _can_be_encoded((together,))


def _can_be_encoded(texts: Sequence[str]) -> bool:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:  # some encodings have halves of a surrogate pair
        return False
    return True


def _one_by_one(batch: Batch, header: Header) -> Iterator[Row | Problem]:
    line = batch.line
    for cells in batch.records:
        if any(cell.strip() for cell in cells):
            yield _row([*map(as_it_was, cells)] if header.ours else cells, line, header)
        line += lines_in(cells)


def _row(cells: list[str], line: int, header: Header) -> Row | Problem:
    own = cells[header.first_cell :]
    if len(cells) != len(header.names):
        count = f"the row has {len(cells)} cell{'' if len(cells) == 1 else 's'}, and the header has {len(header.names)}"
        return Problem(f"{count}; quote a cell that holds the delimiter, and keep empty cells", line, cells=own)
    values = {field: cells[at] for field, at in header.at.items()}
    columns = {name: cells[at] for name, at in header.places.items()}
    # An optional cell that is empty says nothing.
    return Row({f: v for f, v in values.items() if v.strip() or f == "content"}, header.fields, columns, line, own)


def lines_in(cells: list[str]) -> int:
    """Return on how many lines of the file a row stands."""
    together = "".join(cells)
    if "\n" not in together and "\r" not in together:
        return 1
    return 1 + sum(cell.count("\n") + cell.count("\r") - cell.count("\r\n") for cell in cells)


class _Feed:
    """The lines for the csv module, until a row takes too many of them."""

    def __init__(self, handle: BinaryIO, encoding: str | None) -> None:
        self.given = 0  # characters since a batch was full
        self.lines = lines_of(self._pieces(line_blocks(handle, encoding)))

    def _pieces(self, pieces: Iterator[str]) -> Iterator[str]:
        for piece in pieces:
            if self.given > 2 * MAX_CHARACTERS:
                raise _TooLongError
            self.given += len(piece)
            yield piece


class _TooLongError(Exception):
    """A row has no end in sight."""


def csv_batches(handle: BinaryIO, how: How) -> Iterator[Batch]:
    """Yield the first record alone, then the others, many together; a blank line is one without a cell.

    Raises:
        ReadingError: the file is empty, or its encoding or quoting makes the rest unreadable; what comes before has
            been yielded.
    """
    feed = _Feed(handle, how.encoding)
    line, first, said = _beginning(feed.lines)
    records: list[list[str]] = []
    reader, before = None, line - 1
    failure: ReadingError | None = None
    try:
        delimiter = how.delimiter or said or delimiter_of(first)
        reader = csv.reader(chain([first], feed.lines), delimiter=delimiter, strict=True)
        header = next(reader)
        yield Batch(line, [header])
        line += lines_in(header)
        for cells in reader:
            records.append(cells)
            if len(records) == _TOGETHER or feed.given > MAX_CHARACTERS:
                yield Batch(line, records)
                line += sum(map(lines_in, records))
                records, feed.given = [], 0
    except csv.Error as error:
        start = line + sum(map(lines_in, records))
        failure = ReadingError(_explained(error, reader is None or before + reader.line_num == start), start)
    except _TooLongError:
        limit = f"a row is longer than {MAX_CHARACTERS // 1024 // 1024} MiB"
        failure = ReadingError(f"{limit}; close the quote that opens in it", line + sum(map(lines_in, records)))
    except ReadingError as error:
        failure = error
    if records:
        yield Batch(line, records)
    if failure is not None:
        raise failure


def _beginning(lines: Iterator[str]) -> tuple[int, str, str | None]:
    """Return the number of the first line that is not blank, that line, and the delimiter that one before it says."""
    said = None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            here = said_delimiter(line) if said is None else None
            if here is None:
                return number, line, said
            said = here
    raise ReadingError("the file is empty; its first line names the columns, such as number,content", 1)


def _explained(error: csv.Error, one_line: bool) -> str:
    words = str(error)
    if "field limit" in words:
        too_long = f"a cell has more than {csv.field_size_limit():,} characters"
        return f"{too_long}; {'shorten it' if one_line else 'close the quote that opens in this row, or shorten it'}"
    if "end of data" in words:
        return "a quote that opens in this row is never closed; close it, or delete it"
    return 'a cell goes on after its closing quote; write a quote inside a quoted cell twice: ""'
