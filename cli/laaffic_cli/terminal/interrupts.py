"""Ctrl-C, SIGTERM and SIGHUP: what each does depends on what is going on."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType, TracebackType
from typing import Self

_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupts:
    """Catches the signals that end a run. One that comes while nothing says what it does is kept for what comes next.

    Args:
        lasting: whether they are ignored afterwards: the process ends next, and a further Ctrl-C must not change its
            exit code.
    """

    def __init__(self, *, lasting: bool = False) -> None:
        self._lasting = lasting
        self._kept = False
        self._act: Callable[[], None] | None = None
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
        self._act = None
        # One that comes between Python's note of it and the change of its handler would be told as an error.
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, self._before)
        for number, before in self._before.items():
            handler = signal.SIG_IGN if self._lasting else before
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() has returned, it takes
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, self._before)

    def break_off(self) -> AbstractContextManager[None]:
        """Let the first signal raise KeyboardInterrupt; further ones are kept."""
        return self.do(self._raise)

    @contextmanager
    def do(self, act: Callable[[], None]) -> Iterator[None]:
        """Let each signal call a function, which may raise; at once for one that was kept."""
        try:
            self._act = act
            if self._kept:
                self._kept = False
                act()
            yield
        finally:
            self._act = None

    def _raise(self) -> None:
        self._act = None
        raise KeyboardInterrupt

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._act is None:
            self._kept = True
        else:
            self._act()
