"""Looking on while a campaign runs, wherever it does."""

import time
from collections import deque
from contextlib import suppress
from typing import TextIO, cast

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar

from laaffic_campaigns import Campaign, Status
from laaffic_cli.jobs.campaigns import show_status, status_table
from laaffic_cli.jobs.continuing import ENDED
from laaffic_cli.terminal.interrupts import Interrupts
from laaffic_cli.terminal.progress import Terminal
from laaffic_cli.terminal.streams import Stream

_EVERY = 1.0  # seconds
_LOOKED_BACK = 30  # looks
_WIDTH = 60


def watch(campaign: Campaign, interrupts: Interrupts, *, as_json: bool) -> None:
    """Show how far a campaign is until it has ended, or a signal comes.

    On a terminal it is drawn anew each time; elsewhere it is written when something changed.
    """
    out = Stream("stdout")
    with interrupts, suppress(KeyboardInterrupt), interrupts.break_off():
        if as_json or not out.is_terminal():
            _write(campaign, out, as_json=as_json)
        else:
            _draw(campaign, out)


class Pace:
    """How fast it goes, by looks at it."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque(maxlen=_LOOKED_BACK)

    def add(self, at: float, done: int) -> float | None:
        """Take in a look, and return how many a second there were in the last of them; None when nobody can say."""
        self._looks.append((at, done))
        before, done_before = self._looks[0]
        return (done - done_before) / (at - before) if done > done_before and at > before else None


def _draw(campaign: Campaign, out: Stream) -> None:
    pace = Pace()
    console = Console(file=cast("TextIO", Terminal("stdout")))
    first = _drawn(campaign.status(), pace)
    # What rich puts in the place of standard output would write into itself.
    with Live(first, console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False) as live:
        while not out.gone:
            status = campaign.status()
            live.update(_drawn(status, pace), refresh=True)
            if status.state in ENDED:
                return
            time.sleep(_EVERY)


def _write(campaign: Campaign, out: Stream, *, as_json: bool) -> None:
    last: Status | None = None
    while not out.gone:
        status = campaign.status()
        if status != last:
            show_status(status, as_json=as_json)
        last = status
        if status.state in ENDED:
            return
        time.sleep(_EVERY)


def _drawn(status: Status, pace: Pace) -> RenderableType:
    left = status.to_go + status.in_flight
    done = status.recipients - left
    speed = pace.add(time.monotonic(), done)
    more = []
    if speed is not None and status.state == "running":
        more = [("rate", f"{speed:,.0f}/s"), ("time left", _span(left / speed))]
    bar = ProgressBar(total=max(status.recipients, 1), completed=done, width=_WIDTH)
    return Group(status_table(status, more=more), bar)


def _span(seconds: float) -> str:
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}"
