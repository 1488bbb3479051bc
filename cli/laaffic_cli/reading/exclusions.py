"""`--exclude`: who is to get nothing, whatever else is said."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from laaffic import InvalidMessageError, normalize_number
from laaffic_cli.reading.columns import Naming, fields_of
from laaffic_cli.reading.formats.csv_rows import csv_batches, lines_in
from laaffic_cli.reading.numbers import numbers_of, unfit
from laaffic_cli.reading.problem import BadInputError, Problem, Problems, ReadingError
from laaffic_cli.reading.row import How
from laaffic_cli.reading.text import unpacked
from laaffic_cli.terminal.shown import masked


def read_exclusions(name: str, handle: BinaryIO, how: How) -> frozenset[str]:
    """Read numbers: one a line, or the column `number` of a CSV.

    Args:
        name: the file's name, for errors.
        handle: the file.
        how: its encoding, and by which name its column of numbers may go.

    Returns:
        The numbers as they are sent.

    Raises:
        BadInputError: a line has something else; somebody who is to get nothing would get it.
    """
    found: set[str] = set()
    problems = Problems()
    try:
        for line, cell in _cells(handle, how):
            for number in numbers_of(cell):
                rule = unfit(number)
                try:
                    if rule is None:
                        found.add(normalize_number(number))
                except InvalidMessageError as error:
                    rule = error.rule
                if rule is not None:
                    problems.add(Problem(rule, line, "number", masked(number), file=name))
    except ReadingError as error:
        problems.add(error.problem._replace(file=name))
    except OSError as error:
        raise BadInputError([f"{name}: it cannot be read ({error.strerror}); name a file that can"]) from None
    problems.raise_any()
    return frozenset(found)


def _cells(handle: BinaryIO, how: How) -> Iterator[tuple[int, str]]:
    """Yield every cell that has numbers, and its line."""
    batches = csv_batches(unpacked(handle), how)
    line, (first,) = next(batches)
    names = [name.strip() for name in first]
    try:
        # The column may be named as in the file of messages, or as it is named by default.
        column = fields_of(names, how.naming).get("numbers") or fields_of(names, Naming()).get("numbers")
    except ValueError as error:
        raise ReadingError(str(error), line) from None
    place = None if column is None else names.index(column)
    if place is None:
        if not any(letter.isdigit() for letter in "".join(first)):
            raise ReadingError('write one number a line, or name the column of numbers "number"', line)
        yield from ((line, cell) for cell in first)
    for line, records in batches:
        for cells in records:
            yield from ((line, cell) for cell in _numbers(cells, place, line))
            line += lines_in(cells)  # noqa: PLW2901  # it counts on within the batch


def _numbers(cells: Sequence[str], place: int | None, line: int) -> Sequence[str]:
    if place is None:
        return cells
    if any(map(str.strip, cells)) and place >= len(cells):
        raise ReadingError("the row has too few cells, so its number is not known; keep empty cells", line)
    return cells[place : place + 1]
