"""The transactions of a ledger, one after the other and in any order."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from laaffic_campaigns import Ledger
from laaffic_campaigns._kept.chunks import Outcomes
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.opening import open_database
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


def test_what_has_ended_is_ready_again_only_for_who_is_sent_to_again() -> None:
    assert CAMPAIGN_STEPS[CampaignState.DONE] | CAMPAIGN_STEPS[CampaignState.CANCELLED] == {CampaignState.READY}


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
