"""A group of processes that run the campaigns of one ledger, one after the other, and what is done to them."""

import csv
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import text

import laaffic
from kills.gateway import Gateway
from kills.judge import Figures, judge, judge_found
from kills.process import BUSY, EXISTS, SIZE, UNAVAILABLE
from kills.small_disk import SmallDisk
from laaffic_campaigns import Campaign, Ledger, LedgerError, LedgerUnavailableError
from laaffic_campaigns._kept.databases.opening import open_database
from support.started import Postgres

PROGRAM = Path(__file__).with_name("process.py")
ENVIRONMENT = {"LAAFFIC_API_KEY": "bDqJFiq9", "LAAFFIC_API_SECRET": "7bz1lzh9", "LAAFFIC_APP_ID": "4luaKsL2"}
LONG = 60.0
_DEAD = 1000  # seconds, after which who has claimed something is taken for dead


@dataclass
class Plan:
    """What to do to whom.

    Attributes:
        kind: of runners, in words.
        ways: in which each of them runs a campaign, which is also how many there are at once.
        usual: what is done to all kinds, and how often beside the rest.
        own: what is done to this kind, likewise.
        kills: how many at least.
        chunks: of one campaign.
        seed: by which all is chosen.
    """

    kind: str
    ways: list[str]
    usual: dict[str, float]
    own: dict[str, float]
    kills: int
    chunks: int
    seed: int

    @property
    def harms(self) -> dict[str, float]:
        """All that is done to them."""
        return {**self.usual, **self.own}


