"""`--invalid-to`: the rows that cannot be sent, in a CSV of their own, so that the others can be."""

import csv
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from laaffic_cli.reading.cells import PLACE_COLUMNS, as_text
from laaffic_cli.reading.problem import BadInputError, Problem
from laaffic_cli.reading.template import folded

_BOM = "\ufeff"
_BEGINNING = ",".join(PLACE_COLUMNS)


class BadRows:
    """A file of bad rows, written beside its place and moved there when it is whole.

    Its columns are `file`, `line`, `column`, `reason` and then those of the file that is read. So it can be mended and
    read again.

    Raises:
        BadInputError: something else is in its place, or it cannot be written.
    """

    def __init__(self, name: str, others: Sequence[str]) -> None:
        self.name = name
        self.count = 0
        self._file: IO[str] | None = None
        path = Path(name)
        if any(_is_same(path, Path(other)) for other in others):
            raise BadInputError([f"--invalid-to: {name} is a file that is read; name another"])
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                found = file.readline(len(_BOM + _BEGINNING)).removeprefix(_BOM)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from None
        if found and found.rstrip(",\r\n") != _BEGINNING:
            raise BadInputError([f"--invalid-to: {name} is there, and is no file of bad rows; name another"])

    def begin(self, names: Sequence[str]) -> None:
        """Begin anew, with the names of the cells."""
        self.discard()
        self.count = 0
        path = Path(self.name)
        try:
            self._file = NamedTemporaryFile(  # noqa: SIM115  # closed by `finish` or `discard`
                "w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8", newline=""
            )
            own = [f"row_{name}" if folded(name) in PLACE_COLUMNS else name for name in names]
            self._write([*PLACE_COLUMNS, *own])
        except OSError as error:
            raise self._unwritable(error) from None

    def add(self, problem: Problem) -> None:
        """Write one row and what is wrong with it."""
        about = " ".join(part for part in (problem.column, problem.value) if part)
        self.count += 1
        self._write([problem.file or "", str(problem.line or ""), about, problem.reason, *(problem.cells or ())])

    def finish(self) -> None:
        """Move it into its place."""
        if self._file is None:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            Path(self._file.name).replace(self.name)
        except OSError as error:
            raise self._unwritable(error) from None
        self._file = None

    def discard(self) -> None:
        """Leave nothing of what is not whole."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            Path(self._file.name).unlink(missing_ok=True)
            self._file = None

    def _write(self, cells: Sequence[str]) -> None:
        if self._file is None:
            return
        try:
            csv.writer(self._file).writerow([as_text(cell) for cell in cells])
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> BadInputError:
        return BadInputError([f"--invalid-to: {self.name} cannot be written ({error.strerror}); name a file that can"])


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
