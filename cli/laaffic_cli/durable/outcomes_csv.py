"""The outcomes as CSV, kept as they come, so that the files alone say what is known when the process is killed.

Before a request is posted, its recipients are on disk in a second file, `OUTCOMES.CSV.inflight`. It is emptied when
their outcomes are on disk in the first, and goes when the run ends. So whoever is in one that is left over, and
not in the first file, may have been sent to.
"""

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO, StringIO
from pathlib import Path
from stat import S_ISREG

from laaffic import Recipient
from laaffic_cli.durable.ledger import Ledger
from laaffic_cli.reading.cells import COLUMNS, as_text
from laaffic_cli.reading.problem import BadInputError

_MAX_RUNS_A_SECOND = 100


class OutcomesCsv:
    """Writes each request's recipients before it, and its outcomes as soon as they are known."""

    held: Sequence[Recipient] = ()

    def __init__(self, name: str, file: FileIO) -> None:
        self.name = name
        self._file = file
        self._size = 0
        self._used = False
        # A pipe or a device keeps nothing; whoever reads it has the evidence.
        self._is_kept = S_ISREG(os.fstat(file.fileno()).st_mode)
        self._in_flight: FileIO | None = None

    def begin(self) -> None:
        """Write the header."""
        if self._is_kept:
            self._in_flight = in_flight(self.name).open("xb", buffering=0)
        self._append([COLUMNS])
        _sync_folder(Path(self.name).parent)

    def expect(self, recipients: Sequence[Recipient]) -> None:
        """Write to disk whose outcomes come next, in the place of those before."""
        if self._in_flight is None:
            return
        os.fsync(self._file.fileno())
        self._in_flight.truncate(0)
        self._in_flight.seek(0)
        if recipients:
            self._used = True
            try:
                _write(self._in_flight, [COLUMNS, *map(_row, recipients)])
                os.fsync(self._in_flight.fileno())
            except OSError:
                with suppress(OSError):
                    self._in_flight.truncate(0)  # they are not sent to
                raise

    def add(self, recipients: Sequence[Recipient], *, whole: bool = False) -> None:
        """Write the outcomes of a request."""
        self._used = True
        self._append([_row(recipient) for recipient in recipients])

    def finish(self, ledger: Ledger) -> None:
        """See to it that all is on disk."""
        self.expect(())

    def close(self, *, is_new: bool) -> None:
        """Leave no file behind that says nothing. Each request's rows are written, and an error was told then."""
        with suppress(OSError), self._file:
            # Only its own header: another run may have begun to write into the same empty file.
            if self._is_kept and self._size and not self._used:
                self._file.truncate(0)
        with suppress(OSError):
            if is_new and not self._used:
                Path(self.name).unlink()
        with suppress(OSError):
            if self._in_flight is not None:
                self._in_flight.close()
                # In a record that could not be written on, it stays, and says whose outcomes are missing.
                if not in_flight(self.name).stat().st_size:
                    in_flight(self.name).unlink()

    def _append(self, rows: Sequence[Sequence[str | None]]) -> None:
        try:
            self._size += _write(self._file, rows)
        except OSError:
            # Half a number would be somebody else's.
            with suppress(OSError):
                self._file.truncate(self._size)
            raise


def in_flight(name: str) -> Path:
    """Return the second file of a file of outcomes."""
    return Path(f"{name}.inflight")


@contextmanager
def open_outcomes(name: str) -> Iterator[OutcomesCsv]:
    """Open the file of `--output`, which must be new or empty: it may be the only evidence of an earlier run.

    Raises:
        BadInputError: it is neither, or cannot be written.
    """
    path = Path(name)
    try:
        is_new = not path.exists()
        if not is_new and path.stat().st_size:
            raise BadInputError([f"--output: {name} is not empty, and is never overwritten; name another file"])
        if in_flight(name).exists():
            left = f"{in_flight(name)} is left over from a run that was killed"
            raise BadInputError([f"--output: {left}, and says who may have been sent to; name another file"])
        file = path.open("xb" if is_new else "ab", buffering=0)
    except OSError as error:
        raise BadInputError([f"--output: {name} cannot be written ({error.strerror}); name another file"]) from None
    outcomes = OutcomesCsv(name, file)
    try:
        yield outcomes
    finally:
        outcomes.close(is_new=is_new)


@contextmanager
def create_outcomes() -> Iterator[OutcomesCsv]:
    """Make a new file in the current folder, for outcomes too many to be shown.

    Raises:
        BadInputError: it cannot be made.
    """
    outcomes = _create(f"laaffic-outcomes-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    try:
        yield outcomes
    finally:
        outcomes.close(is_new=True)


def _create(stem: str) -> OutcomesCsv:
    name, why = f"{stem}.csv", "there are too many of this name"
    for run in range(2, _MAX_RUNS_A_SECOND):
        try:
            return OutcomesCsv(name, Path(name).open("xb", buffering=0))
        except FileExistsError:
            name = f"{stem}-{run}.csv"
        except OSError as error:
            why = error.strerror or type(error).__name__
            break
    raise BadInputError([f"{name} cannot be made ({why}), and the outcomes are many; name a file with --output"])


def _row(recipient: Recipient) -> tuple[str | None, ...]:
    return recipient.number, as_text(recipient.order_id), as_text(recipient.msg_id), recipient.state.value


def _write(file: FileIO, rows: Sequence[Sequence[str | None]]) -> int:
    """Write rows at once, and return how many bytes that took."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    # No text whatsoever may keep an outcome from being written down.
    content = text.getvalue().encode("utf-8", "backslashreplace")
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]
    return len(content)


def _sync_folder(folder: Path) -> None:
    # So that the files' names outlive a loss of power. Not every system can.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
