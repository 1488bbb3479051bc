"""What is written down when a transaction fails, or when nobody knows whether it did."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from laaffic_campaigns import Campaign, Ledger, LedgerError, LedgerUnavailableError
from laaffic_campaigns._kept.chunks import Outcomes
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.opening import open_database
from laaffic_campaigns._kept.schema import campaigns, chunks, incidents
from laaffic_campaigns._kept.spool import kept
from laaffic_campaigns._protocol.steps import Claimed, Settled
from laaffic_campaigns._protocol.verdicts import Verdict
from laaffic_campaigns._running.desk import Desk, Slot
from laaffic_campaigns._running.posting import Post, Posted
from laaffic_campaigns._running.writing import kept_on_disk, record_what_was_kept
from support.failing import AFTER_COMMIT, BEFORE_COMMIT, Failing

SIZE, CHUNKS = 4, 3
KEY = "k123456789"


@pytest.fixture
def campaign(ledger: Ledger) -> Campaign:
    """Return a campaign of three chunks of four."""
    return ledger.create("spring", [(f"999{n:08d}", "Hello") for n in range(SIZE * CHUNKS)], max_recipients=SIZE)


@pytest.fixture
def failing(campaign: Campaign, url: str) -> Iterator[Failing]:
    """Return the database, which fails when it is told to."""
    opened = Failing(open_database(url))
    with opened.write() as connection:
        key = update(campaigns).values(key=KEY)
        connection.execute(key)
    yield opened
    opened.close()
    assert campaign.name


@pytest.fixture
def desk(failing: Failing) -> Iterator[Desk]:
    """Return a desk that has begun."""
    made = Desk(failing, 1, KEY)
    with made.opened():
        assert made.begin(by_hand=True)
        yield made


def told(state: str, claimed: Claimed, *, release: bool = False, refused: bool = False) -> Posted:
    outcomes = Outcomes([state] * claimed.size, [None] * claimed.size, ["why"] * claimed.size)
    return Posted(claimed, Settled(outcomes, "0", None, 5.0), Verdict(release=release, refused=refused))


def next_of(desk: Desk, done: Posted | None = None) -> Post:
    got = desk.next(Slot(0), done)
    assert isinstance(got, Post)
    return got


def states(database: Database) -> list[str]:
    with database.read() as connection:
        assert connection.scalar(select(incidents.c.id)) is None
        return list(connection.scalars(select(chunks.c.state).order_by(chunks.c.sequence)))


@pytest.mark.parametrize("fails", [0, 3, BEFORE_COMMIT, AFTER_COMMIT])
def test_an_outcome_is_recorded_and_one_chunk_is_claimed(desk: Desk, failing: Failing, fails: int) -> None:
    first = next_of(desk)
    failing.plan = [fails, fails]
    second = next_of(desk, told("accepted", first.claimed))
    assert states(failing) == ["done", "claimed", "ready"]
    assert second.claimed.sequence == 1
    assert kept(failing) == []


@pytest.mark.parametrize("fails", [0, 3, BEFORE_COMMIT, AFTER_COMMIT])
def test_a_chunk_that_is_given_back_is_no_strangers(
    desk: Desk, failing: Failing, campaign: Campaign, fails: int
) -> None:
    first = next_of(desk)
    failing.plan = [fails, fails]
    again = next_of(desk, told("not_sent", first.claimed, release=True))
    assert again.claimed.id == first.claimed.id
    assert states(failing) == ["claimed", "ready", "ready"]
    assert campaign.status().state == "running"


@pytest.mark.parametrize("fails", [0, 3, BEFORE_COMMIT, AFTER_COMMIT])
def test_a_refused_chunk_is_split_once(desk: Desk, failing: Failing, fails: int) -> None:
    first = next_of(desk)
    failing.plan = [fails, fails]
    half = next_of(desk, told("rejected", first.claimed, refused=True))
    assert half.claimed.size == SIZE // 2
    assert states(failing) == ["claimed", "ready", "split", "ready", "ready"]


def test_a_claim_in_doubt_is_given_back_even_without_an_outcome(desk: Desk, failing: Failing) -> None:
    next_of(desk)
    failing.plan = [AFTER_COMMIT, 0, 0]
    second = next_of(desk)
    assert states(failing) == ["claimed", "claimed", "ready"]
    assert second.claimed.sequence == 1


def test_a_run_that_never_claimed_anything_fails_at_once(desk: Desk, failing: Failing) -> None:
    failing.plan = [0]
    with pytest.raises(LedgerUnavailableError):
        desk.next(Slot(0))


def test_what_is_stopped_while_the_ledger_fails_is_done_by_the_next_run(desk: Desk, failing: Failing) -> None:
    first, second, third = next_of(desk), next_of(desk), next_of(desk)
    desk.stop()
    dones = [
        told("accepted", first.claimed),
        told("rejected", second.claimed, refused=True),
        told("not_sent", third.claimed, release=True),
    ]
    for done in dones:
        failing.plan = [0]
        with pytest.raises(LedgerUnavailableError):
            desk.next(Slot(0), done)
    assert len(kept(failing)) == 3
    record_what_was_kept(failing)
    assert states(failing) == ["ready", "ready", "done", "split", "ready"]
    assert kept(failing) == []


def test_what_was_given_back_already_and_is_kept_on_disk_harms_nobody(desk: Desk, failing: Failing) -> None:
    first = next_of(desk)
    assert kept_on_disk(failing, KEY, told("not_sent", first.claimed, release=True))
    again = next_of(desk, told("not_sent", first.claimed, release=True))
    record_what_was_kept(failing)
    assert again.claimed.id == first.claimed.id
    assert states(failing) == ["claimed", "ready", "ready"]


def test_what_was_taken_for_dead_is_not_given_back(desk: Desk, failing: Failing, campaign: Campaign) -> None:
    first = next_of(desk)
    with failing.write() as connection:
        connection.execute(update(chunks).where(chunks.c.id == first.claimed.id).values(state="unknown", unknown=SIZE))
    desk.next(Slot(0), told("not_sent", first.claimed, release=True))
    assert states(failing)[0] == "done"
    assert (campaign.status().not_sent, campaign.status().unknown) == (SIZE, 0)


def test_settings_that_cannot_be_read_undo_no_outcome(desk: Desk, failing: Failing) -> None:
    first = next_of(desk)
    with failing.write() as connection:
        connection.execute(update(campaigns).values(not_between='["21:00", "09:00", "No/Where"]'))
    with pytest.raises(LedgerError, match="zone is not known"):
        desk.next(Slot(0), told("accepted", first.claimed))
    assert states(failing) == ["done", "ready", "ready"]
