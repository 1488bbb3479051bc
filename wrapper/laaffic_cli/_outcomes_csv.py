"""`--output`: the outcomes as CSV, kept as they come."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import TextIO

from laaffic import Recipient
from laaffic_cli._ledger import Ledger
from laaffic_cli._problem import BadInputError

COLUMNS = ("number", "order_id", "msg_id", "state")


class OutcomesCsv:
    """Writes each request's outcomes as soon as they are known."""

    def __init__(self, name: str, file: TextIO) -> None:
        self.name = name
        self._file = file

    def begin(self) -> None:
        """Write the header."""
        self._write([COLUMNS])

    def add(self, recipients: Sequence[Recipient], *, whole: bool = False) -> None:  # noqa: ARG002  # it is always whole
        """Write the outcomes of a request."""
        self._write([(r.number, r.order_id, r.msg_id, r.state.value) for r in recipients])

    def finish(self, ledger: Ledger) -> None:
        """Do nothing: all is written."""

    def _write(self, rows: Sequence[Sequence[str | None]]) -> None:
        text = StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        self._file.write(text.getvalue())
        self._file.flush()


@contextmanager
def open_outcomes(name: str) -> Iterator[OutcomesCsv]:
    """Open the file, which must be new or empty: it may be the only evidence of an earlier run.

    Raises:
        BadInputError: it is neither, or cannot be written.
    """
    path = Path(name)
    try:
        is_new = not path.exists()
        if not is_new and path.stat().st_size:
            raise BadInputError([f"--output: {name} is not empty, and is never overwritten; name another file"])
        file = path.open("x" if is_new else "a", encoding="utf-8", newline="")
    except OSError as error:
        raise BadInputError([f"--output: {name} cannot be written ({error.strerror}); name another file"]) from None
    try:
        yield OutcomesCsv(name, file)
    finally:
        # Each request's rows were flushed as they came, and an error was told then.
        with suppress(OSError):
            file.close()
        with suppress(OSError):
            if is_new and not path.stat().st_size:
                path.unlink()
