"""Interrupts by a timer's signal, cancellations, and forks: what they leave in doubt goes into the log."""

import asyncio
import faulthandler
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import FrameType

import laaffic
from chaos.held_back import is_held_back
from chaos.sending import WAYS, Log, Plan, Supply, Way, Work, of_client, run, run_async, telling, turns

_PACKAGE, _HERE = str(Path(laaffic.__file__).parent), str(Path(__file__).parent)
_SENDERS_IN_FORKS = 3
SECONDS_FOR_A_FORK = 20


class TimeLimitError(Exception):
    """What a signal's handler raises in a task queue, such as Celery's SoftTimeLimitExceeded."""


KINDS: dict[str, type[BaseException]] = {
    "Ctrl-C": KeyboardInterrupt,
    "Ctrl-C, in many threads": KeyboardInterrupt,
    "an Exception": TimeLimitError,
    "an Exception, in many threads": TimeLimitError,
}


AGAIN = "a second interrupt"


class _Said(logging.Handler):
    """Keeps what the package writes into its log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _said() -> Iterator[list[str]]:
    said, logger = _Said(), logging.getLogger("laaffic")
    logger.addHandler(said)
    try:
        yield said.lines
    finally:
        logger.removeHandler(said)


class _Timer:
    """Raises within the package, at a moment that nobody knows; a moment outside it is put off."""

    def __init__(self) -> None:
        self.kind: type[BaseException] = KeyboardInterrupt
        self.raised = 0
        self.unraisable = 0
        self.where = ""
        self.is_sending = False
        self._dice = Random()
        self._is_set = self._is_collecting = False
        signal.signal(signal.SIGALRM, self._ring)
        # What is raised in a finalizer is dropped by CPython; where it is a socket's, without a word.
        sys.unraisablehook = self._cannot_raise
        gc.callbacks.append(self._collecting)
        socket.socket.__repr__ = object.__repr__  # type: ignore[method-assign]  # it runs in finalizers, where what is raised is dropped

    def set(self, kind: type[BaseException], dice: Random) -> None:
        """Ring in a while."""
        self.kind, self.raised, self.unraisable, self.where = kind, 0, 0, ""
        self._dice, self._is_set = dice, True
        signal.setitimer(signal.ITIMER_REAL, dice.choice([0.001, 0.005, 0.02]) * dice.random() + 1e-5)

    def clear(self) -> None:
        """Do not ring any more."""
        self._is_set = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, _: int, frame: FrameType | None) -> None:
        if not self._is_set:
            return
        if not (self.is_sending and not self._is_collecting and _is_within_the_package(frame)):
            signal.setitimer(signal.ITIMER_REAL, 0.0005 * self._dice.random() + 1e-5)
            return
        self.raised += 1
        self.where += "; then " * (self.raised > 1) + _place(frame)
        if self.raised == 1 and self._dice.random() < 0.1 and not is_held_back(AGAIN):  # before the first is through
            signal.setitimer(signal.ITIMER_REAL, 0.001 * self._dice.random() + 1e-5)
        raise self.kind

    def _collecting(self, phase: str, _: dict[str, int]) -> None:
        self._is_collecting = phase == "start"

    def _cannot_raise(self, what: "sys.UnraisableHookArgs") -> None:
        self.unraisable += isinstance(what.exc_value, self.kind)  # in a finalizer: Python itself drops it


def _place(frame: FrameType | None) -> str:
    stack = [at for at in traceback.extract_stack(frame) if not at.filename.startswith(_HERE)]
    return " > ".join(f"{Path(at.filename).name}:{at.lineno}" for at in stack[-8:])


def _is_within_the_package(frame: FrameType | None) -> bool:
    while frame is not None and not frame.f_code.co_filename.startswith(_HERE):
        if frame.f_code.co_filename.startswith(_PACKAGE):
            return True
        frame = frame.f_back
    return False


def interrupt(plan: Plan) -> None:
    """Interrupt the main thread, as often as planned, in the midst of whatever it sends."""
    log, supply, timer = Log(plan.log), Supply(plan), _Timer()
    kinds = [kind for kind in KINDS if not is_held_back(kind)]
    with laaffic.Client(**of_client(plan)) as client:
        for turn in turns(plan):
            dice = Random(f"interrupt {plan.seed} {turn}")
            kind = dice.choice(kinds)
            ways = [way for way in WAYS if (way.concurrency > 1) == kind.endswith("threads")]
            _until_interrupted(client, supply, (log, timer, kind), f"{plan.seed} {turn}", ways)


def _until_interrupted(
    client: laaffic.Client, supply: Supply, tools: tuple[Log, _Timer, str], seed: str, ways: list[Way]
) -> None:
    log, timer, kind = tools
    piece = 0
    timer.set(KINDS[kind], Random(f"timer {seed}"))
    while not timer.raised:
        way, work, _ = supply.piece(f"{seed} {piece}", ways)
        piece += 1
        caught: BaseException | None = None
        with _said() as said:
            try:
                timer.is_sending = True
                run(client, way, work, log)
            except BaseException as error:  # noqa: BLE001  # whatever the handler raised, or what was made of it
                caught = error
            timer.is_sending = False
        if timer.raised:
            timer.clear()
        _tell_of(caught, way, work, log, said)
        if caught is not None or timer.raised:
            log.write("cut", [*work.read, f" at {timer.where} in {way}"])
            log.write("event", [_what_came(kind, caught, timer)])
            if type(caught) is not KINDS[kind] and not timer.unraisable:
                log.write("strange", [f"interrupted by {kind}, {seed}, and got {caught!r} in {way} at {timer.where}"])


def _what_came(kind: str, caught: BaseException | None, timer: _Timer) -> str:
    if caught is None and timer.unraisable:
        return f"{kind}: in a finalizer"
    return kind


def _tell_of(caught: BaseException | None, way: Way, work: Work, log: Log, said: list[str]) -> None:
    """Write who was read, and who is in doubt: of one request, all; of many, those that notes and log tell of."""
    log.write("asked", work.read if way.call == "send_many" else work.all)
    if way.call != "send_many":
        log.write("noted", work.all if caught is not None else ())
    else:
        log.doubted(work, [*said, *_notes(caught)])


def _notes(error: BaseException | None) -> Iterator[str]:
    """Yield the notes that a traceback shows: those of what was being handled, too."""
    while error is not None:
        yield from getattr(error, "__notes__", ())
        error = error.__context__


def cancel(plan: Plan) -> None:
    """Cancel a task, as often as planned, after some steps of its event loop."""
    asyncio.run(_cancel(plan, Log(plan.log)))


async def _cancel(plan: Plan, log: Log) -> None:
    async with laaffic.AsyncClient(**of_client(plan)) as client:
        for way, work, dice in Supply(plan):
            with _said() as said:
                task = asyncio.create_task(_cancellable(client, way, work, log))
                for _ in range(int(2 ** (dice.random() * 9))):
                    await asyncio.sleep(0)
                is_cancelled = task.cancel()
                await asyncio.wait([task])
            caught = task.result()
            _tell_of(caught, way, work, log, said)
            if is_cancelled:
                log.write("event", ["a task is cancelled"])
            if is_cancelled != isinstance(caught, asyncio.CancelledError):
                log.write("strange", [f"cancelled, and got {caught!r} in {way}"])


async def _cancellable(client: laaffic.AsyncClient, way: Way, work: Work, log: Log) -> BaseException | None:
    try:
        await run_async(client, way, work, log)
    except BaseException as error:  # noqa: BLE001  # with its notes, which a task's own CancelledError has not
        return error
    return None


def fork(plan: Plan) -> None:
    """Fork while threads are in the first sends of a client; parent and child both send on with it."""
    log, supply = Log(plan.log), Supply(plan)
    faulthandler.register(signal.SIGALRM, chain=True)
    for turn in turns(plan):
        dice = Random(f"fork {plan.seed} {turn}")
        pieces = [supply.piece(f"{plan.seed} {turn} {n}", WAYS[:3]) for n in range(_SENDERS_IN_FORKS + 1)]
        with laaffic.Client(**of_client(plan)) as client:
            _fork(client, pieces, log, dice.choice([0.0003, 0.001, 0.004]) * dice.random())
        log.write("event", ["a fork"])


def _fork(client: laaffic.Client, pieces: list[tuple[Way, Work, Random]], log: Log, seconds: float) -> None:
    start = threading.Barrier(len(pieces))

    def work_on(way: Way, work: Work) -> None:
        start.wait()
        with telling(way, work, log):
            run(client, way, work, log)

    threads = [threading.Thread(target=work_on, args=piece[:2]) for piece in pieces[1:]]
    for thread in threads:
        thread.start()
    start.wait()
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:  # not asleep: the threads are to be hit wherever they are
        pass
    pid = os.fork()
    if pid == 0:
        signal.alarm(SECONDS_FOR_A_FORK)  # shows where it hangs, and ends it
        way, work, _ = pieces[0]
        with telling(way, work, log):
            run(client, way, work, log)
        os._exit(0)
    for thread in threads:
        thread.join()
    if status := os.waitpid(pid, 0)[1]:
        log.write("strange", ["hang: a fork's first send, which ended with", status])
