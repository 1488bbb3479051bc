"""What two processes do at the same moment, in PostgreSQL: what one has read, the other may have changed."""

import pytest

from laaffic_campaigns import Ledger, LedgerError
from laaffic_campaigns._kept.database import Database
from laaffic_campaigns._protocol.states import CampaignState
from laaffic_campaigns._protocol.steps import move, start
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
