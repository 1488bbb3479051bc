"""The transactions of a ledger, one after the other and in any order."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from laaffic_campaigns import Ledger
from laaffic_campaigns._kept.chunks import Outcomes
from laaffic_campaigns._kept.database import Database
from laaffic_campaigns._kept.opening import open_database
from laaffic_campaigns._kept.schema import chunks, incidents
from laaffic_campaigns._protocol.states import CAMPAIGN_STEPS, CHUNK_STEPS, CampaignState, ChunkState
from laaffic_campaigns._protocol.steps import (
    Claimed,
    Settled,
    claim,
    finish,
    move,
    pause_for,
    record,
    release,
    start,
    sweep,
)
from support.services import NO_POSTGRES, own_schema, postgres

SIZE = 2


def settled(state: str) -> Settled:
    return Settled(Outcomes([state] * SIZE, [None] * SIZE, [None] * SIZE), "0", None, 5.0)


def made(url: str, size: int) -> Database:
    with Ledger(url) as ledger:
        ledger.create("spring", [(f"999{n:08d}", "Hello") for n in range(size)], max_recipients=SIZE)
    database = open_database(url)
    with database.write() as connection:
        assert start(connection, 1, 1.0)
    return database


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Return a database with a campaign of two chunks, which runs."""
    opened = made(url, 2 * SIZE)
    yield opened
    opened.close()


def claimed(database: Database, token: str) -> Claimed:
    with database.write() as connection:
        mine = claim(connection, 1, token, 2.0)
    assert mine is not None
    return mine


def states(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(chunks.c.state).order_by(chunks.c.id)))


def test_there_is_no_step_from_unknown_to_ready_nor_from_done_to_anything() -> None:
    assert ChunkState.READY not in CHUNK_STEPS[ChunkState.UNKNOWN]
    assert not CHUNK_STEPS[ChunkState.DONE]
    assert not CAMPAIGN_STEPS[CampaignState.DONE] | CAMPAIGN_STEPS[CampaignState.CANCELLED]


def test_a_chunk_is_claimed_once(database: Database) -> None:
    assert {claimed(database, "a").id, claimed(database, "b").id} == {1, 2}
    with database.write() as connection:
        assert claim(connection, 1, "c", 2.0) is None


def test_nothing_is_claimed_of_a_campaign_that_does_not_run(database: Database) -> None:
    with database.write() as connection:
        pause_for(connection, 1, "why", 2.0)
        assert claim(connection, 1, "a", 2.0) is None


def test_an_outcome_is_recorded_as_often_as_it_takes(database: Database) -> None:
    mine = claimed(database, "a")
    for _ in range(2):
        with database.write() as connection:
            assert record(connection, 1, mine, settled("accepted"), 3.0)
    assert states(database) == ["done", "ready"]


def test_an_outcome_that_comes_after_the_sweep_still_counts(database: Database) -> None:
    mine = claimed(database, "a")
    with database.write() as connection:
        assert sweep(connection) == 1
    assert states(database)[0] == "unknown"
    with database.write() as connection:
        assert record(connection, 1, mine, settled("accepted"), 3.0)
    assert states(database)[0] == "done"


def test_what_was_swept_is_not_released(database: Database) -> None:
    mine = claimed(database, "a")
    with database.write() as connection:
        sweep(connection)
        assert not release(connection, mine.token)
    assert states(database)[0] == "unknown"


def test_what_is_released_can_be_claimed_again(database: Database) -> None:
    mine = claimed(database, "a")
    with database.write() as connection:
        assert release(connection, "a")
        assert not release(connection, "a")
    assert claimed(database, "b").id == mine.id


def test_an_outcome_with_a_token_of_nobodys_is_kept_and_pauses(database: Database) -> None:
    mine = claimed(database, "a")
    stranger = Claimed(mine.id, mine.sequence, mine.size, "b", mine.payload)
    with database.write() as connection:
        assert not record(connection, 1, stranger, settled("accepted"), 3.0)
    with database.read() as connection:
        assert connection.scalar(select(incidents.c.token)) == "b"
    assert states(database)[0] == "claimed"
    with database.write() as connection:
        assert not start(connection, 1, 4.0)  # a person must look first


def test_a_pause_by_a_person_outlives_one_for_a_cause(database: Database) -> None:
    with database.write() as connection:
        assert move(connection, 1, CampaignState.PAUSED, 2.0, why="by hand", held=True)
        pause_for(connection, 1, "no balance", 3.0)
        assert not start(connection, 1, 4.0)


