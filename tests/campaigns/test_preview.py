"""What a campaign tells before anything is sent."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

import laaffic
from laaffic_campaigns import BadRow, Campaign, Ledger, LedgerError
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.opening import open_database
from laaffic_campaigns._kept.schema import campaigns, chunks
from laaffic_campaigns._protocol.splitting import split
from laaffic_campaigns._telling.counting import SegmentCount

ROWS = [(f"999{n:08d}", f"Hello, your code is {n:04d}") for n in range(10)]
CHARACTERS = st.sampled_from("aZ é\n{€^中😀\x00")


@given(st.lists(st.tuples(st.text(CHARACTERS, max_size=200), st.integers(1, 3)), max_size=6))
@example([("x" * 153 + "{" * 4, 1), ("x" * 161, 2)])
@example([("中" * 71, 1), ("é" * 161, 1), ("😀" * 34, 1), ("é{" * 54, 1)])
def test_segments_are_those_that_laaffic_counts(texts: list[tuple[str, int]]) -> None:
    counted = SegmentCount()
    counted.add([text for text, _ in texts], [size for _, size in texts])
    each = [(laaffic.segments(text), size) for text, size in texts]
    for encoding in ("GSM-7", "UCS-2"):
        parts = [found.parts * size for found, size in each if found.encoding == encoding]
        recipients = [size for found, size in each if found.encoding == encoding]
        assert (counted.segments[encoding], counted.recipients[encoding]) == (sum(parts), sum(recipients))
    assert counted.most == max((found.parts for found, _ in each), default=0)
    assert counted.longest == max((len(text) for text, _ in texts), default=0)


def test_it_counts_who_gets_something_and_who_is_left_out(ledger: Ledger) -> None:
    rows = [*ROWS, ROWS[0], ("12", "Hello"), ("99900000011", " ")]
    campaign = ledger.create("spring", rows, exclude=[ROWS[1][0]], unique=True, on_invalid="report", max_recipients=3)
    preview = campaign.preview()
    counts = (preview.recipients, preview.invalid, preview.excluded, preview.duplicates)
    assert counts == (9, 2, 1, 1)
    assert sum(counts) == campaign.status().recipients
    assert [row.index for row in preview.bad_rows] == [11, 12]
    assert "2 digits" in preview.bad_rows[0].reason


def test_the_first_ten_bad_rows_are_told(ledger: Ledger) -> None:
    preview = ledger.create("spring", [("12", "x")] * 1500 + ROWS, on_invalid="report", max_recipients=7).preview()
    assert preview.invalid == 1500
    assert [row.index for row in preview.bad_rows] == list(range(10))


def test_a_campaign_in_which_everybody_is_left_out_has_no_text(ledger: Ledger) -> None:
    preview = ledger.create("spring", ROWS, exclude=[number for number, _ in ROWS]).preview("0.01")
    assert (preview.recipients, preview.texts, preview.longest, preview.segments) == (0, (), 0, 0)
    assert preview.estimate == 0


def test_three_texts_are_shown_as_they_are_sent(ledger: Ledger) -> None:
    records = [{"number": number, "name": f"<{at}>"} for at, (number, _) in enumerate(ROWS)]
    campaign = ledger.create("spring", records, template="Hi {name}", max_recipients=2)
    assert campaign.preview().texts == ("Hi <0>", "Hi <5>", "Hi <9>")


def test_the_three_texts_follow_the_rows_also_after_chunks_were_cut(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", ROWS, max_recipients=5)
    with database.write() as connection:
        first = connection.scalar(select(func.min(chunks.c.id)))
        assert split(connection, first or 0, 2)
    assert campaign.preview().texts == (ROWS[0][1], ROWS[4][1], ROWS[9][1])


def test_of_many_chunks_the_text_in_the_middle_is_one_from_the_middle(ledger: Ledger) -> None:
    rows = [(f"999{n:08d}", f"Hello {n}") for n in range(1000)]
    first, middle, last = ledger.create("spring", rows, max_recipients=2).preview().texts
    assert (first, last) == ("Hello 0", "Hello 999")
    assert 480 < int(middle.removeprefix("Hello ")) < 520


def test_a_text_that_all_get_is_shown_once(ledger: Ledger) -> None:
    assert ledger.create("spring", [laaffic.Message(["9990000001", "9990000002"], "Hello")]).preview().texts == (
        "Hello",
    )


def test_segments_are_counted_for_each_recipient_and_cost_the_price(ledger: Ledger) -> None:
    to = ["99900000001", "99900000002"]
    preview = ledger.create("spring", [laaffic.Message(to, "中" * 71), *ROWS]).preview(price=Decimal("0.0075"))
    assert preview.segments_by_encoding == {"GSM-7": 10, "UCS-2": 4}
    assert preview.recipients_by_encoding == {"GSM-7": 10, "UCS-2": 2}
    assert (preview.segments, preview.most_segments, preview.longest) == (14, 2, 71)
    assert preview.estimate == Decimal("0.1050")


@pytest.mark.parametrize("price", [0.01, True, "much", "-1", "NaN", Decimal("Infinity")])
def test_a_price_that_is_none_is_refused(ledger: Ledger, price: Any) -> None:
    with pytest.raises(LedgerError, match="price must be"):
        ledger.create("spring", ROWS).preview(price)


def test_the_rate_says_how_long_it_takes(ledger: Ledger, path: Any) -> None:
    campaign = ledger.create("spring", ROWS)
    assert (campaign.preview().rate, campaign.preview().seconds) == (None, None)
    database = open_database(f"sqlite:///{path}")
    with database.write() as connection:
        connection.execute(update(campaigns).values(rate=4.0))
    database.close()
    assert (campaign.preview().rate, campaign.preview().seconds) == (4.0, 2.5)


def test_it_is_the_same_after_a_run(ledger: Ledger, client: laaffic.Client) -> None:
    campaign = ledger.create("spring", [*ROWS, ("12", "x")], on_invalid="report", max_recipients=2)
    before = campaign.preview()
    assert campaign.run(client).accepted == 10
    assert campaign.preview() == before


def test_erased_texts_cannot_be_counted(ledger: Ledger, client: laaffic.Client) -> None:
    campaign = ledger.create("spring", ROWS)
    campaign.run(client)
    campaign.erase_texts()
    with pytest.raises(LedgerError, match="texts of this campaign are erased"):
        campaign.preview()


def test_it_is_json_and_its_repr_shows_no_text(ledger: Ledger) -> None:
    campaign: Campaign = ledger.create("spring", [*ROWS, ("12", "x")], on_invalid="report")
    preview = campaign.preview("0.01")
    told = json.loads(json.dumps(preview.as_dict()))
    assert (told["texts"], told["estimate"], told["bad_rows"][0]["index"]) == (list(preview.texts), "0.10", 10)
    assert "Hello" not in repr(preview)
    assert preview.bad_rows == (BadRow(10, preview.bad_rows[0].reason),)
