"""The outcomes as CSV: written beside and moved into place, so that a file is whole or what it was before."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from typing import IO

from laaffic_campaigns import Outcome
from laaffic_cli.reading.cells import as_text
from laaffic_cli.reading.problem import BadInputError

COLUMNS = (
    "row",
    "number",
    "order_id",
    "wire_order_id",
    "state",
    "msg_id",
    "status",
    "reason",
    "posted_at",
)
_HEADER = ",".join(COLUMNS) + "\n"
_QUOTED = frozenset(',"\r\n;')
_AT_ONCE = 1000


def check_output(name: str) -> None:
    """See before anything is sent whether a file of outcomes can be written.

    Raises:
        BadInputError: it cannot be, or would take the place of something else than outcomes.
    """
    try:
        path = Path(name).resolve()
        if path.exists() and not S_ISREG(path.stat().st_mode):
            if path.is_dir():
                raise BadInputError([f"--output: {name} is a folder; name a file"])
            return  # a pipe or a device, which is written to as it is
        if path.exists() and path.stat().st_size and not _is_ours(path):
            raise BadInputError([f"--output: {name} holds something else than outcomes; name another file"])
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise BadInputError([f"--output: {name} cannot be written ({error.strerror}); name another file"]) from None


def export(name: str, outcomes: Iterable[Outcome]) -> None:
    """Write outcomes to a file that only its owner may read.

    Args:
        name: of the file. One that is there is replaced, once all is written.
        outcomes: what is written.

    Raises:
        OSError: it cannot be written. The file is what it was.
    """
    path = Path(name).resolve()  # the file that a link means
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            _write(file, outcomes)
        return
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            _write(file, outcomes)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(beside).unlink()
        raise


def lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield the lines of the CSV, the header first."""
    yield _HEADER
    for outcome in outcomes:
        cells = (
            str(outcome.index + 1),
            as_text(outcome.number),
            as_text(outcome.order_id),
            as_text(outcome.wire_order_id),
            outcome.state,
            as_text(outcome.msg_id),
            as_status(outcome.status),
            as_text(outcome.reason),
            None if outcome.posted_at is None else _time(outcome.posted_at),
        )
        yield ",".join([_cell(cell or "") for cell in cells]) + "\n"


def as_status(status: str | None) -> str | None:
    """Return the cell of a status: -10 is a number, and calculates nothing."""
    plain = status is not None and status.isascii() and status.removeprefix("-").isdigit()
    return status if plain else as_text(status)


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_HEADER)) == _HEADER.encode()


def _write(file: IO[bytes], outcomes: Iterable[Outcome]) -> None:
    written = lines(outcomes)
    while group := "".join(islice(written, _AT_ONCE)):
        # No text whatsoever may keep an outcome from being written down.
        file.write(group.encode("utf-8", "backslashreplace"))


def _cell(cell: str) -> str:
    # csv.writer leaves a carriage return bare, at which many programs part a line, so that it could forge another row.
    return cell if _QUOTED.isdisjoint(cell) else '"' + cell.replace('"', '""') + '"'


@lru_cache(maxsize=64)  # all of one request have the same
def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
