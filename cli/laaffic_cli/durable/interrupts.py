"""Ctrl-C, SIGTERM and SIGHUP, let through only where no outcome can be lost."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class StoppedError(Exception):
    """A signal came while nothing was in flight."""


class Interrupts:
    """Catches the signals that end a run.

    While it is open, one raises KeyboardInterrupt at once. While it is closed, it is kept until it is opened.

    Args:
        lasting: whether they are ignored afterwards: the process ends next, and a further Ctrl-C must not change its
            exit code.
    """

    def __init__(self, *, lasting: bool = False) -> None:
        self._lasting = lasting
        self._seen = False
        self._is_open = False
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        # Only the main thread may, and only it gets them.
        if threading.current_thread() is threading.main_thread():
            for number in _ENDING:
                # nohup has it ignored, and means it.
                if number.name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN:
                    continue
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        # One that comes between Python's note of it and the change of its handler would be told as an error.
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, self._before)
        for number, before in self._before.items():
            handler = signal.SIG_IGN if self._lasting else before
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() has returned, it takes
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, self._before)

    def open(self) -> None:
        """Let signals through from here on.

        Raises:
            StoppedError: one came while it was closed.
        """
        self._is_open = True
        if self._seen:
            self._is_open = False
            raise StoppedError

    def close(self) -> None:
        """Keep signals from here on."""
        self._is_open = False

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._seen = True
        if self._is_open:
            self._is_open = False
            raise KeyboardInterrupt
