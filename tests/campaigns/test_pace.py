"""Whose turn it is to post: the rate, hours and brakes of a campaign, as its ledger keeps them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from laaffic_campaigns import Campaign, Ledger, LedgerError
from laaffic_campaigns._kept.chunks import Outcomes
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.opening import open_database
from laaffic_campaigns._kept.schema import campaigns, chunks
from laaffic_campaigns._protocol.pacing.brakes import too_much
from laaffic_campaigns._protocol.pacing.pace import Turn, turn
from laaffic_campaigns._protocol.steps import Settled, claim, record, start

NOON = 1_772_452_800.0  # 2026-03-02T12:00:00Z


@pytest.fixture
def campaign(ledger: Ledger) -> Campaign:
    """Return a campaign of 1,000 recipients in two requests."""
    return ledger.create("spring", [(f"999{n:08d}", "Hello") for n in range(1000)], max_recipients=500)


@pytest.fixture
def database(campaign: Campaign, url: str) -> Iterator[Database]:
    """Return the database of the ledger; the campaign runs."""
    opened = open_database(url)
    with opened.write() as connection:
        assert start(connection, 1, NOON)
    yield opened
    opened.close()
    assert campaign.name


def turn_at(database: Database, now: float, mine: Turn | None = None) -> Turn:
    with database.write() as connection:
        found = turn(connection, 1, now, mine)
    assert found is not None
    return found


def sizes(database: Database) -> list[int]:
    with database.read() as connection:
        ready = select(chunks.c.size).where(chunks.c.state == "ready").order_by(chunks.c.sequence)
        return list(connection.scalars(ready))


def post(database: Database, now: float, state: str) -> None:
    with database.write() as connection:
        mine = claim(connection, 1, f"{now}", now)
        assert mine is not None
        told = Outcomes([state] * mine.size, [None] * mine.size, [None] * mine.size)
        assert record(connection, 1, mine, Settled(told, "0", None, now), now)


def test_without_a_rate_it_is_always_ones_turn(database: Database) -> None:
    assert turn_at(database, NOON).at == NOON


def test_turns_follow_each_other_at_the_rate(database: Database, campaign: Campaign) -> None:
    campaign.set(rate=2000)
    turns = [turn_at(database, NOON).at - NOON for _ in range(4)]
    assert turns == [0, 0.25, 0.5, 0.75]


def test_a_request_too_large_for_the_rate_is_cut_in_order(database: Database, campaign: Campaign) -> None:
    campaign.set(rate=800)
    assert turn_at(database, NOON).at == NOON
    assert sizes(database) == [200, 200, 100, 500]
    with database.write() as connection:
        mine = claim(connection, 1, "a", NOON)
    assert mine is not None
    assert mine.size == 200
    assert [each.index for each in campaign.outcomes() if each.state == "in_flight"] == list(range(200))


def test_a_turn_is_kept_until_the_pace_changes(database: Database, campaign: Campaign) -> None:
    campaign.set(rate=1)
    turn_at(database, NOON)
    mine = turn_at(database, NOON)
    assert mine.at == NOON + 1
    assert turn_at(database, NOON, mine) == mine
    campaign.set(rate=1000)
    assert turn_at(database, NOON, mine).at == NOON


def test_a_clock_that_was_put_back_holds_nothing_up(database: Database, campaign: Campaign) -> None:
    campaign.set(rate=2000)
    turn_at(database, NOON + 3600)
    assert turn_at(database, NOON).at == NOON


def test_a_turn_from_before_the_clock_was_put_back_is_worth_nothing(database: Database, campaign: Campaign) -> None:
    campaign.set(rate=1)
    turn_at(database, NOON + 3600)
    mine = turn_at(database, NOON + 3600)
    assert mine.at == NOON + 3601
    assert turn_at(database, NOON, mine).at == NOON


def test_nothing_that_was_not_used_is_caught_up_on(database: Database, campaign: Campaign) -> None:
    campaign.set(rate=2000)
    turn_at(database, NOON)
    turns = [turn_at(database, NOON + 3600).at - NOON for _ in range(2)]
    assert turns == [3600, 3600.25]


def test_its_turn_comes_when_the_hours_are_over(database: Database, campaign: Campaign) -> None:
    campaign.set(not_between=("11:00", "13:00"), zone="UTC")
    closed = turn_at(database, NOON)
    assert closed.at == NOON + 3600
    assert turn_at(database, NOON + 3600, closed).at == NOON + 3600
    campaign.set(not_between=None)
    assert turn_at(database, NOON, closed).at == NOON


def test_a_campaign_that_does_not_run_has_no_turn(database: Database, campaign: Campaign) -> None:
    campaign.pause()
    with database.write() as connection:
        assert turn(connection, 1, NOON, None) is None


def test_the_brake_looks_at_the_last_thousand_since_it_runs(database: Database) -> None:
    post(database, NOON + 1, "accepted")
    post(database, NOON + 2, "rejected")
    with database.read() as connection:
        assert too_much(connection, 1, NOON, {"rejected": 0.6}) is None
        assert "500 of the last 1000 recipients are rejected" in str(too_much(connection, 1, NOON, {"rejected": 0.5}))
        assert "500 of the last 500" in str(too_much(connection, 1, NOON + 1.5, {"rejected": 0.5}))
        assert too_much(connection, 1, NOON + 2.5, {"rejected": 0.5}) is None
        assert too_much(connection, 1, NOON, {"unknown": 0.01}) is None


def test_settings_of_a_campaign_that_has_ended_are_refused(campaign: Campaign) -> None:
    campaign.cancel()
    with pytest.raises(LedgerError, match="has ended"):
        campaign.set(rate=5)


def test_who_waits_for_a_turn_claims_no_more_than_it_is_for(database: Database, campaign: Campaign) -> None:
    campaign.set(rate=800.0)  # so that 500 are cut into 200, 200 and 100
    turns = [turn_at(database, NOON) for _ in range(8)]
    claimed: list[int] = []
    for mine in turns:
        with database.write() as connection:
            assert turn(connection, 1, NOON + 100, mine) == mine
            got = claim(connection, 1, f"{len(claimed)}", NOON)
        claimed.append(0 if got is None else got.size)
    assert claimed == [200, 200, 100, 200, 200, 100, 0, 0]
    with database.read() as connection:
        assert connection.scalar(select(campaigns.c.free_at)) == pytest.approx(NOON + 1000 / 800)


def test_turns_from_before_a_pause_hold_nobody_up(database: Database, campaign: Campaign) -> None:
    campaign.set(rate=4.0)
    old = [turn_at(database, NOON) for _ in range(8)]
    campaign.pause()
    campaign.resume()
    with database.write() as connection:
        assert start(connection, 1, NOON)
    assert old[-1].at > NOON
    assert turn_at(database, NOON, old[-1]).at == NOON
