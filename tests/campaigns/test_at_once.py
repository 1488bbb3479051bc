"""What two processes do at the same moment, in PostgreSQL: what one has read, the other may have changed."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import delete, text, update

import laaffic
from laaffic_campaigns import Campaign, Ledger, LedgerError, Outcome
from laaffic_campaigns._fate.inbox import OLDER, add
from laaffic_campaigns._kept.chunks import Outcomes, unpack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import campaigns, chunks, outcomes
from laaffic_campaigns._protocol.again import recount, take_over, withdraw
from laaffic_campaigns._protocol.pacing.pace import Turn, turn
from laaffic_campaigns._protocol.states import CampaignState
from laaffic_campaigns._protocol.steps import Claimed, Settled, claim, finish, move, record, start
from laaffic_campaigns._protocol.verdicts import Verdict
from laaffic_campaigns._running.posting import unposted
from laaffic_campaigns._running.writing import write_down
from support.beside import Beside, held_up

BACKENDS = ["postgresql"]
FIRST, SECOND = "99900000001", "99900000002"


def test_a_campaign_that_is_cancelled_while_it_is_resumed_stays_cancelled(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello")])
    campaign.pause()
    with database.write() as connection:
        move(connection, campaign._id, CampaignState.CANCELLED, 1.0)
        other = held_up(database, connection, campaign.resume)
    with pytest.raises(LedgerError, match="is cancelled"):
        other.ended()
    assert campaign.status().state == "cancelled"


def test_a_campaign_that_is_paused_by_hand_while_it_is_begun_does_not_run(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello")])

    def begins() -> bool:
        with database.write() as connection:
            return start(connection, campaign._id, 2.0)

    with database.write() as connection:
        move(connection, campaign._id, CampaignState.PAUSED, 1.0, held=True)
        other = held_up(database, connection, begins)
    assert not other.ended()
    assert (campaign.status().state, campaign.status().held) == ("paused", True)


def test_a_campaign_that_ends_while_it_is_set_is_not_set(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello")])
    with database.write() as connection:
        move(connection, campaign._id, CampaignState.CANCELLED, 1.0)
        other = held_up(database, connection, lambda: campaign.set(rate=1))
    with pytest.raises(LedgerError, match="has ended"):
        other.ended()


def claimed(database: Database, campaign: Campaign) -> Claimed:
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        mine = claim(connection, campaign._id, "t1", database.now(connection))
    assert mine is not None
    return mine


def report_of(campaign: Campaign, msg_id: str = "m0") -> laaffic.DeliveryReport:
    wire = next(campaign.outcomes()).wire_order_id
    return laaffic.DeliveryReport(msg_id, laaffic.DeliveryState.SUCCEEDED, order_id=wire)


@pytest.mark.parametrize("verdict", [Verdict(release=True), Verdict(refused=True)])
def test_a_report_that_comes_while_a_request_is_given_back_lets_nobody_be_posted_to_again(
    ledger: Ledger, database: Database, verdict: Verdict
) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello")])
    mine, report = claimed(database, campaign), report_of(campaign)

    def gives_back() -> None:
        with database.write() as connection:
            write_down(connection, campaign._id, replace(unposted(mine), verdict=verdict), 6.0)

    with database.write() as connection:
        add(connection, report, 5.0)
        other = held_up(database, connection, gives_back)
    other.ended()
    status = campaign.status()
    assert (status.accepted, status.unknown, status.to_go) == (1, 1, 0)


@pytest.mark.parametrize("verdict", [Verdict(release=True), Verdict(refused=True)])
def test_a_report_of_what_is_given_back_at_that_moment_pauses(
    ledger: Ledger, database: Database, verdict: Verdict
) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello")])
    mine, report = claimed(database, campaign), report_of(campaign)
    with database.write() as connection:
        write_down(connection, campaign._id, replace(unposted(mine), verdict=verdict), 6.0)
        other = held_up(database, connection, lambda: ledger.add_report(report))
    assert other.ended()
    assert (campaign.status().state, campaign.status().why) == ("paused", OLDER)


def rejected(database: Database, campaign: Campaign) -> Claimed:
    """Post to everybody, who are rejected."""
    mine = claimed(database, campaign)
    told = Settled(Outcomes(["rejected"] * mine.size, [None] * mine.size, [None] * mine.size), "-9", None, 1.0)
    with database.write() as connection:
        record(connection, campaign._id, mine, told, 2.0)
        finish(connection, campaign._id, 2.0)
    return mine


def test_who_has_a_report_that_came_while_they_were_looked_at_is_not_sent_to_again(
    ledger: Ledger, database: Database
) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello")])
    rejected(database, campaign)
    report = report_of(campaign)

    def text(_: Outcome) -> str:
        assert ledger.add_report(report)
        return "Hello"

    assert campaign.resend(rejected=True, content=text).recipients == 0
    assert campaign.status().rejected == 1


def test_who_has_a_report_that_was_folded_while_they_were_looked_at_is_not_sent_to_again(
    ledger: Ledger, database: Database
) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello")])
    rejected(database, campaign)
    report = report_of(campaign)

    def text(_: Outcome) -> str:
        assert ledger.add_report(report)
        assert campaign.status().rejected == 1
        return "Hello"

    assert campaign.resend(rejected=True, content=text).recipients == 0
    assert campaign.status().rejected == 1


@pytest.mark.parametrize("state", ["rejected", "unknown"])
def test_who_has_a_report_before_the_second_message_is_posted_is_taken_out_at_once(
    ledger: Ledger, database: Database, state: str
) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello")])
    mine = rejected(database, campaign)
    report = report_of(campaign)
    assert campaign.resend(rejected=True).recipients == 2
    if state == "unknown":
        with database.write() as connection:
            connection.execute(update(chunks).where(chunks.c.id == mine.id).values(state=state))
            connection.execute(delete(outcomes).where(outcomes.c.chunk == mine.id))
    ledger.add_report(report)
    with database.write() as connection:
        start(connection, campaign._id, 3.0)
        second = claim(connection, campaign._id, "t2", 3.0)
    assert second is not None
    assert unpack_payload(second.payload).numbers == [SECOND]
    status = campaign.status()
    assert (status.in_flight, status.accepted, status.rejected) == (1, state == "unknown", state == "rejected")


@pytest.mark.parametrize("what", ["texts", "numbers"])
def test_who_is_taken_out_while_a_campaign_is_erased_does_not_come_back(
    ledger: Ledger, database: Database, what: str
) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello")])
    mine = rejected(database, campaign)
    campaign.resend(rejected=True)
    campaign.cancel()
    with database.write() as connection:
        assert withdraw(connection, mine.id, [0])
        recount(connection, mine.id)
        erase = campaign.erase_texts if what == "texts" else campaign.erase_numbers
        other = held_up(database, connection, erase)
    other.ended()
    assert [outcome.state for outcome in campaign.outcomes()] == ["rejected", "not_sent"]


def test_what_is_sent_again_while_a_campaign_is_erased_keeps_its_text(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello")])
    mine = rejected(database, campaign)
    with database.write() as connection:
        payload = unpack_payload(mine.payload)
        assert take_over(connection, campaign._id, mine.id, 1, positions=[0], payload=payload, now=3.0)
        other = held_up(database, connection, campaign.erase_texts)
    with pytest.raises(LedgerError, match="has not ended"):
        other.ended()
    assert campaign.preview().texts == ("Hello",)


def test_what_is_erased_while_it_is_to_be_sent_again_is_not(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello")])
    rejected(database, campaign)

    def text(_: Outcome) -> str:
        campaign.erase_numbers()
        return "Hello"

    assert campaign.resend(rejected=True, content=text).recipients == 0
    assert (campaign.status().state, campaign.status().rejected) == ("done", 1)


def test_whose_lock_was_lost_throws_away_nobody_elses_campaign(ledger: Ledger, database: Database, url: str) -> None:
    begun, fails = threading.Event(), threading.Event()

    def cut_off() -> Iterator[tuple[str, str]]:
        yield FIRST, "Hello"
        begun.set()
        fails.wait()
        raise ZeroDivisionError

    def goes_on() -> Iterator[tuple[str, str]]:
        yield SECOND, "Hello"
        fails.set()
        with pytest.raises(ZeroDivisionError):
            filling.ended()

    filling = Beside(lambda: ledger.create("spring", cut_off()))
    begun.wait()
    with database.write() as connection:
        locks = "select pg_terminate_backend(l.pid, 60000) from pg_locks l join pg_stat_activity a on a.pid = l.pid"
        mine = f"l.locktype = 'advisory' and a.application_name like 'laaffic {os.getpid()} %'"
        assert connection.scalars(text(f"{locks} where {mine}")).all() == [True]
    with Ledger(url) as other:
        assert other.create("spring", goes_on()).status().recipients == 1


@pytest.mark.parametrize("due", [False, True])
def test_a_rate_that_is_set_while_a_turn_is_waited_for_is_heeded(
    ledger: Ledger, database: Database, *, due: bool
) -> None:
    campaign = ledger.create("spring", [(f"999{n:08d}", "Hello") for n in range(100)], rate=1000)
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        before = turn(connection, campaign._id, 2.0, None) if due else None

    def waits() -> Turn | None:
        with database.write() as connection:
            return turn(connection, campaign._id, 2.0, before)

    with database.write() as connection:
        values = {"rate": 1.0, "pace": campaigns.c.pace + 1, "free_at": 0.0}
        connection.execute(update(campaigns).values(**values))
        other = held_up(database, connection, waits)
    got = other.ended()
    assert got is not None
    assert got.size == 1
