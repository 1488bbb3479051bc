"""A progress bar on standard error, for people alone."""

from contextlib import suppress
from io import TextIOBase
from types import TracebackType
from typing import Self, TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.spans import hour, span
from laaffic_cli.terminal.streams import Stream, tell, wrapped

_BAR = 20  # so that ten million recipients fit into 80 columns


class Terminal(TextIOBase):
    """A standard stream for rich. That a terminal has gone must not end a run, so errors are dropped."""

    def __init__(self, name: str) -> None:
        self._stream = Stream(name)

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def isatty(self) -> bool:
        return self._stream.is_terminal()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # rich asks what it may draw with, and never sets it
        return self._stream.encoding


class Bar:
    """Shows how far something has come, how fast, and the time left. Lines that are said meanwhile stand above it.

    Args:
        total: how many there are, such as recipients; None where that is not known.
        done: how many are done already, such as those that have an outcome.
        shown: whether there is a bar at all; lines are said anyway.
        what: what is being done.
        counted: whether it is known how many are done.
    """

    def __init__(
        self, total: int | None, done: int, *, shown: bool, what: str = "Sending", counted: bool = True
    ) -> None:
        self._progress: Progress | None = None
        self._what = what
        if shown:
            # Standard output is somebody else's: it must not be drawn into the bar.
            self._progress = Progress(
                *(
                    TextColumn("{task.description}"),
                    BarColumn(_BAR),
                    _so_far(total, counted=counted),
                    TextColumn("{task.fields[pace]}"),
                ),
                console=Console(file=cast("TextIO", Terminal("stderr"))),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._task = self._progress.add_task(what, total=total, completed=done, pace="")

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def at(
        self, done: int, *, speed: float | None = None, left: float | None = None, waits_until: float | None = None
    ) -> None:
        """Show that so many have an outcome.

        Args:
            done: how many.
            speed: recipients a second, where it is known.
            left: seconds until it is done, where that is known.
            waits_until: when it goes on, in seconds since 1970, where it waits.
        """
        if self._progress is None:
            return
        what = self._what if waits_until is None else f"Waits until {hour(waits_until)}"
        pace = [f"{speed:,.0f}/s"] if speed else []
        pace += [] if left is None or waits_until is not None else [span(left)]
        self._progress.update(self._task, completed=done, description=what, pace=" ".join(pace))

    def say(self, line: str) -> None:
        """Write a line to standard error."""
        if self._progress is None:
            tell(line)
        else:
            self._progress.console.print(Text(wrapped(printable(line))), soft_wrap=True)

    def close(self) -> None:
        """Take the bar away, and give the terminal its cursor back."""
        if self._progress is not None:
            self._progress.stop()


def _so_far(total: int | None, *, counted: bool) -> ProgressColumn:
    if not counted:
        return TimeElapsedColumn()
    return MofNCompleteColumn() if total is not None else TextColumn("{task.completed:,}")
