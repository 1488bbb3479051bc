"""Ctrl-C and SIGTERM, let through only where no outcome can be lost."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class StoppedError(Exception):
    """A signal came while nothing was under way."""


class Interrupts:
    """Catches the signals that end a run.

    While it is open, one raises KeyboardInterrupt at once. While it is closed, it is kept until it is opened.
    """

    def __init__(self) -> None:
        self._seen = False
        self._is_open = False
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        # Only the main thread may, and only it gets them.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() has returned, it takes

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

    def forget(self) -> None:
        """Take a signal that came as dealt with."""
        self._seen = False

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._seen = True
        if self._is_open:
            self._is_open = False
            raise KeyboardInterrupt
