"""Everything that several processes do to a campaign, in any order, with crashes between any two statements."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, select

import laaffic
from laaffic_campaigns import Ledger, LedgerError, LedgerUnavailableError
from laaffic_campaigns._fate.folding import fold_reports
from laaffic_campaigns._fate.inbox import add
from laaffic_campaigns._fate.reconciling import Reconciling
from laaffic_campaigns._fate.resending import Clocks, Resending
from laaffic_campaigns._kept.chunks import Outcomes, unpack_payload
from laaffic_campaigns._kept.databases.opening import open_database
from laaffic_campaigns._kept.schema import campaigns, incidents
from laaffic_campaigns._protocol.pacing.pace import Turn, turn
from laaffic_campaigns._protocol.steps import Claimed, Settled, claim, finish, pause_for, start, sweep
from laaffic_campaigns._protocol.verdicts import Verdict
from laaffic_campaigns._running.posting import Posted
from laaffic_campaigns._running.writing import write_down
from support.book import Book
from support.failing import AFTER_COMMIT, BEFORE_COMMIT, Failing
from support.services import NO_POSTGRES, own_schema, postgres

SIZE, CHUNKS = 5, 3
RECIPIENTS = SIZE * CHUNKS
# At which statement a transaction fails, if it does; after its commit nobody knows that it is written.
FAILS = st.one_of(st.none(), st.just(BEFORE_COMMIT), st.just(AFTER_COMMIT), st.integers(0, 25))
WHAT = ("accepted", "rejected", "unknown", "released", "refused")


@dataclass
class Request:
    """One that was posted, and what its process knows of it."""

    claimed: Claimed
    msg_ids: list[str] | list[None]
    what: str

    @property
    def done(self) -> Posted:
        """What is to be written down."""
        state = {"released": "not_sent", "refused": "rejected"}.get(self.what, self.what)
        told = Outcomes([state] * self.claimed.size, [*self.msg_ids], [None] * self.claimed.size)
        verdict = Verdict(release=self.what == "released", refused=self.what == "refused")
        return Posted(self.claimed, Settled(told, "0", None, time.time()), verdict)


@contextmanager
def in_a_file() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/spring.db"


class AnyOrder(RuleBasedStateMachine):
    """Processes claim, post, write down and die; a book notes who got something, and who may have."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = ExitStack()
        self.url = self.kept.enter_context(self.somewhere())
        self.ledger = self.kept.enter_context(Ledger(self.url))
        rows = [(f"999{n:08d}", "Hello") for n in range(RECIPIENTS)]
        self.campaign = self.ledger.create("spring", rows, max_recipients=SIZE)
        self.database = Failing(open_database(self.url))
        with self.database.read() as connection:
            self.key = str(connection.scalar(select(campaigns.c.key)))
        self.now, self.tokens = time.time(), 0
        self.mine: dict[str, Claimed] = {}  # claimed for certain, and not posted
        self.posted: dict[str, Request] = {}  # posted, and not written down for certain
        self.written: list[Request] = []
        self.turns: list[Turn] = []
        self.book = Book()
        self.reconciling: list[Reconciling] = []

    def somewhere(self) -> AbstractContextManager[str]:
        """Return the address of a ledger of this machine's own."""
        return in_a_file()

    def did(self, step: Callable[[Connection], Any], fails: int | None) -> tuple[bool, Any]:
        """Do something in a transaction; return whether it is certainly committed, and what it returned."""
        self.database.plan = [fails]
        try:
            with self.database.write() as connection:
                got = step(connection)
        except LedgerUnavailableError:
            return False, None
        return True, got

    @initialize()
    def begin(self) -> None:
        self.did(lambda connection: start(connection, 1, self.now), None)

    @rule(fails=FAILS)
    def claim(self, fails: int | None) -> None:
        self.tokens += 1
        token = f"t{self.tokens}"
        certain, got = self.did(lambda connection: claim(connection, 1, token, self.now), fails)
        if certain and got is not None:
            assert not any(self.book.posts[wire] for wire in self.wires(got))
            self.mine[token] = got

    @precondition(lambda self: self.mine)
    @rule(data=st.data(), what=st.sampled_from(WHAT))
    def post(self, data: st.DataObject, what: str) -> None:
        self.posts(data.draw(st.sampled_from(sorted(self.mine))), what)

    @rule(what=st.sampled_from(WHAT))
    def run(self, what: str) -> None:
        """Nothing goes wrong but what the provider says, or does not."""
        self.did(lambda connection: start(connection, 1, self.now), None)
        self.claim(None)
        if (token := f"t{self.tokens}") in self.mine:
            self.posts(token, what)
            request = self.posted.pop(token)
            self.did(lambda connection: write_down(connection, 1, request.done, self.now), None)
            self.written.append(request)

    def posts(self, token: str, what: str) -> None:
        mine = self.mine.pop(token)
        numbers, wires = unpack_payload(mine.payload).numbers, self.wires(mine)
        took = self.book.take(numbers, wires) if what in {"accepted", "unknown"} else []
        if what not in {"released", "refused"}:
            self.book.posts.update(wires)
        told = took if what == "accepted" else [None] * mine.size
        self.posted[token] = Request(mine, told, what)

    def wires(self, claimed: Claimed) -> list[str]:
        return unpack_payload(claimed.payload).wire_order_ids(self.key, claimed.sequence)

    @precondition(lambda self: self.posted)
    @rule(data=st.data(), fails=FAILS)
    def write_down(self, data: st.DataObject, fails: int | None) -> None:
        token = data.draw(st.sampled_from(sorted(self.posted)))
        request = self.posted[token]
        certain, _ = self.did(lambda connection: write_down(connection, 1, request.done, self.now), fails)
        if certain:
            self.written.append(self.posted.pop(token))

    @precondition(lambda self: self.written)
    @rule(data=st.data())
    def write_down_again(self, data: st.DataObject) -> None:
        """From what was kept on disk, while the first one was certain."""
        request = data.draw(st.sampled_from(self.written))
        self.did(lambda connection: write_down(connection, 1, request.done, self.now), None)

    @rule(fails=FAILS, mine=st.booleans())
    def turn(self, fails: int | None, *, mine: bool) -> None:
        """Queue, or come back when it is one's turn; a chunk may be cut."""
        before = self.turns.pop(0) if mine and self.turns else None
        certain, got = self.did(lambda connection: turn(connection, 1, self.now, before), fails)
        if certain and got is not None and got.at > self.now:
            self.turns.append(got)

    @rule(seconds=st.sampled_from([-3600.0, 0.1, 10.0, 3600.0]))
    def clock(self, seconds: float) -> None:
        self.now += seconds

    @rule(fails=FAILS, age=st.sampled_from([None, 0.0, 900.0]))
    def sweep(self, fails: int | None, age: float | None) -> None:
        """Take for dead whoever has claimed something for so long, rightly or not."""
        self.did(lambda connection: sweep(connection, None if age is None else self.now - age), fails)

    @rule(fails=FAILS)
    def dies(self, fails: int | None) -> None:
        """All are gone, with what they knew; another one begins."""
        self.mine, self.posted, self.turns, self.reconciling = {}, {}, [], []
        self.database.close()
        self.database = Failing(open_database(self.url))
        self.did(lambda connection: (sweep(connection), start(connection, 1, self.now)), fails)

    @rule(fails=FAILS)
    def pause_for_a_cause(self, fails: int | None) -> None:
        self.did(lambda connection: pause_for(connection, 1, "why", self.now), fails)

    @rule(fails=FAILS)
    def start(self, fails: int | None) -> None:
        self.did(lambda connection: start(connection, 1, self.now), fails)

    @rule(fails=FAILS)
    def finish(self, fails: int | None) -> None:
        self.did(lambda connection: finish(connection, 1, self.now), fails)

    @rule(does=st.sampled_from(["pause", "resume", "resume"]))
    def by_hand(self, does: str) -> None:
        try:
            getattr(self.campaign, does)()
        except LedgerError:
            assert does == "resume" or self.campaign.status().state in {"done", "cancelled"}

    @rule(rate=st.sampled_from([None, 1.0, 12.0, 1000.0]))
    def change_rate(self, rate: float | None) -> None:
        if self.campaign.status().state not in {"done", "cancelled"}:
            self.campaign.set(rate=rate)

    @precondition(lambda self: self.tokens > 8)
    @rule(really=st.sampled_from([False, False, False, True]))
    def cancel(self, *, really: bool) -> None:
        if really and self.campaign.status().state not in {"done", "cancelled"}:
            self.campaign.cancel()

    @precondition(lambda self: self.book.taken)
    @rule(data=st.data(), fails=FAILS, named=st.booleans(), state=st.sampled_from(["succeeded", "failed"]))
    def push(self, data: st.DataObject, fails: int | None, state: str, *, named: bool) -> None:
        """A report comes, with its order id or without, and is folded or not."""
        msg_id = data.draw(st.sampled_from(sorted(self.book.taken)))
        number, wire = self.book.taken[msg_id]
        found = laaffic.DeliveryState(state)
        report = laaffic.DeliveryReport(msg_id, found, number=number, order_id=wire if named else None)
        certain, mine = self.did(lambda connection: add(connection, report, self.now), fails)
        assert not certain or mine is (True if named else None)
        self.database.plan = [fails]
        with suppress(LedgerUnavailableError):
            fold_reports(self.database, matching=True)

    @precondition(lambda self: self.book.taken)
    @rule(data=st.data())
    def reconcile_begins(self, data: st.DataObject) -> None:
        """It is shown the records of what is finished, in any order."""
        one = Reconciling(self.database, 1)
        self.database.plan = []
        if one.begin() is not None:
            late = data.draw(st.sets(st.sampled_from(sorted(self.book.taken)), max_size=4))
            finished = data.draw(st.permutations(sorted(self.book.taken.keys() - late)))
            for msg_id in finished:
                one.take(laaffic.SentRecord(msg_id, self.book.taken[msg_id][0], laaffic.DeliveryState.SUCCEEDED))
            self.reconciling.append(one)

    @precondition(lambda self: self.reconciling)
    @rule(plan=st.lists(FAILS, max_size=4))
    def reconcile_ends(self, plan: list[int | None]) -> None:
        self.database.plan = plan
        with suppress(LedgerUnavailableError):
            self.reconciling.pop(0).finish()

    @rule(plan=st.lists(FAILS, max_size=3), unknown=st.booleans(), hides=st.booleans())
    def resend(self, plan: list[int | None], *, unknown: bool, hides: bool) -> None:
        """More than half an hour has passed: nobody accepts a request any more that was claimed before.

        What is still in the provider's queue has no record.
        """
        self.database.plan = []
        resending = Resending(self.database, 1, None, dry_run=False)
        if unknown:
            one = Reconciling(self.database, 1)
            if one.begin() is not None:
                for msg_id, (number, _) in () if hides else self.book.taken.items():
                    one.take(laaffic.SentRecord(msg_id, number, laaffic.DeliveryState.SUCCEEDED))
            one.finish()
            self.mine = {}
            self.database.plan = plan
            late = Clocks(self.now + 1e6, self.now + 1e6)
            with suppress(LedgerUnavailableError):
                resending.of_unknown(late, one.without_record, 0)
        else:
            self.database.plan = plan
            with suppress(LedgerUnavailableError):
                resending.of_rejected()

    @invariant()
    def everybody_is_in_one_live_chunk_and_nothing_is_posted_twice(self) -> None:
        with self.database.read() as connection:
            assert connection.scalar(select(incidents.c.id)) is None
            self.book.judge(connection, RECIPIENTS)

    @invariant()
    def counts_add_up_to_the_recipients(self) -> None:
        status = self.campaign.status()
        parts = (status.to_go, status.in_flight, status.accepted, status.rejected, status.not_sent, status.unknown)
        assert sum(parts) == status.recipients == RECIPIENTS

    def teardown(self) -> None:
        self.database.close()
        self.kept.close()


class AnyOrderInPostgreSQL(AnyOrder):
    """The same, in a schema of its own."""

    def somewhere(self) -> AbstractContextManager[str]:
        """Return the address of the schema."""
        return own_schema(str(postgres()))


FEW = settings(max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
AnyOrder.TestCase.settings = AnyOrderInPostgreSQL.TestCase.settings = FEW
TestAnyOrder = AnyOrder.TestCase
TestAnyOrderInPostgreSQL = pytest.mark.skipif(postgres() is None, reason=NO_POSTGRES)(AnyOrderInPostgreSQL.TestCase)
