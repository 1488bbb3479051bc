"""CSV files that laaffic writes: beside their place and moved there, so that one is whole or what it was before."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from typing import IO

from laaffic_cli.reading.problem import BadInputError

_QUOTED = frozenset(',"\r\n;')
_AT_ONCE = 1000


def check_place(name: str, beginning: str, what: str, *, read: Iterable[str] = ()) -> None:
    """See, before anything is asked or sent, whether a file can be written.

    Args:
        name: the file's.
        beginning: how every file of this kind begins, so that nothing else is replaced.
        what: the kind, for people.
        read: files that are read, which are not replaced either.

    Raises:
        BadInputError: it cannot be written, or would take the place of something else.
    """
    try:
        path = Path(name).resolve()
        if any(_is_same(path, Path(other)) for other in read):
            raise BadInputError([f"--output: {name} is what is read; name another file"])
        if path.exists() and not S_ISREG(path.stat().st_mode):
            if path.is_dir():
                raise BadInputError([f"--output: {name} is a folder; name a file"])
            return  # a pipe or a device, which is written to as it is
        if path.exists() and path.stat().st_size and not _begins(path, beginning):
            raise BadInputError([f"--output: {name} holds something else than {what}; name another file"])
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise BadInputError([f"--output: {name} cannot be written ({error.strerror}); name another file"]) from None


def write_file(name: str, lines: Iterable[str]) -> None:
    """Write a file that only its owner may read.

    Args:
        name: of the file. One that is there is replaced, once all is written.
        lines: what is written.

    Raises:
        OSError: it cannot be written. The file is what it was.
    """
    path = Path(name).resolve()  # the file that a link means
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            _write(file, lines)
        return
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            _write(file, lines)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(beside).unlink()
        raise


def line(cells: Iterable[str | None]) -> str:
    """Return a line of cells, each of which stays in its row."""
    return ",".join([_cell(cell or "") for cell in cells]) + "\n"


@lru_cache(maxsize=64)  # all of one request have the same
def utc(seconds: float) -> str:
    """Write a time, given in seconds since 1970, as the cell of a file."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _begins(path: Path, beginning: str) -> bool:
    expected = beginning.encode("utf-8", "backslashreplace")
    with path.open("rb") as file:
        return file.read(len(expected)) == expected


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _write(file: IO[bytes], lines: Iterable[str]) -> None:
    written = iter(lines)
    while group := "".join(islice(written, _AT_ONCE)):
        # No text whatsoever may keep an outcome from being written down.
        file.write(group.encode("utf-8", "backslashreplace"))


def _cell(cell: str) -> str:
    # csv.writer leaves a carriage return bare, at which many programs part a line, so that it could forge another row.
    return cell if _QUOTED.isdisjoint(cell) else '"' + cell.replace('"', '""') + '"'
