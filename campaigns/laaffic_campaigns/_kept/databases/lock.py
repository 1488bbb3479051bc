"""A lock that the system holds for a process, and lets go of when the process ends, however it ends."""

import fcntl
import json
import os
import platform
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from laaffic_campaigns._errors import LedgerBusyError
from laaffic_campaigns._kept.databases.forks import close, keep_from_children

_MAX_HOLDER = 4096
_FLOCK = "hhqqi4x"  # Linux's struct flock, where a pointer has 64 bits
_POINTER = 8  # bytes


@contextmanager
def locked(path: Path, doing: str) -> Iterator[None]:
    """Hold the lock, and say in its file who does. The file is never deleted: two could then hold it at once.

    It is a file beside the database, because closing any other handle of the database drops SQLite's own locks.

    Raises:
        LedgerBusyError: somebody else holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    keep_from_children(handle)  # a child that lives longer would hold the lock
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(handle) from None
        _let_others_look(handle)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder = {"pid": str(os.getpid()), "host": platform.node(), "since": since, "doing": doing}
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(holder).encode(), 0)
        yield
    finally:
        close(handle)


def is_surely_free(path: Path) -> bool:
    """Return whether it is known that nobody holds a lock. It only looks: nobody can fail to get the lock for that.

    To try the lock would take it, for a moment in which a run may begin; and /proc/locks leaves out the processes of
    other containers. So who holds it has a second lock on the file, about which Linux can be asked.
    """
    if sys.platform != "linux" or struct.calcsize("P") != _POINTER:
        return False
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            found = fcntl.fcntl(handle, fcntl.F_OFD_GETLK, _whole_file())
        finally:
            os.close(handle)
    except OSError:  # it may have been deleted while somebody holds it
        return False
    return bool(struct.unpack(_FLOCK, found)[0] == fcntl.F_UNLCK)


def _let_others_look(handle: int) -> None:
    """Take the second lock; it belongs to the handle, as the first one does, and ends with it."""
    if sys.platform == "linux" and struct.calcsize("P") == _POINTER:
        with suppress(OSError):  # where there is none, nobody can ask about it either
            fcntl.fcntl(handle, fcntl.F_OFD_SETLK, _whole_file())


def _whole_file() -> bytes:
    return struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)


def _busy(handle: int) -> LedgerBusyError:
    try:
        found = json.loads(os.pread(handle, _MAX_HOLDER, 0))
        holder = {name: str(value) for name, value in found.items()}
    except (ValueError, AttributeError):  # it has just taken it, and not written yet
        return LedgerBusyError("Another process uses this ledger")
    who = f"Process {holder.get('pid')} on {holder.get('host')} uses this ledger ({holder.get('doing')})"
    return LedgerBusyError(f"{who} since {holder.get('since')}", holder=holder)