@dataclass
class Group:
    """The processes, and everything that they share."""

    plan: Plan
    url: str
    base_url: str
    book: Gateway
    folder: Path
    server: Postgres | None = None
    disks: dict[str, SmallDisk] = field(default_factory=dict)
    dice: Random = field(init=False)
    figures: Figures = field(init=False)
    running: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    app_ids: dict[int, str] = field(default_factory=dict)
    in_flight: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = Random(f"{self.plan.kind} {self.plan.seed}")
        self.figures = Figures(self.plan.kind, self.plan.seed)
        self.clock = self.folder / "clock"
        self.clock.write_text("0", encoding="ascii")
        self.shared = self.url.startswith("postgresql")
        self.database = open_database(self.url)
        self.ledger = Ledger(self.url)

    @property
    def environment(self) -> dict[str, str]:
        """What all of them find in theirs."""
        return {**ENVIRONMENT, "LAAFFIC_SPOOL": str(self.folder / "spool")}

    @property
    def campaign(self) -> Campaign:
        """The one that is run now."""
        return self.ledger.campaign(self.names[-1])

    def close(self) -> None:
        """End all processes."""
        for process in self.running.values():
            self.end_at_once(process)
        self.ledger.close()
        self.database.close()

    def fill(self) -> None:
        """Create another campaign: one that is killed at it, then two at once; then change the file."""
        name = f"spring{len(self.names)}"
        first = len(self.names) * self.plan.chunks * SIZE
        rows = {f"99900{n:06d}": f"Your code is {n}" for n in range(first, first + self.plan.chunks * SIZE)}
        file = self.folder / f"{name}.csv"
        with file.open("w", newline="", encoding="utf-8") as opened:
            csv.writer(opened).writerows(rows.items())
        dead = self._started("create", name, str(file))
        with suppress(subprocess.TimeoutExpired):
            dead.wait(self.dice.uniform(0.3, 1.2))
        dead.kill()
        codes = [dead.wait()]
        codes += [each.wait(LONG) for each in [self._started("create", name, str(file)) for _ in range(2)]]
        if codes.count(0) > 1 or not {*codes} <= {0, -9, BUSY, EXISTS}:
            self.figures.add("created twice or not at all", [f"{name} {codes}"])
        self.figures.done["two creates"] += 1
        if 0 not in codes:  # whom the first one held up
            self._started("create", name, str(file)).wait(LONG)
        file.write_text(file.read_text(encoding="utf-8").replace("code", "new code"), encoding="utf-8")
        self.names.append(name)
        self.asked[name] = rows

    def start(self) -> None:
        """Start those who do not run; one is enough where nothing is to be posted any more."""
        for place, way in enumerate(self.plan.ways[: 1 if self.is_over() else None]):
            if place not in self.running:
                app_id = f"{place}-{self.figures.done['started']}"
                self.running[place] = self.started_runner(way, app_id)
                self.app_ids[place] = app_id
                self.figures.done["started"] += 1

    def started_runner(self, way: str, app_id: str) -> "subprocess.Popen[bytes]":
        """Start one that runs the campaign in some way."""
        return self._started("run", self.names[-1], self.base_url, app_id, str(self.clock), way)

    def resume(self) -> None:
        """Let a campaign that is paused go on."""
        with suppress(LedgerError):
            self.campaign.resume()

    def wait(self, posts: int, seconds: float = 5.0) -> None:
        """Let them post so much more, or end, or let some time pass."""

        def over() -> bool:
            return all(process.poll() is not None for process in self.running.values())

        self.book.wait_for(self.book.posts + posts, over, seconds)

    def reap(self) -> None:
        """Take leave of those who have ended, and note how."""
        for place, process in list(self.running.items()):
            code = process.poll()
            if code is None:
                continue
            del self.running[place]
            self.figures.done[_ENDS.get(code, "other ends")] += 1
            if code == BUSY and self.book.asked[self.app_ids[place]]:
                self.figures.add("busy, and posted", [self.app_ids[place]])
            if code not in _ENDS:
                self.figures.add("ended strangely", [f"{self.plan.ways[place]} {code}, see {self.folder}/errors"])

    def kill(self) -> None:
        """Kill one, or all where only one may run, and note what was in flight then."""
        some = [self.dice.choice([*self.running])] if self.shared and self.running else [*self.running]
        for place in some:
            process = self.running.pop(place)
            ended = process.poll() is not None
            self.end_at_once(process)
            self.figures.done["ended before" if ended else "kills"] += 1
        self.note_in_flight()

    def end_at_once(self, process: "subprocess.Popen[bytes]") -> None:
        """Kill one, and wait until it is gone."""
        process.kill()
        process.wait()

    def terminate(self, process: "subprocess.Popen[bytes]") -> None:
        """Ask one to end."""
        process.send_signal(signal.SIGTERM)

    def note_in_flight(self) -> None:
        """Note who is claimed now."""
        while True:
            try:
                outcomes = [*self.campaign.outcomes()] if self.names else []
                break
            except LedgerUnavailableError:  # it is just coming back
                time.sleep(0.1)
        self.in_flight |= {str(one.wire_order_id) for one in outcomes if one.state == "in_flight"}

    def is_over(self) -> bool:
        """Return whether nothing is to be posted any more, though the dead may still have claimed something."""
        try:
            return not self.campaign.status().to_go
        except LedgerUnavailableError:
            return False

    def end(self) -> None:
        """Let the campaign come to its end, and judge it."""
        for _ in range(60):
            with suppress(LedgerError):
                self.campaign.set(rate=None)
            self.resume()
            if self.campaign.status().state == "done":
                break
            self.start()
            ended = self.wait_for_all()
            self.reap()
            if not ended:
                status = self.campaign.status()
                self.figures.add("hangs", [f"{self.plan.ways[place]} {status}" for place in self.running])
                self.kill()
            self.age()
        else:
            self.figures.add("did not end", [str(self.campaign.status())])
        name = self.names[-1]
        before = [*self.campaign.outcomes()]
        judge(self.figures, before, self.asked[name], self.book, self.in_flight)
        with laaffic.Client(*ENVIRONMENT.values(), base_url=self.base_url) as client:
            self.campaign.reconcile(client)
        judge_found(self.figures, before, [*self.campaign.outcomes()], self.book)

    def wait_for_all(self) -> bool:
        """Wait until all have ended, or nothing was posted for long; whoever hangs says where. Return which it was."""
        before = -1
        while self.running and before < self.book.posts:
            before = self.book.posts
            for process in self.running.values():
                with suppress(subprocess.TimeoutExpired):
                    process.wait(LONG)
            if all(process.poll() is not None for process in self.running.values()):
                return True
        self.ask_where()
        return not self.running

    def ask_where(self) -> None:
        """Let whoever hangs write down where."""
        for process in self.running.values():
            process.send_signal(signal.SIGUSR1)
        time.sleep(1)

    def age(self) -> None:
        """Let a quarter of an hour pass, for those that the dead have claimed."""
        if self.shared:
            with self.database.write() as connection:
                then = f"extract(epoch from clock_timestamp()) - {_DEAD}"
                connection.execute(text(f"update laaffic_chunks set claimed_at = {then} where state = 'claimed'"))

    def limit_files(self, size: int) -> None:
        """Let no file of theirs grow beyond a size, as a full disk would; below 0 takes it away."""
        for process in self.running.values():
            with suppress(ProcessLookupError):
                limits = (size if size >= 0 else resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)

    def _started(self, what: str, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "errors").open("ab") as errors:
            command = [sys.executable, str(PROGRAM), what, self.url, *arguments]
            return subprocess.Popen(command, env={**os.environ, **self.environment}, stderr=errors)


# By -15 whoever has not begun yet: it cannot let anything end.
_ENDS = {0: "ended", -15: "terminated", BUSY: "busy", UNAVAILABLE: "no database", -9: "kills"}


def summed(figures: list[Figures]) -> Counter[str]:
    """Add up what was done."""
    return sum((each.done for each in figures), Counter[str]())
