"""A lock that the system holds for a process, and lets go of when the process ends, however it ends."""

import fcntl
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from laaffic_campaigns._errors import LedgerBusyError
from laaffic_campaigns._kept.databases.forks import close, opened

_MAX_HOLDER = 4096


@contextmanager
def locked(path: Path, doing: str) -> Iterator[None]:
    """Hold the lock, and say in its file who does. The file is never deleted: two could then hold it at once.

    It is a file beside the database, because closing any other handle of the database drops SQLite's own locks.

    Raises:
        LedgerBusyError: somebody else holds it.
    """
    handle = opened(path)  # a child that lives longer would hold the lock
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(handle) from None
        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder = {"pid": str(os.getpid()), "host": platform.node(), "since": since, "doing": doing}
        handle.truncate(0)
        os.pwrite(handle.fileno(), json.dumps(holder).encode(), 0)
        yield
    finally:
        close(handle)


def _busy(handle: FileIO) -> LedgerBusyError:
    try:
        found = json.loads(os.pread(handle.fileno(), _MAX_HOLDER, 0))
        holder = {name: str(value) for name, value in found.items()}
    except (ValueError, AttributeError):  # it has just taken it, and not written yet
        return LedgerBusyError("Another process uses this ledger")
    who = f"Process {holder.get('pid')} on {holder.get('host')} uses this ledger ({holder.get('doing')})"
    return LedgerBusyError(f"{who} since {holder.get('since')}", holder=holder)
