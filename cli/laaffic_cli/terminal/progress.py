"""A progress bar on standard error, for people alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOBase
from typing import TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from laaffic_cli.terminal.streams import Stream


class _Terminal(TextIOBase):
    """Standard error for rich. That a terminal has gone must not end a run, so errors are dropped."""

    def __init__(self) -> None:
        self._stream = Stream("stderr")

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def isatty(self) -> bool:
        return self._stream.is_terminal()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # rich asks what it may draw with, and never sets it
        return self._stream.encoding


@contextmanager
def progress(recipients: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show how far sending has come. Yields what takes the number of recipients just done."""
    if not shown:
        yield lambda _recipients: None
        return
    columns = (TextColumn("Sending"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Standard output is somebody else's: it must not be drawn into the bar.
    with Progress(
        *columns,
        console=Console(file=cast("TextIO", _Terminal())),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as bar:
        task = bar.add_task("", total=recipients)
        yield lambda done: bar.advance(task, done)
