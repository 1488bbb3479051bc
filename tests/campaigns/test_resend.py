"""Sending again is a person's command: with guards, once, and everybody counts once."""

import pytest
from sqlalchemy import select, update

import laaffic
from laaffic_campaigns import Campaign, Ledger, LedgerError
from laaffic_campaigns._fate.resending import Clocks, seconds_left
from laaffic_campaigns._kept.chunks import Outcomes
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import chunks, ledgers, resends
from laaffic_campaigns._protocol.splitting import split
from laaffic_campaigns._protocol.steps import Settled, claim, record, release, start, sweep
from support.provider import Provider
from support.server import Server

FIRST, SECOND = "99900000001", "99900000002"
HOURS = 3 * 3600.0


@pytest.fixture
def provider(server: Server) -> Provider:
    """Return who responds to the client."""
    made = Provider()
    server.will(made)
    return made


@pytest.fixture
def lost(ledger: Ledger, client: laaffic.Client, provider: Provider) -> Campaign:
    """Return a campaign whose two recipients are unknown; the provider has not finished with them."""
    provider.lose = lambda _: True
    campaign = ledger.create("spring", [(FIRST, "Hello", "mine"), (SECOND, "Hi")])
    campaign.run(client)
    for message in provider.book:
        message.state = None
    provider.lose = lambda _: False
    return campaign


def passes(database: Database, seconds: float = HOURS) -> None:
    """Let time pass for what was posted."""
    moved = {name: chunks.c[name] - seconds for name in ("claimed_at", "posted_at", "recorded_at")}
    with database.write() as connection:
        connection.execute(update(chunks).values(**moved))


def adds_up(campaign: Campaign) -> bool:
    status = campaign.status()
    parts = (status.to_go, status.in_flight, status.accepted, status.rejected, status.not_sent, status.unknown)
    outcomes = [outcome.number for outcome in campaign.outcomes()]
    return sum(parts) == status.recipients == len(outcomes) == len(set(outcomes))


def test_nobody_is_sent_to_again_while_the_first_request_may_be_accepted(
    lost: Campaign, client: laaffic.Client, provider: Provider
) -> None:
    done = lost.resend(client, unknown=True)
    assert (done.recipients, done.excluded[0].recipients) == (0, 2)
    assert "too early" in done.excluded[0].why
    assert done.not_before is not None
    provider.ahead = HOURS  # a clock alone may have been set just now
    assert lost.resend(client, unknown=True).recipients == 0
    assert lost.status().state == "done"


