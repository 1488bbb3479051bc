"""Two transactions, each of which needs what the other keeps, in PostgreSQL: one waits, and none is broken off."""

from functools import partial

from sqlalchemy import select, text

import laaffic
from laaffic_campaigns import Campaign, Ledger
from laaffic_campaigns._fate.refreshing import Refreshing
from laaffic_campaigns._kept.chunks import Outcomes, unpack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import campaigns, found
from laaffic_campaigns._protocol.again import take_over
from laaffic_campaigns._protocol.delivery import Heard, hear
from laaffic_campaigns._protocol.pacing import slots
from laaffic_campaigns._protocol.pacing.pace import Turn, turn
from laaffic_campaigns._protocol.settling import Shown, settle, standing
from laaffic_campaigns._protocol.steps import Claimed, Settled, claim, record, start, sweep
from support.beside import Beside, held_up

BACKENDS = ["postgresql"]
FIRST, SECOND = "99900000001", "99900000002"


def claimed(database: Database, campaign: Campaign, token: str) -> Claimed:
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        mine = claim(connection, campaign._id, token, 1.0)
    assert mine is not None
    return mine


def told(*states: str, msg_ids: tuple[str | None, ...] = (None,)) -> Settled:
    return Settled(
        Outcomes([*states], [*msg_ids] * (len(states) // len(msg_ids)), [None] * len(states)), "0", None, 1.0
    )


def answered(database: Database, campaign: Campaign, mine: Claimed, settled: Settled) -> bool:
    with database.write() as connection:
        return record(connection, campaign._id, mine, settled, 2.0)


def sent_again(database: Database, campaign: Campaign, mine: Claimed) -> int | None:
    with database.write() as connection:
        payload = unpack_payload(mine.payload)
        return take_over(connection, campaign._id, mine.id, 1, positions=[0], payload=payload, now=3.0)


def test_what_is_heard_of_a_request_while_some_of_it_is_sent_again(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello")])
    mine = claimed(database, campaign, "t1")
    answered(database, campaign, mine, told("rejected"))
    with database.write() as connection:
        there = standing(connection, mine.id)
        assert there is not None
        other = held_up(database, connection, lambda: sent_again(database, campaign, mine))
        hear(connection, mine.id, there.told, [(0, Heard(None, note="a note"))])
    assert other.ended() is not None


def test_a_late_response_and_the_turn_after_it_while_some_of_its_request_is_sent_again(
    ledger: Ledger, database: Database
) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello")], max_recipients=1, rate=10)
    mine = claimed(database, campaign, "t1")
    answered(database, campaign, mine, told("unknown"))
    with database.write() as connection:
        record(connection, campaign._id, mine, told("unknown"), 3.0)
        other = held_up(database, connection, lambda: sent_again(database, campaign, mine))
        turn(connection, campaign._id, 3.0, None)
    other.ended()


def test_what_came_for_two_requests_while_some_of_the_second_is_sent_again(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello"), (SECOND, "Hi")], max_recipients=2)
    answered(database, campaign, claimed(database, campaign, "t1"), told("accepted", "accepted", msg_ids=("m0", "m1")))
    second = claimed(database, campaign, "t2")
    answered(database, campaign, second, told("accepted", msg_ids=("m2",)))
    refreshing = Refreshing(database, campaign._id, None)
    ids = refreshing.next()
    reports = [laaffic.DeliveryReport(msg_id, laaffic.DeliveryState.SUCCEEDED) for msg_id in ids]
    with database.write() as connection:
        standing(connection, second.id)
        other = held_up(database, connection, lambda: refreshing.take(reports))
        connection.execute(campaigns.select().where(campaigns.c.id == campaign._id).with_for_update())
    other.ended()
    assert campaign.status().delivered == 3


def test_two_slices_that_end_at_once(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello")], max_recipients=1, concurrency=2)
    with database.write() as connection:
        tickets = slots.fill(connection, campaign._id, 1.0, 20.0)
        runners = [slots.begin(connection, campaign._id, ticket, 1.0, 20.0) for ticket in tickets]
    campaign.cancel()

    def ends(slot: int) -> list[slots.Ticket]:
        with database.write() as connection:
            return slots.end(connection, campaign._id, slot, str(runners[slot]), now=2.0, seconds=20.0)

    with database.write() as connection:
        connection.execute(select(campaigns.c.id).with_for_update())
        others = [held_up(database, connection, partial(ends, slot)) for slot in (0, 1)]
    assert [other.ended() for other in others] == [[], []]


def test_two_late_responses_whose_message_ids_were_given_crosswise(ledger: Ledger, database: Database) -> None:
    both = [ledger.create(name, [(FIRST, "Hello")]) for name in ("spring", "summer")]
    mine = [claimed(database, campaign, campaign.name) for campaign in both]
    with database.write() as connection:
        sweep(connection)
        for one, msg_id in zip(mine, ("m1", "m0"), strict=True):
            settle(connection, one.id, 0, {0: Shown(msg_id)}, {})
    with database.write() as connection:
        connection.execute(select(found.c.msg_id).with_for_update())
        others = [
            held_up(database, connection, partial(answered, database, *each, told("accepted", msg_ids=(msg_id,))))
            for each, msg_id in zip(zip(both, mine, strict=True), ("m0", "m1"), strict=True)
        ]
    assert [other.ended() for other in others] == [True, True]
    assert [next(campaign.outcomes()).msg_id for campaign in both] == ["m0", "m1"]


def test_two_responses_of_which_each_names_what_a_report_gave_to_the_other(ledger: Ledger, database: Database) -> None:
    both = [ledger.create(name, [(FIRST, "Hello"), (SECOND, "Hello")]) for name in ("spring", "summer")]
    mine = [claimed(database, campaign, campaign.name) for campaign in both]
    with database.write() as connection:
        for one, msg_id in zip(mine, ("m1", "m0"), strict=True):
            connection.execute(found.insert().values(msg_id=msg_id, chunk=one.id, position=0))
    with database.write() as connection:
        connection.execute(text("lock table laaffic_outcomes in share mode"))
        others = [
            held_up(database, connection, partial(answered, database, *each, told("accepted", "accepted", msg_ids=ids)))
            for each, ids in zip(zip(both, mine, strict=True), (("m0", "m2"), ("m1", "m3")), strict=True)
        ]
    assert [other.ended() for other in others] == [True, True]


def test_two_who_reconcile_and_were_shown_the_same_in_another_order(ledger: Ledger, database: Database) -> None:
    three = [ledger.create(name, [(FIRST, "Hello")] * 3) for name in ("spring", "summer", "autumn")]
    *mine, third = [claimed(database, campaign, campaign.name) for campaign in three]
    with database.write() as connection:
        sweep(connection)

    def settles(chunk: int, *msg_ids: str) -> list[int] | None:
        with database.write() as connection:
            return settle(connection, chunk, 0, {at: Shown(one) for at, one in enumerate(msg_ids)}, {})

    with database.write() as connection:
        held = connection.begin_nested()
        for msg_id in ("a", "b"):
            connection.execute(found.insert().values(msg_id=msg_id, chunk=third.id, position=0))
        others = [
            held_up(database, connection, partial(settles, one.id, *msg_ids))
            for one, msg_ids in zip(mine, (("m0", "a", "m1"), ("m1", "b", "m0")), strict=True)
        ]
        held.rollback()
    assert sorted(len(other.ended() or ()) for other in others) == [1, 3]


def test_a_second_request_that_is_cut_for_the_rate_while_what_came_for_the_first_is_written(
    ledger: Ledger, database: Database
) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello")], rate=1)
    mine = claimed(database, campaign, "t1")
    answered(database, campaign, mine, told("rejected", "rejected"))
    with database.write() as connection:
        payload = unpack_payload(mine.payload)
        assert take_over(connection, campaign._id, mine.id, 1, positions=[0, 1], payload=payload, now=3.0)

    def takes_turns() -> Turn | None:
        with database.write() as connection:
            return turn(connection, campaign._id, 3.0, None)

    with database.write() as connection:
        standing(connection, mine.id)
        got = Beside(takes_turns).ended()
    assert got is not None
    assert got.size == 1


def test_reports_of_one_request_that_come_at_once_as_it_is_sent_again(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [(FIRST, "Hello"), (SECOND, "Hello")])
    mine = claimed(database, campaign, "t1")
    answered(database, campaign, mine, told("rejected", "rejected"))
    wires = [str(outcome.wire_order_id) for outcome in campaign.outcomes()]
    pushed = [laaffic.DeliveryReport(wire, laaffic.DeliveryState.SUCCEEDED, order_id=wire) for wire in wires]
    with database.write() as connection:
        payload = unpack_payload(mine.payload)
        assert take_over(connection, campaign._id, mine.id, 1, positions=[0, 1], payload=payload, now=3.0)
        others = [held_up(database, connection, partial(ledger.add_report, report)) for report in pushed]
    assert [other.ended() for other in others] == [True, True]
    assert (campaign.status().to_go, campaign.status().rejected) == (0, 2)
