"""Processes that end when this one does, and what a process uses."""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

SECONDS_TO_END = 10.0


class Child(NamedTuple):
    """A process that was started, and this end of the pipe to it."""

    pid: int
    pipe: Connection


@contextlib.contextmanager
def child(target: Callable[..., None], *arguments: object) -> Iterator[Child]:
    """Run `target(pipe, *arguments)` in a process of its own.

    It has to end when it reads from its end of the pipe and finds that this end is closed, in whatever way this process
    ended. Ctrl-C goes to both, and the child leaves it to the parent.
    """
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=target, args=(there, *arguments), daemon=True)
    mine = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which the child inherits
    process.start()
    signal.signal(signal.SIGINT, mine)
    there.close()
    try:
        yield Child(process.pid or 0, here)
    finally:
        here.close()
        process.join(SECONDS_TO_END)
        process.kill()
        process.join()


def used(process: int) -> str:
    """Say what a process uses, on systems that tell."""
    folder = Path("/proc", str(process))
    if not folder.exists():
        return "not known on this system"
    pages = int((folder / "statm").read_text(encoding="ascii").split()[1])
    files = len(list((folder / "fd").iterdir()))
    return f"{files} file descriptors, {pages * os.sysconf('SC_PAGE_SIZE') / 1e6:.0f} MB"
