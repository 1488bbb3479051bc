"""Running a campaign, and what is seen and heard of it meanwhile."""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from laaffic import BatchResult, Client, HTTPStatusError, LaafficError, OutcomeUnknownError, StatusError
from laaffic_campaigns import Campaign, LedgerError, Status
from laaffic_cli.reports.exit_codes import UNKNOWN
from laaffic_cli.terminal.interrupts import Interrupts
from laaffic_cli.terminal.progress import Bar
from laaffic_cli.terminal.streams import tell

_LOOKS = 0.5  # seconds between two looks at how far it is
RESUME = "resume()"  # as `Status.why` calls what a person has to do
SAME_SIGNAL = 0.3  # seconds in which a second signal is the first one, passed on by another program


class WatchedClient(Client):
    """A client that notes what no outcome has: that a response disagreed with itself.

    Attributes:
        discrepancies: how often, and in which way.
        doubtful: whether an error says that something may have been sent, whatever the outcomes are.
        refused: whether a request as a whole was refused.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.discrepancies = Counter[str]()
        self.doubtful = self.refused = False
        self._before_posting: Callable[[], None] = lambda: None

    def before_posting(self, act: Callable[[], None]) -> None:
        """Call a function before each request."""
        self._before_posting = act

    def send_batch(self, *arguments: Any, **how: Any) -> BatchResult:
        """Send, and note."""
        self._before_posting()
        try:
            result = super().send_batch(*arguments, **how)
        except LaafficError as error:
            self._note(error.result)
            self.doubtful = self.doubtful or isinstance(error, OutcomeUnknownError)
            self.refused = self.refused or isinstance(error, StatusError | HTTPStatusError)
            raise
        self._note(result)
        return result

    def _note(self, result: BatchResult) -> None:
        if result.discrepancy is not None:
            self.discrepancies[result.discrepancy] += 1


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to.

    Attributes:
        status: how far the campaign is.
        interrupted: whether a signal ended it.
    """

    status: Status
    interrupted: bool


def run_campaign(
    campaign: Campaign,
    client: WatchedClient,
    interrupts: Interrupts,
    *,
    concurrency: int | None = None,
    shown: bool,
    news: str | None = None,
) -> Ran:
    """Run a campaign until it is done, paused or interrupted.

    The first signal lets what is in flight end. The second ends this process at once: what was in flight is unknown.

    Args:
        campaign: the campaign.
        client: what posts.
        interrupts: of this process.
        concurrency: how many requests may be in flight at once; by default what the campaign says.
        shown: whether there is a bar.
        news: what is said as soon as it is sure that this process runs it.

    Raises:
        LedgerError: somebody else runs the ledger, or the database failed.
    """
    before = campaign.status()
    interrupted = False
    with Bar(before.recipients, _done(before), shown=shown) as bar:
        tell_news = _once(lambda: bar.say(news) if news is not None else None)
        client.before_posting(tell_news)
        with _looking(campaign, bar, tell_news):
            try:
                with interrupts.do(_Stops(bar)):
                    campaign.run(client, concurrency=concurrency)
            except KeyboardInterrupt:
                interrupted = True
            status = campaign.status()
            if not status.held:
                tell_news()
        bar.at(_done(status))
    return Ran(status, interrupted)


class _Stops:
    """What signals do while requests may be in flight."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._first: float | None = None

    def __call__(self) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
            with suppress(Exception):  # whatever becomes of the line, the signal counts
                self._bar.say("Stopping: what is in flight ends first. Ctrl-C again leaves it unknown.")
            raise KeyboardInterrupt
        if now - self._first > SAME_SIGNAL:
            with suppress(Exception):
                self._bar.close()
            # This may have come within a transaction of this very thread, so nothing can be written to the ledger now.
            tell(
                "Ended at once: what was in flight is unknown. Until it is run again, the ledger calls that in_flight;"
                " the same command goes on with the others."
            )
            leave(UNKNOWN)


def leave(code: int) -> None:
    """End this process without waiting for its threads."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(code)


@contextmanager
def _looking(campaign: Campaign, bar: Bar, tell_news: Callable[[], None]) -> Iterator[None]:
    """Look now and then how far it is, in a thread."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_LOOKS):
            with suppress(LedgerError):  # it is being written to, or cannot be read for now
                status = campaign.status()
                bar.at(
                    _done(status),
                    speed=status.per_second,
                    left=status.seconds_left,
                    waits_until=status.waits_until,
                )
                if status.state == "running":
                    tell_news()

    looking = threading.Thread(target=look, name="laaffic-progress", daemon=True)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()


def _done(status: Status) -> int:
    return status.recipients - status.to_go - status.in_flight


def _once(act: Callable[[], None]) -> Callable[[], None]:
    lock = threading.Lock()

    def first() -> None:
        if lock.acquire(blocking=False):
            act()

    return first
