"""What is next: the desk where those who post hand in what became of a request, and get another one.

It writes to the ledger and waits for it; it posts nothing. Those who do may be threads or tasks.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from laaffic_campaigns._errors import LedgerUnavailableError
from laaffic_campaigns._kept.chunks import unpack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.mark import check_mark, pause_if_older
from laaffic_campaigns._kept.schema import campaigns
from laaffic_campaigns._kept.spool import forget
from laaffic_campaigns._protocol.pacing.pace import Turn, turn
from laaffic_campaigns._protocol.steps import (
    Claimed,
    claim,
    finish,
    pause_for,
    start,
    sweep,
)
from laaffic_campaigns._protocol.verdicts import Verdict
from laaffic_campaigns._running.posting import Post, Posted, unposted
from laaffic_campaigns._running.writing import brake, kept_on_disk, record_what_was_kept, write_down

_logger = logging.getLogger("laaffic.campaigns")

GLANCE = 0.5  # seconds after which anything that waits looks whether something has changed
FENCE = 60.0  # seconds: a claim that is older is not posted
DEAD = 900.0  # seconds: who has claimed something for longer is taken for dead, where several machines run a campaign
_PATIENCE = 600.0  # seconds for which an outcome is kept while the database cannot be written
_FIRST_TRY, _MAX_WAIT = 0.1, 5.0
_LOOKS = 60.0  # seconds from one look at the ledger's mark to the next
_FIRST_WAIT, _WAITS = 0.5, 6  # seconds after "too many requests", doubled each time; and how often in a row
# A chunk of 1,000 is split ten times until the one recipient who is at fault is alone.
_REFUSED_IN_A_ROW = 25


def elapsed() -> float:
    """Return seconds by a clock that also counts while this machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))  # macOS counts it in the latter


@dataclass(slots=True)
class Slot:
    """Room for one request in flight.

    Attributes:
        index: of it, among those of this process.
        turn: when its next request may go.
    """

    index: int
    turn: Turn | None = None