def test_who_has_no_record_is_sent_to_again_once(
    lost: Campaign, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    passes(database)
    planned = lost.resend(client, unknown=True, dry_run=True)
    assert (planned.recipients, planned.uncertain, planned.requests, planned.excluded) == (2, 2, 1, ())
    assert lost.status().state == "done"
    assert lost.resend(client, unknown=True).recipients == 2
    assert lost.status().state == "ready"
    assert (lost.status().to_go, lost.status().unknown) == (2, 0)
    assert adds_up(lost)
    assert lost.resend(client, unknown=True).recipients == 0
    lost.run(client)
    assert (lost.status().state, lost.status().accepted) == ("done", 2)
    assert [len(provider.taken(number)) for number in (FIRST, SECOND)] == [2, 2]
    assert adds_up(lost)
    first = next(lost.outcomes())
    assert (first.order_id, first.index, first.state, first.earlier[0].state) == ("mine", 0, "accepted", "unknown")
    assert first.earlier[0].wire_order_id == "mine" != first.wire_order_id
    assert [message.content for message in provider.book] == ["Hello", "Hi"] * 2


def test_who_has_a_record_by_now_is_found_and_not_sent_to_again(
    lost: Campaign, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    passes(database)
    provider.book[0].state = "0"
    done = lost.resend(client, unknown=True)
    assert (done.found, done.recipients) == (1, 1)
    assert (lost.status().accepted, lost.status().to_go) == (1, 1)
    assert adds_up(lost)


@pytest.mark.parametrize("hours", [-5, 5])
def test_records_are_looked_for_by_the_providers_clock(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider, hours: int
) -> None:
    provider.ahead = hours * 3600.0
    provider.lose = lambda _: True
    campaign = ledger.create("spring", [(FIRST, "Hello")])
    campaign.run(client)
    passes(database, 2 * abs(provider.ahead))
    provider.book[0].at -= 2 * abs(provider.ahead)
    done = campaign.resend(client, unknown=True)
    assert (done.found, done.recipients) == (1, 0)


def test_a_date_in_another_century_has_nobody_asked_about_all_of_it(
    lost: Campaign, client: laaffic.Client, provider: Provider
) -> None:
    provider.ahead = 200 * 365 * 86_400.0
    assert lost.reconcile(client).found == 0
    assert len(provider.asked) < 20


def test_who_has_a_record_from_before_is_left_out_since_a_clock_may_have_been_wrong(
    lost: Campaign, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    passes(database)
    provider.book[0].state = "0"
    provider.book[0].at -= 3 * HOURS
    assert lost.reconcile(client).found == 0
    done = lost.resend(client, unknown=True)
    assert (done.recipients, [each.recipients for each in done.excluded]) == (1, [1])
    assert "not known" in done.excluded[0].why


def test_who_has_a_record_that_nobody_can_tell_apart_is_left_out(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    provider.lose = lambda _: True
    campaign = ledger.create("spring", [(FIRST, "Hello"), (FIRST, "Hi")])
    campaign.run(client)
    provider.book[0].state = None
    passes(database)
    done = campaign.resend(client, unknown=True)
    assert (done.recipients, done.excluded[0].recipients) == (0, 2)
    assert "not known" in done.excluded[0].why


def test_a_record_without_a_number_may_be_anybodys(
    lost: Campaign, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    passes(database)
    provider.book[1].state, provider.book[1].number = "0", ""
    done = lost.resend(client, unknown=True)
    assert (done.recipients, done.excluded[0].recipients) == (0, 2)
    assert "not known" in done.excluded[0].why


def test_a_record_without_a_number_is_of_whose_message_it_is(
    ledger: Ledger, lost: Campaign, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    ledger.create("summer", [("99900000003", "Hello")]).run(client)
    passes(database)
    provider.book[2].number = ""
    assert lost.resend(client, unknown=True).recipients == 2


def test_whose_first_message_turns_up_before_the_second_is_posted_gets_no_second(
    lost: Campaign, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    passes(database)
    lost.resend(client, unknown=True)
    provider.book[0].state = "0"
    assert lost.reconcile(client).found == 1
    status = lost.status()
    assert (status.accepted, status.to_go, status.delivered) == (1, 1, 1)
    assert adds_up(lost)
    lost.run(client)
    assert [len(provider.taken(number)) for number in (FIRST, SECOND)] == [1, 2]
    assert lost.status().accepted == 2


def test_who_is_in_a_part_of_a_request_that_was_split_is_taken_out_too(
    lost: Campaign, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    passes(database)
    lost.resend(client, unknown=True)
    with database.write() as connection:
        child = connection.scalar(select(resends.c.child))
        assert split(connection, int(child or 0), 1) == 2
    provider.book[1].state = "0"
    assert lost.reconcile(client).found == 1
    lost.run(client)
    assert [len(provider.taken(number)) for number in (FIRST, SECOND)] == [2, 1]
    assert (lost.status().state, lost.status().sent_twice) == ("done", 0)
    assert adds_up(lost)


def test_whose_first_message_turns_up_later_is_counted_once_and_told(
    ledger: Ledger, lost: Campaign, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    passes(database)
    lost.resend(client, unknown=True)
    lost.run(client)
    provider.book[0].state = "0"
    assert lost.reconcile(client).found == 1
    status = lost.status()
    assert (status.accepted, status.sent_twice, status.unknown) == (2, 1, 0)
    assert adds_up(lost)
    first = next(lost.outcomes())
    assert (first.msg_id, first.earlier[0].msg_id, first.earlier[0].delivery) == ("m2", "m0", "succeeded")
    (original,) = ledger.find(msg_id="m0")
    assert original.sent_again_as == first.wire_order_id


@pytest.mark.usefixtures("provider")
def test_a_late_response_shows_that_it_was_sent_twice(
    ledger: Ledger, database: Database, client: laaffic.Client
) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello")])
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        mine = claim(connection, campaign._id, "t1", database.now(connection) - HOURS)
        sweep(connection)
    assert mine is not None
    assert campaign.resend(client, unknown=True).recipients == 1
    campaign.run(client)
    with database.write() as connection:
        told = Settled(Outcomes(["accepted"], ["m9"], [None]), "0", None, 5.0)
        assert record(connection, campaign._id, mine, told, 6.0)
    status = campaign.status()
    assert (status.accepted, status.sent_twice, status.recipients) == (1, 1, 1)
    assert adds_up(campaign)


def test_who_was_sent_to_again_and_is_unknown_once_more_can_be_sent_to_again(
    lost: Campaign, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    for _ in range(2):
        passes(database)
        provider.lose = lambda _: True
        assert lost.resend(client, unknown=True).recipients == 2
        lost.run(client)
        for message in provider.book:
            message.state = None
    assert len(provider.taken(FIRST)) == 3
    assert [len(outcome.earlier) for outcome in lost.outcomes()] == [2, 2]
    assert adds_up(lost)


def test_what_is_split_for_the_rate_still_knows_what_it_repeats(
    lost: Campaign, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    passes(database)
    lost.resend(client, unknown=True)
    lost.set(rate=4)
    lost.run(client)
    assert [outcome.earlier[0].state for outcome in lost.outcomes()] == ["unknown", "unknown"]
    assert {outcome.number: outcome.order_id for outcome in lost.outcomes()} == {FIRST: "mine", SECOND: None}
    provider.book[1].state = "0"
    lost.reconcile(client)
    assert lost.status().sent_twice == 1
    assert adds_up(lost)


def test_the_rejected_are_sent_to_again_with_another_text(
    ledger: Ledger, client: laaffic.Client, provider: Provider
) -> None:
    provider.refuse = lambda numbers: SECOND in numbers
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Bad word")])
    campaign.run(client)
    provider.refuse = lambda _: False
    planned = campaign.resend(rejected=True, content="Good word", dry_run=True)
    assert (planned.recipients, planned.uncertain) == (1, 0)
    assert campaign.resend(rejected=True, content="Good word").recipients == 1
    assert campaign.resend(rejected=True, content="Good word").recipients == 0
    assert (campaign.status().rejected, campaign.status().to_go) == (0, 1)
    campaign.run(client)
    assert [message.content for message in provider.taken(SECOND)] == ["Good word"]
    assert campaign.preview().recipients == 2
    assert adds_up(campaign)


def test_each_of_the_rejected_may_get_a_text_of_its_own_or_none(
    ledger: Ledger, client: laaffic.Client, provider: Provider
) -> None:
    provider.refuse = lambda _: True
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello")], max_recipients=1)
    campaign.run(client)
    provider.refuse = lambda _: False
    done = campaign.resend(rejected=True, content=lambda outcome: f"Row {outcome.index}" if outcome.index else None)
    assert (done.recipients, done.excluded[0].recipients) == (1, 1)
    campaign.run(client)
    assert [(message.number, message.content) for message in provider.book] == [(SECOND, "Row 1")]


def test_the_rejected_of_whom_a_report_says_otherwise_are_left_out(
    ledger: Ledger, client: laaffic.Client, provider: Provider
) -> None:
    provider.refuse = lambda _: True
    campaign = ledger.create("spring", [(FIRST, "Hello")])
    campaign.run(client)
    wire = next(campaign.outcomes()).wire_order_id
    ledger.add_report(laaffic.DeliveryReport("m0", laaffic.DeliveryState.SUCCEEDED, order_id=wire))
    done = campaign.resend(rejected=True)
    assert (done.recipients, done.excluded[0].recipients) == (0, 1)


def test_a_cancelled_campaign_sends_to_nobody_else_again(
    ledger: Ledger, client: laaffic.Client, provider: Provider
) -> None:
    provider.refuse = lambda _: True
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello")], max_recipients=1)
    campaign.set(stop_after=None)
    provider.refuse = lambda _: campaign.cancel().state == "cancelled"
    campaign.run(client)
    assert (campaign.status().rejected, campaign.status().not_sent) == (1, 1)
    provider.refuse = lambda _: False
    assert campaign.resend(rejected=True).recipients == 1
    assert campaign.status().not_sent == 1
    campaign.run(client)
    assert [message.number for message in provider.book] == [FIRST]
    assert campaign.status().state == "done"
    assert {outcome.number: outcome.state for outcome in campaign.outcomes()} == {FIRST: "accepted", SECOND: "not_sent"}
    assert adds_up(campaign)


def test_what_is_in_flight_when_it_is_cancelled_is_waited_for(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello")], max_recipients=1)
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        for token, state in (("t1", "rejected"), ("t2", None)):
            mine = claim(connection, campaign._id, token, database.now(connection))
            assert mine is not None
            if state is not None:
                told = Settled(Outcomes([state], [None], [None]), "-9", None, 1.0)
                record(connection, campaign._id, mine, told, 1.0)
    campaign.cancel()
    with pytest.raises(LedgerError, match="in flight"):
        campaign.resend(rejected=True)
    with database.write() as connection:
        release(connection, "t2")
    assert campaign.resend(rejected=True).recipients == 1
    campaign.run(client)
    assert [message.number for message in provider.book] == [FIRST]
    assert adds_up(campaign)


def test_a_ledger_that_was_restored_sends_to_nobody_again(
    lost: Campaign, database: Database, client: laaffic.Client
) -> None:
    passes(database)
    with database.write() as connection:
        connection.execute(update(ledgers).values(mark="elsewhere"))
    with pytest.raises(LedgerError, match="restored or copied"):
        lost.resend(client, unknown=True)
    assert lost.status().unknown == 2


def test_a_command_that_is_not_clear_is_refused(lost: Campaign, client: laaffic.Client) -> None:
    with pytest.raises(LedgerError, match="whom"):
        lost.resend(client)
    with pytest.raises(LedgerError, match="same text"):
        lost.resend(client, unknown=True, content="Hello")
    with pytest.raises(laaffic.ConfigurationError, match="client"):
        lost.resend(unknown=True)
    with pytest.raises(laaffic.InvalidMessageError):
        lost.resend(rejected=True, content="")


@pytest.mark.parametrize(
    ("provider", "ledger", "posted_at", "claimed_at", "safe"),
    [
        (10_000, 10_000, 5_000, 4_999, True),
        (7_000, 10_000, 5_000, 4_999, False),  # it was signed by a clock that is ahead of the provider's
        (10_000, 7_000, 5_000, 4_999, False),  # the clock was behind when it was posted, and is set right since
        (10_000, 8_000, None, 5_000, False),  # by whose clock it was signed is not known
        (10_000, 10_000, None, 5_000, True),
        (10_000, 10_000, None, None, False),
    ],
)
def test_both_clocks_must_be_past_the_half_hour(
    provider: float, ledger: float, posted_at: float | None, claimed_at: float | None, *, safe: bool
) -> None:
    assert (seconds_left(Clocks(provider, ledger), posted_at, claimed_at, None) <= 0) is safe
