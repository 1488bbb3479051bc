"""Groups of Celery's workers, each of which is a machine: they run what the engine's messages wake them for."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import celery
import kombu
import redis
from kombu.exceptions import OperationalError
from sqlalchemy import select

import laaffic_campaigns.celery as engine
from kills.group import LONG, Group
from kills.process import SIZE
from laaffic_campaigns import LedgerError, LedgerUnavailableError
from laaffic_campaigns._kept.schema import slots
from laaffic_campaigns._protocol.pacing.slots import Ticket
from support.services import Broker
from support.workers import make_app, started_worker

if TYPE_CHECKING:
    import subprocess

PROCESSES, PUMPS = 2, 4
SECONDS = 1.0  # of a slice
_LASTS = 8.0  # seconds that a campaign takes if nothing is done to it
_STILL = 2.0  # seconds after which whoever has claimed something, and does nothing, is dead


@dataclass(kw_only=True)
class Workers(Group):
    """Two machines, or more, and a broker."""

    broker: Broker
    app: celery.Celery = field(init=False)
    tickets: dict[tuple[str, Ticket], None] = field(default_factory=dict)
    ending: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.app = make_app(self.broker, ledger=self.url, seconds=SECONDS)

    def fill(self) -> None:
        """Create another campaign, which lasts a while."""
        super().fill()
        self.campaign.set(rate=self.plan.chunks * SIZE / _LASTS, concurrency=PUMPS)

    def start(self) -> None:
        """Start those who do not run, and the campaign if it does not go on by itself: it is new, or paused."""
        super().start()
        self.resume()

    def started_runner(self, way: str, app_id: str) -> "subprocess.Popen[bytes]":
        """Start a worker with its processes."""
        own = {"LAAFFIC_BASE_URL": self.base_url, "LAAFFIC_APP_ID": app_id, "LAAFFIC_KILLS_CLOCK": str(self.clock)}
        with (self.folder / "errors").open("ab") as errors:
            environment = {**self.environment, **own}
            return started_worker(self.app, PROCESSES, environment, application=f"kills.{way}:app", output=errors)

    def resume(self) -> None:
        """Let a campaign go on that does not by itself. One that runs is left to the workers, whatever they lost."""
        with suppress(LedgerError, OperationalError):
            state = self.campaign.status().state
            if state == "paused":
                super().resume()
            if state in {"ready", "paused"}:
                engine.start(self.names[-1], ledger=self.ledger, app=self.app)

    def kill(self) -> None:
        """Kill all of one, or its main process before the others, or one of these alone; note what was in flight."""
        there = [place for place in self.running if self.book.asked[self.app_ids[place]]] or [*self.running]
        if there:
            place = self.dice.choice(there)
            process = self.running[place]
            how = self.dice.choice(["all", "all", "main first", "one alone"])
            ended = process.poll() is not None
            children = _children(process.pid)
            if how == "one alone" and children:
                os.kill(self.dice.choice(children), signal.SIGKILL)
                self.wait(3, 0.5)  # for the main process to see it
            else:
                if how == "main first":
                    process.kill()
                    self.wait(100, self.dice.uniform(0, 1.5 * SECONDS))
                self.end_at_once(process)
                del self.running[place]
            self.figures.done["ended before" if ended else "kills"] += 1
            self.figures.done[f"killed: {how}"] += not ended
        self.note_in_flight()

    def end_at_once(self, process: "subprocess.Popen[bytes]") -> None:
        """Kill all of one; its main process is not waited for before, so that the group keeps its number."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def terminate(self, process: "subprocess.Popen[bytes]") -> None:
        """Ask one to end, once: the second time, Celery would break off what is in flight."""
        if process.pid not in self.ending:
            self.ending.add(process.pid)
            super().terminate(process)

    def wait_for_all(self) -> bool:
        """Wait until the campaign is done; time passes when all that is left is what the dead have claimed.

        Return whether it is; whoever hangs says where.
        """
        seen, since = None, time.monotonic()
        while time.monotonic() < since + LONG:
            self.reap()
            self.start()
            with suppress(LedgerUnavailableError):
                status = self.campaign.status()
                if status.state == "done":
                    return True
                now = (self.book.posts, status.to_go, status.in_flight)
                if now != seen:
                    seen, since = now, time.monotonic()
                elif not status.to_go and time.monotonic() > since + _STILL:
                    self.age()
            self.book.wait_for(self.book.posts + 1, lambda: False, 0.3)
        self.ask_where()
        return False

    def double_messages(self) -> None:
        """Send each message of the engine twice more, and some that were worth something once."""
        with suppress(LedgerUnavailableError, OperationalError):
            with self.database.read() as connection:
                found = [Ticket(one.slot, one.ticket) for one in connection.execute(select(slots))]
            now = [(self.names[-1], ticket) for ticket in found]
            old = self.dice.sample([*self.tickets], min(3, len(self.tickets)))
            self.tickets.update(dict.fromkeys(now))
            for name, ticket in (*now, *old, *now):
                self.app.tasks["laaffic.pump"].apply_async((name, *ticket), queue=self.broker.queue)

    def flush_broker(self) -> None:
        """Let the broker forget all messages of ours that it has, and, where it can, what it has given out."""
        if self.broker.url.startswith("redis"):
            with redis.Redis.from_url(self.broker.url) as client:
                for key in client.scan_iter(f"*{self.broker.queue}*"):
                    client.delete(key)
            return
        with self.app.connection_for_write() as connection, suppress(*connection.channel_errors):  # before it is there
            kombu.Queue(self.broker.queue, channel=connection.default_channel).purge()


def _children(process: int) -> list[int]:
    """Return the processes that one has forked."""
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()]
    return []
