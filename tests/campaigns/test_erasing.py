"""Numbers are erased, and what was known of them stays."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import laaffic
from laaffic_campaigns import Campaign, Ledger, LedgerError
from laaffic_campaigns._kept.chunks import raw
from laaffic_campaigns._protocol.erasing import ERASED, without_number
from support.server import Server, answer

ROWS = [(f"999{n:08d}", f"Hello, your code is {n:04d}") for n in range(10)]


@pytest.fixture
def campaign(ledger: Ledger) -> Campaign:
    """Return a campaign of ten recipients, of whom two are left out."""
    rows = [*ROWS[:8], ("99900000008 and more", "x"), ROWS[9]]
    return ledger.create("spring", rows, exclude=[ROWS[9][0]], on_invalid="report", max_recipients=3)


def everything(path: Path) -> Iterator[bytes]:
    """Yield what all files of a ledger hold, and what is packed in it."""
    with closing(sqlite3.connect(path)) as connection:
        for table in ("payloads", "outcomes", "incidents"):
            for (content,) in connection.execute(f"select content from laaffic_{table}"):  # noqa: S608  # names from above
                yield raw(content)
    for file in path.parent.iterdir():
        yield file.read_bytes()


def test_numbers_go_and_outcomes_stay(campaign: Campaign, client: laaffic.Client, ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="not ended"):
        campaign.erase_numbers()
    campaign.run(client)
    before, status = list(campaign.outcomes()), campaign.status()
    campaign.erase_numbers()
    after = list(campaign.outcomes())
    assert {each.number for each in after} == {""}
    kept = [(each.index, each.order_id, each.wire_order_id, each.state, each.msg_id) for each in before]
    assert [(each.index, each.order_id, each.wire_order_id, each.state, each.msg_id) for each in after] == kept
    assert campaign.status() == status
    assert ledger.find(number=ROWS[0][0]) == []
    assert len(ledger.find(order_id=before[0].wire_order_id)) == 1
    assert campaign.preview().texts[0] == "Hello, your code is 0000"


def test_no_file_has_a_number_any_more(campaign: Campaign, client: laaffic.Client, path: Path) -> None:
    campaign.run(client)
    assert any(b"9990000" in content for content in everything(path))
    campaign.erase_numbers()
    assert not any(b"9990000" in content for content in everything(path))


def test_reasons_that_quote_a_number_go(ledger: Ledger, client: laaffic.Client, server: Server) -> None:
    campaign = ledger.create("spring", ROWS[:1])
    server.will(answer({"status": "-9", "reason": "not to +999 (0000) 0000"}))
    campaign.run(client)
    campaign.erase_numbers()
    [outcome] = campaign.outcomes()
    assert (outcome.state, outcome.reason) == ("rejected", ERASED)


def test_a_cancelled_campaign_can_be_erased(campaign: Campaign) -> None:
    campaign.cancel()
    campaign.erase_numbers()
    campaign.erase_texts()
    assert {each.state for each in campaign.outcomes()} == {"not_sent"}


@pytest.mark.parametrize(
    ("reason", "stays"),
    [
        (None, True),
        ("status -9, HTTP 429", True),
        ("at most 1,024 characters", True),
        ("99900000001", False),
        ("999-00.0 (00001", False),
        ("٩٩٩٠٠٠٠٠٠٠١", False),
    ],
)
def test_what_may_be_a_number_is_told_from_other_figures(reason: str | None, stays: bool) -> None:
    assert (without_number(reason) == reason) is stays
