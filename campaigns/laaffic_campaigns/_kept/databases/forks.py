"""What a process that forks must not give to its child: SQLite's notes of its locks, and locks of files.

SQLite notes in memory which locks its process has. A child that got such a note would read a file without a lock, and
would wait for ever for one that nobody has. So a fork waits until no other thread has a transaction open.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from io import FileIO
from pathlib import Path

from laaffic_campaigns._errors import LedgerError

_PATIENCE = 10.0  # seconds: whoever forks is not held up for longer; its child then uses no ledger in a file
_GLANCE = 0.001
_gate = threading.RLock()  # not a lock written in Python: an interruption could leave it locked
_inside: dict[object, int] = {}  # in which thread each block is
_handles = set[FileIO]()
_spoilt = False


@contextmanager
def in_use() -> Iterator[None]:
    """Keep other threads from forking. One that waits to fork comes before whoever is not in such a block yet.

    Raises:
        LedgerError: this process was forked in the middle of such a block.
    """
    if _spoilt:
        raise LedgerError(
            "This process was forked while its parent had a transaction open in a ledger's file",
            hint="Start it anew, or fork before the ledger is used.",
        )
    block, me = object(), threading.get_ident()
    try:
        with nullcontext() if me in [*_inside.values()] else _gate:
            _inside[block] = me
        yield
    finally:
        _inside.pop(block, None)


def opened(path: Path) -> FileIO:
    """Open a file that every child closes, so that its lock is this process's alone."""
    with _gate:  # nobody forks in between
        handle = FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        _handles.add(handle)
    return handle


def close(handle: FileIO) -> None:
    """Close such a file."""
    _handles.discard(handle)
    handle.close()


def _before() -> None:
    _gate.acquire()
    me, until = threading.get_ident(), time.monotonic() + _PATIENCE
    while {*_inside.values()} - {me} and time.monotonic() < until:
        time.sleep(_GLANCE)


def _after_in_child() -> None:
    global _spoilt  # noqa: PLW0603  # it is the process's
    # As the standard library does it; types know nothing of it.
    _gate._at_fork_reinit()  # type: ignore[attr-defined]  # noqa: SLF001
    _spoilt = _spoilt or bool(_inside)  # it was not waited for, or this thread forks in the middle of such a block
    _inside.clear()
    while _handles:
        with suppress(OSError):
            _handles.pop().close()


# In the parent nothing written in Python runs before the gate is open: an interruption that came meanwhile would arrive
# there, and leave it locked.
os.register_at_fork(before=_before, after_in_parent=_gate.release, after_in_child=_after_in_child)
