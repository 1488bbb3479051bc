"""What two processes do at the same moment, in PostgreSQL: what one has read, the other may have changed."""

from dataclasses import replace

import pytest

import laaffic
from laaffic_campaigns import Campaign, Ledger, LedgerError
from laaffic_campaigns._fate.inbox import OLDER, add
from laaffic_campaigns._kept.database import Database
from laaffic_campaigns._protocol.states import CampaignState
from laaffic_campaigns._protocol.steps import Claimed, claim, move, start
from laaffic_campaigns._protocol.verdicts import Verdict
from laaffic_campaigns._running.posting import unposted
from laaffic_campaigns._running.writing import write_down
from support.beside import held_up

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
