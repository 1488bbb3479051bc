"""Processes that end when this one does, and what a process uses."""

import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import NamedTuple

import psutil

SECONDS_TO_END = 10.0


class Child(NamedTuple):
    """A process that was started, and this end of the pipe to it."""

    pid: int
    pipe: Connection


@contextlib.contextmanager
def child(target: Callable[..., None], *arguments: object) -> Iterator[Child]:
    """Run `target(pipe, *arguments)` in a process of its own.

    It has to end when reading from its end of the pipe shows that this end is closed, in whatever way this process
    ended. Ctrl-C goes to both, and the child leaves it to the parent.
    """
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=target, args=(there, *arguments), daemon=True)
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which the child inherits
    process.start()
    signal.signal(signal.SIGINT, handler)
    there.close()
    try:
        yield Child(process.pid or 0, here)
    finally:
        here.close()
        process.join(SECONDS_TO_END)
        process.kill()
        process.join()


def used(pid: int) -> str:
    """Say what a process uses."""
    process = psutil.Process(pid)
    files = process.num_fds() if psutil.POSIX else len(process.open_files())
    return f"{files} file descriptors, {process.memory_info().rss / 1e6:.0f} MB"
