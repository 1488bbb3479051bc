"""Looking on while a campaign runs, wherever it does."""

import time
from contextlib import suppress
from dataclasses import replace
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
            _draw(campaign)


def _draw(campaign: Campaign) -> None:
    terminal = Terminal("stdout")
    console = Console(file=cast("TextIO", terminal))
    first = _drawn(campaign.status())
    # What rich puts in the place of standard output would write into itself.
    with Live(first, console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False) as live:
        # A terminal that was closed is none any more. Rich then draws nothing, so that no failed writing would tell.
        while terminal.isatty():
            status = campaign.status()
            live.update(_drawn(status), refresh=True)
            if status.state in ENDED:
                return
            time.sleep(_EVERY)


def _write(campaign: Campaign, out: Stream, *, as_json: bool) -> None:
    last: Status | None = None
    while out.is_read():
        status = campaign.status()
        if last is None or _lasting(status) != _lasting(last):
            show_status(status, as_json=as_json)
            last = status
        if status.state in ENDED:
            return
        time.sleep(_EVERY)


def _drawn(status: Status) -> RenderableType:
    done = status.recipients - status.to_go - status.in_flight
    bar = ProgressBar(total=max(status.recipients, 1), completed=done, width=_WIDTH)
    return Group(status_table(status), bar)


def _lasting(status: Status) -> Status:
    """Return it without what changes whenever one looks."""
    return replace(status, per_second=None, seconds_left=None)
