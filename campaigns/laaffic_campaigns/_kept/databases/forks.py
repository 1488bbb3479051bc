"""What a process that forks must not give to its child: SQLite's notes of its locks, and locks of files.

SQLite notes in memory which locks its process has. A child that got such a note would read a file without a lock, and
would wait for ever for one that nobody has. So a fork waits until no other thread has a transaction open.
"""

import fcntl
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_PATIENCE = 60.0  # seconds: whoever forks is not held up for ever
_changed = threading.Condition()
_using = Counter[int]()  # by thread
_forking: list[int] = []  # threads
_handles: set[int] = set()


@contextmanager
def in_use() -> Iterator[None]:
    """Keep other threads from forking. One that waits to fork comes before whoever is not in such a block yet."""
    me = threading.get_ident()
    with _changed:
        _changed.wait_for(lambda: not _forking or me in _using, _PATIENCE)
        _using[me] += 1
    try:
        yield
    finally:
        with _changed:
            _using[me] -= 1
            if not _using[me]:
                del _using[me]
            _changed.notify_all()


def keep_from_children(handle: int) -> None:
    """Have a file closed in every child that is forked from now on, so that its lock is this process's alone."""
    _handles.add(handle)


def close(handle: int) -> None:
    """Let go of such a file's lock and close it, unless this is a child that does not have it."""
    if handle in _handles:
        _handles.discard(handle)
        fcntl.flock(handle, fcntl.LOCK_UN)  # a child may not have come so far as to close its own
        os.close(handle)


def _before() -> None:
    me, until = threading.get_ident(), time.monotonic() + _PATIENCE
    _changed.acquire()
    _forking.append(me)
    while {*_using} - {me} and (left := until - time.monotonic()) > 0:
        _changed.wait(left)


def _after_in_parent() -> None:
    _forking.clear()
    _changed.notify_all()
    _changed.release()


def _after_in_child() -> None:
    me = threading.get_ident()
    for other in {*_using} - {me}:  # threads that are not there
        del _using[other]
    _after_in_parent()
    while _handles:
        with suppress(OSError):
            os.close(_handles.pop())


os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
