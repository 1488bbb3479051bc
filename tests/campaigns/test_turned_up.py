"""Whose earlier message turns up before they are posted to again are posted to no more, by whatever way they came."""

import pytest

import laaffic
from laaffic_campaigns import Campaign, Ledger
from laaffic_campaigns._fate.folding import fold_reports
from laaffic_campaigns._kept.chunks import Outcomes, unpack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._protocol.again import take_over
from laaffic_campaigns._protocol.settling import Shown, settle, standing
from laaffic_campaigns._protocol.steps import Claimed, Settled, claim, record, start
from laaffic_campaigns._protocol.verdicts import Verdict
from laaffic_campaigns._running.posting import Posted, unposted
from laaffic_campaigns._running.writing import write_down

NUMBERS = ["99900000001", "99900000002", "99900000003"]


@pytest.fixture
def campaign(ledger: Ledger) -> Campaign:
    """Return a campaign of one request."""
    return ledger.create("spring", [(number, "Hello") for number in NUMBERS])


def claimed(database: Database, campaign: Campaign, token: str) -> Claimed:
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        mine = claim(connection, campaign._id, token, 1.0)
    assert mine is not None
    return mine


def posted(database: Database, campaign: Campaign, token: str, state: str) -> Claimed:
    """Post what is next; return what it was."""
    mine = claimed(database, campaign, token)
    told = Settled(Outcomes([state] * mine.size, [None] * mine.size, [None] * mine.size), None, None, 1.0)
    with database.write() as connection:
        assert record(connection, campaign._id, mine, told, 2.0)
    return mine


def sent_again(database: Database, campaign: Campaign, before: Claimed) -> int | None:
    """Let everybody of a request be sent to again."""
    with database.write() as connection:
        there = standing(connection, before.id)
        assert there is not None
        payload, everybody = unpack_payload(before.payload), list(range(before.size))
        return take_over(
            connection, campaign._id, before.id, there.version, positions=everybody, payload=payload, now=3.0
        )


def turns_up(database: Database, before: Claimed, position: int = 0) -> None:
    with database.write() as connection:
        there = standing(connection, before.id)
        assert there is not None
        assert settle(connection, before.id, there.version, {position: Shown("m0")}, {}) == [position]


def to_go(database: Database, campaign: Campaign) -> list[str]:
    numbers = list[str]()
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        while (mine := claim(connection, campaign._id, f"t{len(numbers)}x", 1.0)) is not None:
            numbers += unpack_payload(mine.payload).numbers
    return sorted(numbers)


def counts(campaign: Campaign) -> dict[str, int]:
    status = campaign.status().as_dict()
    names = ("to_go", "in_flight", "accepted", "rejected", "not_sent", "unknown", "sent_twice")
    assert sorted(outcome.number for outcome in campaign.outcomes()) == NUMBERS
    return {name: status[name] for name in names if status[name]}


@pytest.mark.parametrize("verdict", [Verdict(release=True), Verdict(refused=True)])
def test_while_the_second_request_was_claimed_and_nothing_of_it_was_sent(
    database: Database, campaign: Campaign, verdict: Verdict
) -> None:
    first = posted(database, campaign, "t1", "unknown")
    sent_again(database, campaign, first)
    second = claimed(database, campaign, "t2")
    turns_up(database, first)
    assert counts(campaign) == {"in_flight": 3, "sent_twice": 1}
    with database.write() as connection:
        write_down(connection, campaign._id, Posted(second, unposted(second).settled, verdict), 4.0)
    assert counts(campaign) == {"accepted": 1, "to_go": 2}
    assert to_go(database, campaign) == NUMBERS[1:]


def test_while_the_third_request_waits(database: Database, campaign: Campaign) -> None:
    first = posted(database, campaign, "t1", "unknown")
    sent_again(database, campaign, first)
    second = posted(database, campaign, "t2", "unknown")
    sent_again(database, campaign, second)
    turns_up(database, first)
    assert counts(campaign) == {"unknown": 1, "to_go": 2, "sent_twice": 1}
    assert to_go(database, campaign) == NUMBERS[1:]


def test_while_the_third_request_was_claimed_and_nothing_of_it_was_sent(database: Database, campaign: Campaign) -> None:
    first = posted(database, campaign, "t1", "unknown")
    sent_again(database, campaign, first)
    second = posted(database, campaign, "t2", "rejected")
    sent_again(database, campaign, second)
    third = claimed(database, campaign, "t3")
    turns_up(database, first)
    with database.write() as connection:
        write_down(connection, campaign._id, unposted(third), 4.0)
    assert counts(campaign) == {"rejected": 1, "to_go": 2, "sent_twice": 1}
    assert to_go(database, campaign) == NUMBERS[1:]


@pytest.mark.parametrize("state", ["unknown", "rejected"])
def test_before_they_are_sent_to_once_more(database: Database, campaign: Campaign, state: str) -> None:
    first = posted(database, campaign, "t1", "unknown")
    sent_again(database, campaign, first)
    second = posted(database, campaign, "t2", state)
    turns_up(database, first)
    assert sent_again(database, campaign, second) is None


def test_and_the_command_leaves_them_out_and_says_why(database: Database, campaign: Campaign) -> None:
    first = posted(database, campaign, "t1", "unknown")
    sent_again(database, campaign, first)
    posted(database, campaign, "t2", "rejected")
    turns_up(database, first)
    done = campaign.resend(rejected=True)
    assert (done.recipients, [each.recipients for each in done.excluded]) == (2, [1])
    assert "accepted" in done.excluded[0].why
    assert counts(campaign) == {"rejected": 1, "to_go": 2, "sent_twice": 1}


def test_by_a_report_without_an_order_id(ledger: Ledger, database: Database, campaign: Campaign) -> None:
    first = claimed(database, campaign, "t1")
    told = Settled(Outcomes(["rejected"] * 3, ["m0", "m1", "m2"], [None] * 3), None, None, 1.0)
    with database.write() as connection:
        record(connection, campaign._id, first, told, 2.0)
    sent_again(database, campaign, first)
    ledger.add_report(laaffic.DeliveryReport("m0", laaffic.DeliveryState.SUCCEEDED, number=NUMBERS[0]))
    fold_reports(database, matching=True)
    assert counts(campaign) == {"rejected": 1, "to_go": 2}
    assert to_go(database, campaign) == NUMBERS[1:]
