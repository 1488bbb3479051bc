"""A process of its own for each plan, and what comes of it."""

import contextlib
import faulthandler
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import psutil

from chaos.sending import STOP, Log, Plan

SECONDS_MORE = 20.0  # for a process to start, and to show where it hangs
_SPAWNING = multiprocessing.get_context("spawn")  # a fork of a program with threads is a fault of its own


@dataclass
class Running:
    """A process that carries out a plan."""

    process: BaseProcess
    plan: Plan
    pipe: Connection

    def stop(self) -> None:
        """Let it begin nothing more."""
        with contextlib.suppress(OSError):  # it has ended
            self.pipe.send("stop")

    def ends_within(self, seconds: float) -> bool:
        """Wait for its end for so long; return whether it came."""
        self.process.join(seconds)
        return self.process.exitcode is not None

    def kill(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.join()

    def end(self) -> list[str]:
        """Wait for its end, and return what was wrong; when it hangs, it shows where its threads are."""
        self.process.join(self.plan.seconds + SECONDS_MORE)
        if self.process.exitcode == 0:
            return []
        return [f"hang, or killed by a signal: {self.plan.log.stem} ended with {self.process.exitcode}; see the stacks"]


@contextmanager
def running(target: Callable[[Plan], None], plan: Plan) -> Iterator[Running]:
    """Run `target(plan)` in a process of its own, which ends with this one in whatever way that ends.

    Ctrl-C goes to both, and the process leaves it to this one.
    """
    here, there = _SPAWNING.Pipe()
    process = _SPAWNING.Process(target=_run, args=(target, plan, there), daemon=True)
    with _interrupts_held_back():
        process.start()
    there.close()
    try:
        yield Running(process, plan, here)
    finally:
        process.kill()
        process.join()
        here.close()


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let Ctrl-C wait: it gets here a little later, and a process that is started meanwhile inherits that, for good."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # which starts a process, too, and lets Ctrl-C come again thereafter
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run(target: Callable[[Plan], None], plan: Plan, parent: Connection) -> None:
    logging.getLogger("laaffic").propagate = False  # its words are for the plan
    logging.getLogger("laaffic").addHandler(logging.NullHandler())
    threading.Thread(target=_obey, args=(parent,), daemon=True).start()
    if plan.watched:
        faulthandler.dump_traceback_later(plan.seconds, exit=True)
    target(plan)
    process = psutil.Process()
    files = process.num_fds() if psutil.POSIX else len(process.open_files())
    Log(plan.log).write("used", [f"{files} file descriptors, {process.memory_info().rss / 1e6:.0f} MB"])


def _obey(parent: Connection) -> None:
    try:
        parent.recv()
        STOP.set()
        parent.recv()
    except (EOFError, OSError):  # the parent has gone
        os._exit(1)
