"""Delivery reports that are pushed or asked for are kept beside the outcomes, in any order."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from sqlalchemy import func, select, update

import laaffic
from laaffic_campaigns import Campaign, Ledger, LedgerError, Outcome
from laaffic_campaigns._fate.folding import OTHER_ID, OTHER_NUMBER
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import chunks, reports
from laaffic_campaigns._protocol.steps import claim, start, sweep
from laaffic_campaigns._protocol.verdicts import Verdict
from laaffic_campaigns._running.posting import unposted
from laaffic_campaigns._running.writing import REPORTED, write_down
from support.provider import Provider
from support.server import Server

NUMBERS = [f"9990000000{n}" for n in range(3)]
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def provider(server: Server) -> Provider:
    """Return who responds to the client."""
    made = Provider()
    server.will(made)
    return made


@pytest.fixture
def campaign(ledger: Ledger) -> Campaign:
    """Return a campaign of one request."""
    return ledger.create("spring", [(number, "Hello") for number in NUMBERS])


def told(campaign: Campaign) -> list[Outcome]:
    return list(campaign.outcomes())


def report(
    msg_id: str,
    state: str = "succeeded",
    *,
    order_id: str | None = None,
    number: str | None = None,
    reason: str | None = None,
) -> laaffic.DeliveryReport:
    found = laaffic.DeliveryState(state)
    return laaffic.DeliveryReport(msg_id, found, order_id=order_id, number=number, reason=reason, received_at=AT)


def kept(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(reports)) or 0


def wires(campaign: Campaign) -> list[str]:
    return [str(outcome.wire_order_id) for outcome in campaign.outcomes()]


def test_a_pushed_report_is_told_and_counted(
    ledger: Ledger, database: Database, campaign: Campaign, client: laaffic.Client
) -> None:
    campaign.run(client)
    first, second, _ = wires(campaign)
    assert ledger.add_report(report("m0", order_id=first)) is True
    assert ledger.add_report(report("m1", "failed", order_id=second, reason="EXPIRED")) is True
    status = campaign.status()
    assert (status.delivered, status.failed, status.not_final, status.accepted) == (1, 1, 1, 3)
    assert status.as_dict()["not_final"] == 1
    outcomes = told(campaign)
    assert [outcome.delivery for outcome in outcomes] == ["succeeded", "failed", None]
    assert outcomes[1].delivery_reason == "EXPIRED"
    assert outcomes[0].delivered_at == AT.timestamp()
    assert kept(database) == 0


def test_reports_may_come_twice_and_before_the_outcome_is_written_down(
    ledger: Ledger, campaign: Campaign, client: laaffic.Client, provider: Provider
) -> None:
    one = report("m0", order_id=wires(campaign)[0])

    def pushed(_: list[str]) -> bool:
        assert ledger.add_report(one) is ledger.add_report(one) is True
        assert told(campaign)[0].delivery is None
        return False

    provider.lose = pushed
    campaign.run(client)
    ledger.add_report(one)
    assert campaign.status().delivered == 1
    ledger.add_report(one)
    assert campaign.status().delivered == 1
    assert told(campaign)[0].delivery_reason is None


def test_a_report_with_an_order_id_of_ours_settles_who_is_unknown(
    ledger: Ledger, campaign: Campaign, client: laaffic.Client, provider: Provider
) -> None:
    provider.lose = lambda _: True
    campaign.run(client)
    ledger.add_report(report("m0", "failed", order_id=wires(campaign)[0], number=NUMBERS[0]))
    first = told(campaign)[0]
    assert (first.state, first.msg_id, first.delivery) == ("accepted", "m0", "failed")
    status = campaign.status()
    assert (status.accepted, status.unknown, status.failed) == (1, 2, 1)


def test_a_report_about_another_number_settles_nobody_and_is_not_forgotten(
    ledger: Ledger, campaign: Campaign, client: laaffic.Client, provider: Provider
) -> None:
    provider.lose = lambda _: True
    campaign.run(client)
    ledger.add_report(report("m0", order_id=wires(campaign)[0], number=NUMBERS[1]))
    first = told(campaign)[0]
    assert (first.state, first.delivery_reason) == ("unknown", OTHER_NUMBER)


def test_of_two_message_ids_for_one_order_id_the_first_counts_and_the_other_is_told(
    ledger: Ledger, campaign: Campaign, client: laaffic.Client, provider: Provider
) -> None:
    provider.lose = lambda _: True
    campaign.run(client)
    wire = wires(campaign)[0]
    for msg_id in ("m0", "m9"):
        ledger.add_report(report(msg_id, order_id=wire))
    first = told(campaign)[0]
    assert (first.state, first.msg_id, first.delivery_reason) == ("accepted", "m0", OTHER_ID)


@pytest.mark.parametrize("order", list(permutations(["pending", "succeeded", "failed"])))
def test_what_is_final_stays_and_a_contradiction_is_told(
    ledger: Ledger, campaign: Campaign, client: laaffic.Client, order: tuple[str, ...]
) -> None:
    campaign.run(client)
    wire = wires(campaign)[0]
    for state in order:
        ledger.add_report(report("m0", state, order_id=wire))
        campaign.status()
    first, second = [state for state in order if state != "pending"]
    outcome = told(campaign)[0]
    assert outcome.delivery == first
    assert outcome.delivery_reason == f"another report says that it {second}"


def test_a_report_for_who_was_rejected_is_told_as_a_contradiction(
    ledger: Ledger, client: laaffic.Client, provider: Provider
) -> None:
    provider.refuse = lambda _: True
    campaign = ledger.create("spring", [(NUMBERS[0], "Hello")])
    campaign.run(client)
    ledger.add_report(report("m0", order_id=wires(campaign)[0]))
    (outcome,) = told(campaign)
    assert (outcome.state, outcome.delivery) == ("rejected", None)
    assert outcome.delivery_reason == "a report says that it succeeded"


def test_a_report_for_somebody_to_whom_nothing_was_posted_pauses(ledger: Ledger, campaign: Campaign) -> None:
    ledger.add_report(report("m0", order_id=wires(campaign)[0]))
    status = campaign.status()
    assert status.state == "paused"
    assert "older than what was sent" in str(status.why)


def test_what_is_certainly_of_nobody_is_not_kept(ledger: Ledger, database: Database, campaign: Campaign) -> None:
    assert ledger.add_report(report("m0", order_id=wires(campaign)[0].rsplit("-", 1)[0] + "-7")) is False
    assert ledger.add_report(report("m0", "not_found")) is False
    assert kept(database) == 0


@pytest.mark.parametrize("reported_first", [True, False])
def test_a_message_id_is_given_once_when_the_caller_posts_an_order_id_of_ours_again(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider, *, reported_first: bool
) -> None:
    provider.lose = lambda _: True
    spring = ledger.create("spring", [(NUMBERS[0], "Hello")])
    spring.run(client)
    provider.lose = lambda _: False
    summer = ledger.create("summer", [(NUMBERS[0], "Hello", wires(spring)[0])])
    pushed = report("m1", order_id=wires(spring)[0], number=NUMBERS[0])
    if reported_first:
        ledger.add_report(pushed)
        assert told(spring)[0].msg_id == "m1"  # there is nobody else yet
    summer.run(client)
    if not reported_first:
        ledger.add_report(pushed)
    assert [(one.state, one.msg_id) for one in told(spring)] == [("unknown", None)]
    assert [(one.state, one.msg_id) for one in told(summer)] == [("accepted", "m1")]
    if not reported_first:
        assert told(summer)[0].delivery == "succeeded"
    assert kept(database) == 0


def test_an_order_id_of_the_callers_may_look_like_one_of_ours(
    ledger: Ledger, database: Database, client: laaffic.Client
) -> None:
    campaign = ledger.create("spring", [(NUMBERS[0], "Hello", "springsale-12-3")])
    campaign.run(client)
    assert ledger.add_report(report("m0", order_id="springsale-12-3", number=NUMBERS[0])) is None
    campaign.refresh_reports(client)
    assert told(campaign)[0].delivery == "succeeded"
    assert kept(database) == 0


@pytest.mark.parametrize("named", ["{}-99999999999-0", "{}-s99999999999-0", "abcdefghij-" + "9" * 5000 + "-0"])
def test_an_order_id_with_more_digits_than_an_integer_harms_nothing(
    ledger: Ledger, campaign: Campaign, named: str
) -> None:
    order_id = named.format(wires(campaign)[0].split("-", maxsplit=1)[0])
    assert ledger.add_report(report("m0", order_id=order_id)) is None
    assert list(ledger.find(order_id=order_id)) == []


def test_of_a_huge_report_only_the_beginning_is_kept(
    ledger: Ledger, campaign: Campaign, client: laaffic.Client
) -> None:
    campaign.run(client)
    huge = Random(1).randbytes(20_000).hex()  # nothing that a database could compress
    assert ledger.add_report(report("elsewhere", order_id=huge, number=huge)) is None
    assert ledger.add_report(report("m0", "failed", order_id=wires(campaign)[0], reason="\0\ud800" + huge)) is True
    campaign.refresh_reports(client)
    assert [len(outcome.delivery_reason or "") for outcome in told(campaign)] == [500, 0, 0]


def test_a_report_with_an_order_id_of_the_callers_is_found_by_its_message_id(
    ledger: Ledger, database: Database, client: laaffic.Client
) -> None:
    campaign = ledger.create("spring", [(number, "Hello", f"order-{number}") for number in NUMBERS])
    campaign.run(client)
    assert ledger.add_report(report("m0", order_id=f"order-{NUMBERS[0]}", number=NUMBERS[0])) is None
    assert ledger.add_report(report("elsewhere", number="99900000099")) is None
    assert campaign.refresh_reports(client).asked == 2
    assert told(campaign)[0].delivery == "succeeded"
    assert kept(database) == 0


def test_who_is_unknown_and_has_an_order_id_of_the_callers_is_settled_by_a_kept_report(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    provider.lose = lambda _: True
    campaign = ledger.create("spring", [(NUMBERS[0], "Hello", "a"), (NUMBERS[0], "Hello", "b")])
    campaign.run(client)
    provider.book.clear()
    ledger.add_report(report("m0", order_id="b", number=NUMBERS[0]))
    assert campaign.refresh_reports(client).asked == 0
    assert kept(database) == 1  # it may be about one of them
    assert campaign.reconcile(client).found == 1
    assert [(outcome.state, outcome.delivery) for outcome in told(campaign)] == [
        ("unknown", None),
        ("accepted", "succeeded"),
    ]
    assert kept(database) == 0


def test_what_is_no_report_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="DeliveryReport"):
        ledger.add_report({"msgid": "1"})  # type: ignore[arg-type]  # what is tested


def test_who_is_not_final_is_asked_about(campaign: Campaign, client: laaffic.Client, provider: Provider) -> None:
    campaign.run(client)
    provider.book[1].state, provider.book[2].state = "-1", None
    found = campaign.refresh_reports(client)
    assert found.as_dict() == {"asked": 3, "succeeded": 1, "failed": 0, "pending": 1, "not_found": 1}
    assert [outcome.delivery for outcome in told(campaign)] == ["succeeded", "pending", "not_found"]
    provider.book[1].state = provider.book[2].state = "1"
    assert campaign.refresh_reports(client).asked == 2
    assert campaign.refresh_reports(client).asked == 0
    assert campaign.status().failed == 2


def test_the_same_is_asked_without_blocking(campaign: Campaign, client: laaffic.Client, server: Server) -> None:
    campaign.run(client)

    async def refreshed() -> int:
        async with laaffic.AsyncClient(base_url=server.url) as other:
            return (await campaign.refresh_reports_async(other)).succeeded

    assert asyncio.run(refreshed()) == 3


def test_an_error_ends_refreshing_and_what_was_known_is_kept(
    ledger: Ledger, client: laaffic.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = ledger.create("spring", [(f"999{n:08d}", "Hello") for n in range(450)], max_recipients=150)
    campaign.run(client)
    asked = client.get_reports
    calls: list[int] = []

    def fails_the_second_time(msg_ids: list[str]) -> list[laaffic.DeliveryReport]:
        calls.append(len(msg_ids))
        if len(calls) == 2:
            raise laaffic.TooFrequentError("-15")
        return asked(msg_ids)

    monkeypatch.setattr(client, "get_reports", fails_the_second_time)
    with pytest.raises(laaffic.TooFrequentError):
        campaign.refresh_reports(client)
    assert campaign.status().delivered == 200
    assert campaign.refresh_reports(client).asked == 250
    assert calls == [200, 200, 200, 50]


def test_only_what_was_not_asked_about_lately_is_asked_about(
    database: Database, campaign: Campaign, client: laaffic.Client, provider: Provider
) -> None:
    campaign.run(client)
    for message in provider.book:
        message.state = None
    hour = timedelta(hours=1)
    assert campaign.refresh_reports(client, older_than=hour).asked == 0
    with database.write() as connection:
        connection.execute(update(chunks).values(posted_at=chunks.c.posted_at - 7200))
    assert campaign.refresh_reports(client, older_than=hour).asked == 3
    assert campaign.refresh_reports(client, older_than=3600).asked == 0
    assert campaign.refresh_reports(client).asked == 3
    with pytest.raises(LedgerError, match="older_than"):
        campaign.refresh_reports(client, older_than=-1)


def test_numbers_are_erased_from_reports_too(ledger: Ledger, client: laaffic.Client) -> None:
    campaign = ledger.create("spring", [(NUMBERS[0], "Hello")])
    campaign.run(client)
    ledger.add_report(
        report("m0", "failed", order_id=wires(campaign)[0], number=NUMBERS[0], reason=f"no route to {NUMBERS[0]}")
    )
    assert NUMBERS[0] in str(told(campaign)[0].delivery_reason)
    campaign.erase_numbers()
    (outcome,) = told(campaign)
    assert outcome.delivery == "failed"
    assert NUMBERS[0] not in str(outcome.as_dict())


def test_what_is_reported_after_the_numbers_are_erased_brings_none_back(ledger: Ledger, client: laaffic.Client) -> None:
    campaign = ledger.create("spring", [(NUMBERS[0], "Hello")])
    campaign.run(client)
    campaign.erase_numbers()
    why = f"no route to {NUMBERS[0]}"
    ledger.add_report(report("m0", "failed", order_id=wires(campaign)[0], number=NUMBERS[0], reason=why))
    (outcome,) = told(campaign)
    assert outcome.delivery == "failed"
    assert NUMBERS[0] not in str(outcome.as_dict())


def test_a_report_of_a_message_id_that_was_given_by_count_is_told_where_it_was_given(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    provider.lose = lambda _: True
    spring, summer = (ledger.create(name, [(NUMBERS[0], "Hello")]) for name in ("spring", "summer"))
    for campaign in (spring, summer):
        campaign.run(client)
    provider.book.reverse()
    assert spring.reconcile(client).found == 1
    ledger.add_report(report("m1", order_id=wires(summer)[0]))
    assert (told(spring)[0].msg_id, told(summer)[0].state) == ("m1", "unknown")
    assert summer.reconcile(client).found == 1
    assert told(summer)[0].msg_id == "m0"
    assert kept(database) == 0


def test_a_report_settles_who_a_killed_process_had_in_flight(
    ledger: Ledger, database: Database, campaign: Campaign
) -> None:
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        claim(connection, campaign._id, "t1", 5.0)
    ledger.add_report(report("m0", order_id=wires(campaign)[0]))
    assert campaign.status().in_flight == 3
    with database.write() as connection:
        sweep(connection)
    status = campaign.status()
    assert (status.accepted, status.unknown, status.delivered) == (1, 2, 1)


@pytest.mark.parametrize("verdict", [Verdict(release=True), Verdict(refused=True)])
def test_where_a_report_came_no_refusal_lets_anybody_be_posted_to_again(
    ledger: Ledger, database: Database, campaign: Campaign, verdict: Verdict
) -> None:
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        mine = claim(connection, campaign._id, "t1", 5.0)
    assert mine is not None
    ledger.add_report(report("m0", order_id=wires(campaign)[0]))
    with database.write() as connection:
        write_down(connection, campaign._id, replace(unposted(mine), verdict=verdict), 6.0)
    status = campaign.status()
    assert (status.accepted, status.unknown, status.to_go) == (1, 2, 0)
    assert told(campaign)[1].reason == REPORTED


def test_what_is_given_back_once_more_after_others_have_posted_it_pauses_nothing(
    ledger: Ledger, database: Database, campaign: Campaign
) -> None:
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        mine = claim(connection, campaign._id, "t1", 5.0)
        assert mine is not None
        write_down(connection, campaign._id, unposted(mine), 6.0)
        claim(connection, campaign._id, "t2", 7.0)
    ledger.add_report(report("m0", order_id=wires(campaign)[0]))
    with database.write() as connection:
        assert write_down(connection, campaign._id, unposted(mine), 8.0)
    assert campaign.status().state == "running"