class Desk:
    """One run of a campaign, on this machine.

    Args:
        database: of the ledger.
        campaign: which one.
        key: what its order ids begin with.
        concurrency: how many requests may be in flight at once; None for what the campaign says.
        seconds: for how long; None for as long as there is something to do.
        clock: tells seconds, and counts while this machine sleeps.
    """

    def __init__(
        self,
        database: Database,
        campaign: int,
        key: str,
        *,
        concurrency: int | None = None,
        seconds: float | None = None,
        clock: Callable[[], float] = elapsed,
    ) -> None:
        self._clock = clock
        self._database = database
        self._campaign = campaign
        self._key = key
        self._concurrency = concurrency
        self._until = None if seconds is None else self._clock() + seconds
        self._stopped = threading.Event()
        self._waits = self._refusals = 0
        self._worked = False
        self._next_look = self._clock() + _LOOKS
        self.wanted = concurrency or 1
        self._asked = False
        self.over = False

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Hold what only one run at a time may hold.

        Raises:
            LedgerBusyError: somebody else runs this ledger, which is one that only one process can run.
        """
        held = nullcontext() if self._database.shared else self._database.locked_for("run", "running a campaign")
        with held:
            try:
                yield
            finally:
                self._stopped.set()  # a thread that is not accounted for claims nothing any more

    def begin(self, *, by_hand: bool) -> bool:
        """Sweep, and let the campaign run; return whether it does.

        Args:
            by_hand: whether a person wants it, so that one that paused for a cause goes on.
        """
        check_mark(self._database)
        record_what_was_kept(self._database)
        with self._database.write() as connection:  # by itself: it must not wait for the campaign's row
            lost = sweep(connection, self._database.now(connection) - DEAD if self._database.shared else None)
        if lost:
            _logger.warning("%d requests were in flight when a process ended: their recipients are unknown", lost)
        with self._database.write() as connection:
            return start(connection, self._campaign, self._database.now(connection), by_hand=by_hand)

    def look(self) -> None:
        """Look how many requests are wanted in flight now, and each minute whether this is still the same ledger."""
        if self._clock() >= self._next_look:
            self._next_look = self._clock() + _LOOKS
            with suppress(LedgerUnavailableError):
                check_mark(self._database)
        if self._concurrency is None:
            wanted = select(campaigns.c.concurrency).where(campaigns.c.id == self._campaign)
            with suppress(LedgerUnavailableError), self._database.read() as connection:
                self.wanted = connection.scalar(wanted) or 1

    def stop(self) -> None:
        """Give out nothing more."""
        self._stopped.set()

    def wait(self, seconds: float) -> None:
        """Wait, but not longer than until it is stopped."""
        self._stopped.wait(seconds)

    def finished(self) -> bool:
        """Note that the campaign is done when it is; return whether there is nothing more to do in this run."""
        with self._database.write() as connection:
            ended = finish(connection, self._campaign, self._database.now(connection))
        return ended or self._ends()

    def pause(self, why: str) -> None:
        """Pause the campaign, unless others may run it too.

        While the database fails it stays running, and goes on all the same when it is run again: what made this run
        end, such as Ctrl-C, is what the program must hear of.
        """
        if self._database.shared:
            return
        try:
            with self._database.write() as connection:
                pause_for(connection, self._campaign, why, self._database.now(connection))
        except LedgerUnavailableError as error:
            _logger.warning("the campaign could not be paused: %s", error)

    def next(self, slot: Slot, done: Posted | None = None) -> Post | float | None:
        """Write down what became of a request, and claim another, in one transaction.

        It is tried again and again while the database fails: nobody else knows the outcome. Only a run that could not
        claim anything yet fails at once.

        Returns:
            What to post; or how many seconds to wait and come again; or None when there is nothing more for this slot.

        Raises:
            LedgerUnavailableError: the database failed. An outcome that could not be written will be unknown.
        """
        if done is not None:
            done = replace(done, verdict=self._in_a_row(done.verdict))
        slow = done is not None and done.verdict.slow
        owed = [] if done is None else [done]
        since, wait, safe = self._clock(), _FIRST_TRY, set[str]()
        while True:
            began, got = self._clock(), None
            try:
                with self._database.write() as connection:
                    older = pause_if_older(self._database, connection)
                    for each in owed:
                        self._write_down(connection, each)
                    got = self._give_out(connection, slot, slow=slow)
            except LedgerUnavailableError as error:
                if isinstance(got, Claimed):  # the commit is in doubt: it is not posted, but given back
                    owed.append(unposted(got))
                self._keep(owed, safe)
                if not (owed or self._worked) or self._gives_up(since, all_safe=len(safe) == len(owed)):
                    raise  # the next run reads what is kept
                _logger.warning("an outcome cannot be written yet; trying again: %s", error)
                time.sleep(wait)
                wait = min(2 * wait, _MAX_WAIT)
                continue
            except BaseException:
                self._save(owed)
                raise
            self._forget(safe, older)
            if not isinstance(got, Claimed):
                return got
            if self._clock() - began <= FENCE:
                return self._unpacked(got)
            owed, slow, safe = [unposted(got)], False, set()  # this machine slept, perhaps

    def settle(self, done: Posted) -> None:
        """Write down what became of a request, and claim nothing more."""
        self.stop()
        self.next(Slot(0), done)

    def _give_out(self, connection: Connection, slot: Slot, *, slow: bool) -> Claimed | float | None:
        asked, self._asked = self._asked, True  # so that even the shortest time is enough for one request
        if (asked and self._ends()) or self._stopped.is_set() or slot.index >= self.wanted:
            self.over = self.over or self._ends()
            return None
        if slow:
            return _FIRST_WAIT * float(2 ** (self._waits // self.wanted))
        now = self._database.now(connection)
        slot.turn = turn(connection, self._campaign, now, slot.turn)
        if slot.turn is None:
            self.over = True
            return None
        if slot.turn.at > now:
            return min(slot.turn.at - now, GLANCE)
        slot.turn = None
        got = claim(connection, self._campaign, uuid.uuid4().hex, now)
        self.over = got is None  # until something comes back, whole or in parts
        return got

    def _unpacked(self, claimed: Claimed) -> Post:
        try:
            payload = unpack_payload(claimed.payload)
            return Post(claimed, payload.messages(payload.wire_order_ids(self._key, claimed.sequence)))
        except BaseException:  # nothing of it is posted
            self._save([unposted(claimed)])
            raise

    def _write_down(self, connection: Connection, done: Posted) -> None:
        now = self._database.now(connection)
        if write_down(connection, self._campaign, done, now):
            self.over = False
        why = done.verdict.why or brake(connection, self._campaign)
        if why is not None:
            pause_for(connection, self._campaign, why, now)

    def _in_a_row(self, verdict: Verdict) -> Verdict:
        """Count what may pass, and pause when it does not."""
        self._waits = self._waits + 1 if verdict.slow else 0
        self._refusals = self._refusals + 1 if verdict.refused else 0
        if self._waits >= _WAITS * self.wanted:
            return replace(verdict, slow=False, why="The gateway takes no more requests for now. Run it again later.")
        if self._refusals >= _REFUSED_IN_A_ROW and verdict.why is None:
            why = f"{self._refusals} requests in a row were refused. Look at the reasons of those who are rejected."
            return replace(verdict, why=why)
        return verdict

    def _save(self, owed: list[Posted]) -> None:
        """Write down what became of requests, and nothing else: what failed beside it must not undo it."""
        for done in owed:
            try:
                with self._database.write() as connection:
                    write_down(connection, self._campaign, done, self._database.now(connection))
            except LedgerUnavailableError:
                kept_on_disk(self._database, self._key, done)

    def _keep(self, owed: list[Posted], safe: set[str]) -> None:
        """Keep on the disk what cannot be written down, unless it is there; add the tokens of what is."""
        for done in owed:
            if done.claimed.token not in safe and kept_on_disk(self._database, self._key, done):
                safe.add(done.claimed.token)

    def _forget(self, safe: set[str], older: int | None) -> None:
        self._worked = True
        if older is not None:  # the campaigns are paused, so what was claimed since is no longer looked for
            self._database.set_claims_seen(older)
        for token in safe:
            forget(self._database, token)

    def _gives_up(self, since: float, *, all_safe: bool) -> bool:
        return self._clock() - since > _PATIENCE or (all_safe and self._ends())

    def _ends(self) -> bool:
        return self._stopped.is_set() or (self._until is not None and self._clock() >= self._until)
