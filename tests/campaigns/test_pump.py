"""One worker's share of a campaign."""

import pytest

import laaffic
from laaffic_campaigns import Campaign, Ledger, LedgerError, NoSuchCampaignError, pump
from support.server import Connection, Server, answer, success


@pytest.fixture
def campaign(ledger: Ledger) -> Campaign:
    """Return a campaign of ten recipients in ten requests."""
    return ledger.create("spring", [(f"999{n:08d}", "Hello") for n in range(10)], max_recipients=1)


def test_it_posts_until_nothing_is_left(ledger: Ledger, campaign: Campaign, client: laaffic.Client) -> None:
    assert not pump(ledger, campaign.name, client=client)
    assert campaign.status().state == "done"


def test_it_ends_with_its_time_and_says_that_there_is_more(
    ledger: Ledger, campaign: Campaign, client: laaffic.Client, server: Server
) -> None:
    def slow(connection: Connection) -> bool:
        connection.stopping.wait(0.2)
        return success(connection)

    server.will(slow)
    assert pump(ledger, campaign.name, 0.1, client=client)
    assert campaign.status().state == "running"
    assert len(server.posts) <= 1  # none, where this machine is slow
    server.will(success)
    assert not pump(ledger, campaign.name, client=client)
    assert len(server.posts) == 10


def test_one_that_paused_goes_on_only_by_hand(
    ledger: Ledger, campaign: Campaign, client: laaffic.Client, server: Server
) -> None:
    server.will(answer({"status": "-10", "reason": "no money"}), success)
    assert not pump(ledger, campaign.name, client=client)
    assert not pump(ledger, campaign.name, client=client)
    assert len(server.posts) == 1
    assert campaign.run(client).state == "done"


def test_it_makes_ledger_and_client_by_itself(
    campaign: Campaign, server: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", server.url)
    assert not pump(url, campaign.name)
    assert campaign.status().accepted == 10


def test_what_cannot_be_pumped_is_refused(ledger: Ledger, campaign: Campaign, client: laaffic.Client) -> None:
    with pytest.raises(NoSuchCampaignError):
        pump(ledger, "summer", client=client)
    with pytest.raises(LedgerError, match="seconds must be"):
        pump(ledger, campaign.name, 0, client=client)
