"""A progress bar on standard error, for people alone."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress(receivers: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show how far sending has come. Yields what takes the number of receivers just done."""
    if not shown:
        yield lambda _receivers: None
        return
    columns = (TextColumn("Sending"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Standard output is somebody else's: it must not be drawn into the bar.
    with Progress(
        *columns, console=Console(file=sys.stderr), transient=True, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        task = bar.add_task("", total=receivers)
        yield lambda done: bar.advance(task, done)
