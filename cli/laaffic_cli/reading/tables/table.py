"""A CSV that has names in its first line, as laaffic writes it or as people have it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, NamedTuple

from laaffic_cli.reading.cells import are_ours, as_it_was
from laaffic_cli.reading.formats.csv_header import names_of
from laaffic_cli.reading.formats.csv_rows import Batch, csv_batches, lines_in
from laaffic_cli.reading.opening import STANDARD_INPUT, FileOptions, opened
from laaffic_cli.reading.problem import BadInputError, Problem, Problems, ReadingError
from laaffic_cli.reading.row import How
from laaffic_cli.reading.template import folded
from laaffic_cli.reading.text import unpacked
from laaffic_cli.terminal.shown import without_numbers


class Line(NamedTuple):
    """One row: on which line it begins, and its cells as they were before they were written."""

    number: int
    cells: list[str]


class Table:
    """The rows of a file, gone through as often as needed, never more than some of them in memory.

    Args:
        name: the file's, for errors.
        handle: the file.
        how: encoding, delimiter, and which column is what.

    Attributes:
        name: the file's.
        names: of its columns, as the file has them.
        ours: whether laaffic wrote it.

    Raises:
        BadInputError: its first line cannot be read.
    """

    def __init__(self, name: str, handle: BinaryIO, how: How) -> None:
        self.name = name
        self._handle = handle
        self._how = how
        self._stamp = self._stamped()
        try:
            line, (first,) = next(self._batches())
            self.names = names_of(first, line)
        except ReadingError as error:
            raise self._error(error) from None
        self.ours = are_ours(self.names)
        self._places = {folded(name): place for place, name in enumerate(self.names)}
        for ours, theirs in how.naming.names.items():
            if folded(theirs) not in self._places:
                raise self.lacks(f'"{theirs}", which --column names')
            self._places[ours] = self._places[folded(theirs)]

    def place(self, column: str) -> int | None:
        """Return where a column is, from 0; None if there is none."""
        return self._places.get(column)

    def needed(self, column: str) -> int:
        """Return where a column is.

        Raises:
            BadInputError: there is none.
        """
        place = self.place(column)
        if place is None:
            raise self.lacks(f'"{column}" (or say which it is: --column {column}=…)')
        return place

    def lacks(self, what: str) -> BadInputError:
        """Return the error for a column that is missing."""
        remedy = "the first line names the columns, parted by comma, semicolon or tab, or by what --delimiter says"
        return BadInputError([f"{self.name}: the header has no column {what}; {remedy}"])

    def rows(self, problems: Problems | None = None) -> Iterator[Line]:
        """Yield each row that is not blank.

        Args:
            problems: takes what is wrong with a row; without it, that is raised at the end.

        Raises:
            BadInputError: the file is not what it was, or a row is none.
        """
        found = Problems() if problems is None else problems
        try:
            batches = self._batches()
            next(batches)
            for batch in batches:
                yield from self._lines(batch, found)
        except ReadingError as error:
            found.add(error.problem._replace(file=self.name))
        except OSError as error:
            raise BadInputError([f"{self.name}: it cannot be read ({error.strerror})"]) from None
        if self._stamped() != self._stamp:
            found.add(Problem("the file was changed; leave it alone until it is read", file=self.name))
        if problems is None:
            found.raise_any()

    def _lines(self, batch: Batch, problems: Problems) -> Iterator[Line]:
        line = batch.line
        for cells in batch.records:
            if len(cells) == len(self.names):
                if any(map(str.strip, cells)):
                    yield Line(line, [*map(as_it_was, cells)] if self.ours else cells)
            elif any(map(str.strip, cells)):
                count = f"the row has {len(cells)} cell{'s' * (len(cells) != 1)}, and the header has {len(self.names)}"
                remedy = "quote a cell that holds the delimiter, and keep empty cells"
                problems.add(Problem(f"{count}; {remedy}", line, file=self.name))
            line += lines_in(cells)

    def _batches(self) -> Iterator[Batch]:
        return csv_batches(unpacked(self._handle), self._how)

    def _error(self, error: ReadingError) -> BadInputError:
        return BadInputError([error.problem._replace(file=self.name).text])

    def _stamped(self) -> tuple[int, int]:
        status = os.fstat(self._handle.fileno())
        return status.st_size, status.st_mtime_ns


@contextmanager
def open_table(name: str, options: FileOptions) -> Iterator[Table]:
    """Open a file, for as long as its rows are needed.

    Args:
        name: the file's; `-` is standard input, which is kept in a temporary file without a name.
        options: encoding, delimiter and columns.

    Raises:
        BadInputError: it cannot be read.
    """
    how = options.how()
    with ExitStack() as stack:
        handle, _ = opened(name, stack)
        yield Table("standard input" if name == STANDARD_INPUT else without_numbers(name), handle, how)