def test_a_campaign_is_done_when_no_chunk_is_left(database: Database) -> None:
    for token in "ab":
        mine = claimed(database, token)
        with database.write() as connection:
            assert record(connection, 1, mine, settled("unknown"), 3.0)
            assert finish(connection, 1, 4.0) == (token == "b")
    assert states(database) == ["unknown", "unknown"]


@contextmanager
def in_a_file() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/spring.db"


class AnyOrder(RuleBasedStateMachine):
    """Processes claim, post, record, release and die in any order; a book notes who was posted."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = ExitStack()
        self.url = self.kept.enter_context(self.somewhere())
        self.database = made(self.url, 4 * SIZE)
        self.tokens = 0
        self.mine: dict[str, Claimed] = {}  # claimed, and not posted
        self.posted: dict[str, Claimed] = {}  # posted, and not settled
        self.settled: dict[str, tuple[Claimed, str]] = {}
        self.book: dict[int, int] = {}

    def somewhere(self) -> AbstractContextManager[str]:
        """Return the address of a ledger of this machine's own."""
        return in_a_file()

    @rule()
    def claim(self) -> None:
        self.tokens += 1
        token = f"t{self.tokens}"
        with self.database.write() as connection:
            mine = claim(connection, 1, token, 1.0)
        if mine is not None:
            self.mine[token] = mine

    @rule()
    def crash_in_a_claim(self) -> None:
        with suppress(KeyboardInterrupt), self.database.write() as connection:
            claim(connection, 1, "lost", 1.0)
            raise KeyboardInterrupt

    @precondition(lambda self: self.mine)
    @rule(data=st.data(), accepted=st.booleans())
    def post(self, data: st.DataObject, *, accepted: bool) -> None:
        token = data.draw(st.sampled_from(sorted(self.mine)))
        mine = self.posted[token] = self.mine.pop(token)
        if accepted:
            self.book[mine.id] = self.book.get(mine.id, 0) + 1
        else:
            with self.database.write() as connection:  # refused for certain
                if not release(connection, token):
                    assert record(connection, 1, mine, settled("rejected"), 2.0)
            del self.posted[token]

    @precondition(lambda self: self.posted)
    @rule(data=st.data(), state=st.sampled_from(["accepted", "unknown"]))
    def record(self, data: st.DataObject, state: str) -> None:
        token = data.draw(st.sampled_from(sorted(self.posted)))
        mine = self.posted.pop(token)
        self.settled[token] = mine, state
        with self.database.write() as connection:
            assert record(connection, 1, mine, settled(state), 2.0)

    @precondition(lambda self: self.settled)
    @rule(data=st.data())
    def record_again(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(sorted(self.settled)))
        mine, state = self.settled[token]
        with self.database.write() as connection:
            assert record(connection, 1, mine, settled(state), 3.0)

    @rule(dies=st.booleans())
    def restart(self, *, dies: bool) -> None:
        """Another process begins: the first is dead, or by a wrong verdict only slow."""
        if dies:
            self.mine, self.posted = {}, {}
        self.database.close()
        self.database = open_database(self.url)
        with self.database.write() as connection:
            sweep(connection)
            start(connection, 1, 4.0)

    @invariant()
    def nobody_is_posted_twice_or_called_what_is_not_true(self) -> None:
        assert all(times == 1 for times in self.book.values())
        with self.database.read() as connection:
            rows: list[Any] = list(connection.execute(select(chunks)))
            assert connection.scalar(select(incidents.c.id)) is None
        for row in rows:
            assert row.accepted + row.rejected + row.not_sent + row.unknown in {0, SIZE}
            if row.accepted:
                assert self.book[row.id] == 1
            if row.rejected or row.state == ChunkState.READY:
                assert row.id not in self.book

    def teardown(self) -> None:
        self.database.close()
        self.kept.close()


class AnyOrderInPostgreSQL(AnyOrder):
    """The same, in a schema of its own."""

    def somewhere(self) -> AbstractContextManager[str]:
        """Return the address of the schema."""
        return own_schema(str(postgres()))


FEW = settings(max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
AnyOrder.TestCase.settings = AnyOrderInPostgreSQL.TestCase.settings = FEW
TestAnyOrder = AnyOrder.TestCase
TestAnyOrderInPostgreSQL = pytest.mark.skipif(postgres() is None, reason=NO_POSTGRES)(AnyOrderInPostgreSQL.TestCase)
