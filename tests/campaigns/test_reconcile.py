"""Who is unknown is found again in the provider's records, and nobody is claimed who is not shown."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

import laaffic
from laaffic_campaigns import Campaign, Ledger, Outcome
from laaffic_campaigns._fate.reconciling import Reconciling
from laaffic_campaigns._kept.chunks import Outcomes
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import chunks, found
from laaffic_campaigns._protocol.settling import TAKEN_BACK
from laaffic_campaigns._protocol.steps import Claimed, Settled, claim, record, start, sweep
from support.provider import Provider, Taken
from support.server import Server

FIRST, SECOND, THIRD = (f"9990000000{n}" for n in range(3))


@pytest.fixture
def provider(server: Server) -> Provider:
    """Return who responds to the client."""
    made = Provider()
    server.will(made)
    return made


def campaign_of(ledger: Ledger, *numbers: str, name: str = "spring") -> Campaign:
    return ledger.create(name, [(number, "Hello") for number in numbers], max_recipients=1)


def states(campaign: Campaign) -> dict[str, str]:
    return {outcome.number: outcome.state for outcome in campaign.outcomes()}


def only(campaign: Campaign, number: str) -> Outcome:
    (outcome,) = [outcome for outcome in campaign.outcomes() if outcome.number == number]
    return outcome


def test_a_lost_response_is_found_in_the_records(ledger: Ledger, client: laaffic.Client, provider: Provider) -> None:
    provider.lose = lambda numbers: SECOND in numbers
    campaign = campaign_of(ledger, FIRST, SECOND)
    campaign.run(client)
    assert states(campaign) == {FIRST: "accepted", SECOND: "unknown"}
    found = campaign.reconcile(client)
    assert (found.found, found.still_unknown) == (1, 0)
    outcome = only(campaign, SECOND)
    assert (outcome.state, outcome.msg_id, outcome.delivery) == ("accepted", "m1", "succeeded")
    status = campaign.status()
    assert (status.accepted, status.unknown, status.delivered, status.not_final) == (2, 0, 1, 1)


def test_whoever_has_no_record_stays_unknown_and_is_told_why(
    ledger: Ledger, client: laaffic.Client, provider: Provider
) -> None:
    provider.lose = lambda _: True
    campaign = campaign_of(ledger, FIRST)
    campaign.run(client)
    provider.book[0].state = None
    found = campaign.reconcile(client)
    assert (found.found, found.still_unknown) == (0, 1)
    assert str(only(campaign, FIRST).reason).startswith("no record by")
    provider.book[0].state = "1"
    assert campaign.reconcile(client).found == 1
    assert only(campaign, FIRST).delivery == "failed"


def test_where_nobody_is_unknown_nothing_is_asked(ledger: Ledger, client: laaffic.Client, provider: Provider) -> None:
    campaign = campaign_of(ledger, FIRST)
    assert campaign.reconcile(client).as_dict() == {"found": 0, "still_unknown": 0, "until": None}
    campaign.run(client)
    assert campaign.reconcile(client).until is None
    assert not provider.asked


def test_the_same_without_blocking(ledger: Ledger, client: laaffic.Client, server: Server, provider: Provider) -> None:
    provider.lose = lambda _: True
    provider.page = 1
    campaign = campaign_of(ledger, FIRST, SECOND)
    campaign.run(client)

    async def reconciled() -> int:
        async with laaffic.AsyncClient(base_url=server.url) as other:
            return (await campaign.reconcile_async(other)).found

    assert asyncio.run(reconciled()) == 2


def test_a_message_of_another_campaign_is_not_taken_for_the_lost_one(
    ledger: Ledger, client: laaffic.Client, provider: Provider
) -> None:
    campaign = campaign_of(ledger, FIRST)
    provider.lose = lambda _: True
    campaign.run(client)
    provider.book[0].state = None
    provider.lose = lambda _: False
    campaign_of(ledger, FIRST, name="summer").run(client)
    assert campaign.reconcile(client).found == 0


def test_who_is_unknown_in_two_campaigns_needs_two_records(
    ledger: Ledger, client: laaffic.Client, provider: Provider
) -> None:
    provider.lose = lambda _: True
    spring, summer = campaign_of(ledger, FIRST), campaign_of(ledger, FIRST, name="summer")
    spring.run(client)
    summer.run(client)
    provider.book[1].state = None
    assert spring.reconcile(client).found == summer.reconcile(client).found == 0
    assert "1 record for 2" in str(only(spring, FIRST).reason)
    provider.book[1].state = "0"
    assert spring.reconcile(client).found == summer.reconcile(client).found == 1
    assert {only(spring, FIRST).msg_id, only(summer, FIRST).msg_id} == {"m0", "m1"}


def test_a_record_may_be_of_somebody_who_was_accepted_without_a_message_id(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    spring, summer = campaign_of(ledger, FIRST), campaign_of(ledger, FIRST, name="summer")
    answered(database, spring, claimed_and_lost(database, spring, "t1"), "accepted", None)
    claimed_and_lost(database, summer, "t2")
    provider.book.append(Taken("m0", FIRST, "", "Hello"))
    assert summer.reconcile(client).found == 0
    assert only(summer, FIRST).reason == "1 record for 2"
    provider.book.append(Taken("m1", FIRST, "", "Hello"))
    assert summer.reconcile(client).found == 1


def test_a_record_of_somebody_whose_number_is_erased_is_theirs(
    ledger: Ledger, client: laaffic.Client, provider: Provider
) -> None:
    spring, summer = campaign_of(ledger, FIRST), campaign_of(ledger, FIRST, name="summer")
    spring.run(client)
    spring.erase_numbers()
    provider.lose = lambda _: True
    summer.run(client)
    provider.book[1].state = None
    assert summer.reconcile(client).found == 0
    assert only(summer, FIRST).state == "unknown"


def test_what_is_in_flight_to_the_same_number_is_waited_for(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    provider.lose = lambda _: True
    campaign = campaign_of(ledger, FIRST)
    campaign.run(client)
    other = campaign_of(ledger, FIRST, name="summer")

    def begins_elsewhere() -> None:
        with database.write() as connection:
            start(connection, other._id, 1.0)
            claim(connection, other._id, "t1", datetime.now(UTC).timestamp())

    provider.before_records = begins_elsewhere
    assert campaign.reconcile(client).found == 0
    assert "in flight" in str(only(campaign, FIRST).reason)


def test_a_report_of_somebody_who_was_posted_to_later_with_the_same_order_id_settles_nobody(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    provider.lose = lambda _: True
    campaign = ledger.create("spring", [(FIRST, "Hello", "x")])
    campaign.run(client)
    other = ledger.create("summer", [(FIRST, "Hello", "x")])
    provider.lose = lambda _: False

    def posted_and_reported() -> None:
        with database.write() as connection:
            start(connection, other._id, 1.0)
            claim(connection, other._id, "t1", datetime.now(UTC).timestamp())
        ledger.add_report(laaffic.DeliveryReport("m7", laaffic.DeliveryState.SUCCEEDED, number=FIRST, order_id="x"))

    provider.before_records = posted_and_reported
    assert campaign.reconcile(client).found == 0


def test_what_a_killed_process_had_in_flight_is_found_too(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    campaign = campaign_of(ledger, FIRST)
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        claim(connection, campaign._id, "t1", datetime.now(UTC).timestamp() - 1000)
    provider.book.append(Taken("m7", FIRST, "", "Hello"))
    assert campaign.reconcile(client).found == 1
    assert only(campaign, FIRST).msg_id == "m7"


def claimed_and_lost(database: Database, campaign: Campaign, token: str) -> Claimed:
    """Claim a chunk of a process that is taken for dead."""
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        mine = claim(connection, campaign._id, token, datetime.now(UTC).timestamp())
        sweep(connection)
    assert mine is not None
    return mine


def answered(database: Database, campaign: Campaign, mine: Claimed, state: str, msg_id: str | None) -> None:
    with database.write() as connection:
        record(connection, campaign._id, mine, Settled(Outcomes([state], [msg_id], [None]), "0", None, 5.0), 6.0)


def test_a_late_response_that_knows_less_takes_nothing_back(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    campaign = campaign_of(ledger, FIRST)
    mine = claimed_and_lost(database, campaign, "t1")
    provider.book.append(Taken("m0", FIRST, "", "Hello"))
    campaign.reconcile(client)
    answered(database, campaign, mine, "unknown", None)
    assert only(campaign, FIRST).msg_id == "m0"


def test_a_late_response_takes_its_message_id_back_from_whom_it_was_given_to_by_count(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    spring, summer = campaign_of(ledger, FIRST), campaign_of(ledger, FIRST, name="summer")
    claimed_and_lost(database, spring, "t1")
    mine = claimed_and_lost(database, summer, "t2")
    provider.book += [Taken("m1", FIRST, "", "Hello"), Taken("m0", FIRST, "", "Hello")]
    assert spring.reconcile(client).found == 1
    assert only(spring, FIRST).msg_id == "m1"
    answered(database, summer, mine, "accepted", "m1")
    assert (only(spring, FIRST).state, only(spring, FIRST).reason) == ("unknown", TAKEN_BACK)
    assert spring.reconcile(client).found == 1
    assert (only(spring, FIRST).msg_id, only(summer, FIRST).msg_id) == ("m0", "m1")


def test_a_response_that_comes_while_records_are_read_wins(
    ledger: Ledger, database: Database, provider: Provider, client: laaffic.Client
) -> None:
    campaign = campaign_of(ledger, FIRST)
    mine = claimed_and_lost(database, campaign, "t1")
    provider.book.append(Taken("m0", FIRST, "", "Hello"))
    provider.before_records = lambda: answered(database, campaign, mine, "rejected", None)
    assert campaign.reconcile(client).found == 0
    assert states(campaign) == {FIRST: "rejected"}


def test_two_who_reconcile_at_once_give_each_message_id_once(ledger: Ledger, database: Database) -> None:
    campaign = campaign_of(ledger, FIRST, FIRST)
    for token in ("t1", "t2"):
        claimed_and_lost(database, campaign, token)
    both = [Reconciling(database, campaign._id) for _ in range(2)]
    records = [laaffic.SentRecord(msg_id, FIRST, laaffic.DeliveryState.SUCCEEDED) for msg_id in ("m0", "m1")]
    for each, order in zip(both, (records, records[::-1]), strict=True):
        each.begin()
        for one in order:
            each.take(one)
    looked = [each._matched() for each in both]
    first, second = looked[0].keys()
    both[0]._write(first, looked[0][first])
    both[1]._write(second, looked[1][second])
    ids = [outcome.msg_id for outcome in campaign.outcomes() if outcome.msg_id]
    assert len(ids) == len(set(ids)) == 1
    with database.read() as connection:
        assert len(connection.execute(select(found)).all()) == 1


def test_what_is_older_than_the_providers_records_is_not_asked_about(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    provider.lose = lambda _: True
    campaign = campaign_of(ledger, FIRST)
    campaign.run(client)
    with database.write() as connection:
        connection.execute(update(chunks).values(posted_at=1.0, claimed_at=1.0))
    assert campaign.reconcile(client).as_dict() == {"found": 0, "still_unknown": 1, "until": None}
    assert not provider.asked


def test_a_client_of_the_wrong_kind_is_refused(ledger: Ledger) -> None:
    with pytest.raises(laaffic.ConfigurationError, match=r"laaffic\.Client"):
        campaign_of(ledger, FIRST).reconcile(None)  # type: ignore[arg-type]  # what is tested


def test_a_late_response_wins_over_a_record_by_which_nobody_was_unknown_any_more(
    ledger: Ledger, database: Database, client: laaffic.Client, provider: Provider
) -> None:
    spring, summer = campaign_of(ledger, FIRST), campaign_of(ledger, FIRST, name="summer")
    mine = claimed_and_lost(database, spring, "t1")
    provider.book.append(Taken("m9", FIRST, "", "of somebody else's"))
    assert spring.reconcile(client).found == 1
    answered(database, spring, mine, "accepted", "m0")
    assert only(spring, FIRST).msg_id == "m0"
    claimed_and_lost(database, summer, "t2")
    provider.book[:] = [Taken("m0", FIRST, "", "Hello")]
    assert summer.reconcile(client).found == 0
