"""Which messages an engine carries round, and which of them are worth something."""

import pytest

from laaffic_campaigns import Campaign, Ledger
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._protocol.pacing.slots import Ticket, begin, campaigns_with_slots, end, fill, forget, of_use

ROWS = [(f"999{n:08d}", "Hello") for n in range(10)]
NOW, SECONDS = 1_800_000_000.0, 20.0
NOON_TO_SIX = {"not_between": ("12:00", "18:00"), "zone": "Europe/Berlin"}
HOUR = 3600.0


@pytest.fixture
def campaign(ledger: Ledger) -> Campaign:
    """Return a campaign of ten requests, three of which are wanted in flight."""
    return ledger.create("spring", ROWS, max_recipients=1, concurrency=3)


class Slots:
    """The slots of a campaign, at a time that a test says."""

    def __init__(self, database: Database, campaign: Campaign) -> None:
        self.database = database
        self.campaign = campaign._id
        self.now = NOW

    def fill(self, *, at_once: bool = False) -> list[Ticket]:
        with self.database.write() as connection:
            return fill(connection, self.campaign, self.now, SECONDS, at_once=at_once)

    def begin(self, ticket: Ticket, *, redelivered: bool = False) -> str | None:
        with self.database.write() as connection:
            return begin(connection, self.campaign, ticket, self.now, SECONDS, redelivered=redelivered)

    def end(self, ticket: Ticket, runner: str | None) -> list[Ticket]:
        assert runner is not None
        with self.database.write() as connection:
            return end(connection, self.campaign, ticket.slot, runner, now=self.now, seconds=SECONDS)


@pytest.fixture
def slots(database: Database, campaign: Campaign) -> Slots:
    """Return the slots of the campaign."""
    return Slots(database, campaign)


def test_there_are_as_many_as_are_wanted_and_no_more(slots: Slots, campaign: Campaign) -> None:
    assert [ticket.slot for ticket in slots.fill()] == [0, 1, 2]
    assert slots.fill() == []
    campaign.set(concurrency=5)
    assert [ticket.slot for ticket in slots.fill()] == [3, 4]


def test_one_too_many_ends(slots: Slots, campaign: Campaign) -> None:
    *_, last = slots.fill()
    campaign.set(concurrency=1)
    assert slots.end(last, slots.begin(last)) == []
    assert slots.begin(last) is None


def test_after_a_slice_a_message_with_another_ticket_follows(slots: Slots) -> None:
    first, *_ = slots.fill()
    [following] = slots.end(first, slots.begin(first))
    assert following.slot == first.slot
    assert slots.begin(first) is None
    assert slots.begin(following) is not None


def test_a_message_that_comes_twice_at_once_is_worth_something_once(slots: Slots) -> None:
    first, *_ = slots.fill()
    assert slots.begin(first) is not None
    assert slots.begin(first) is None


def test_a_message_of_somebody_who_is_gone_takes_the_slot_over(slots: Slots) -> None:
    first, *_ = slots.fill()
    gone = slots.begin(first)
    runner = slots.begin(first, redelivered=True)
    assert slots.end(first, gone) == []
    assert len(slots.end(first, runner)) == 1


def test_a_message_that_was_lost_is_sent_again_and_later_and_later(slots: Slots) -> None:
    lost = slots.fill()
    again = []
    for _ in range(100):
        slots.now += SECONDS
        again.append(slots.fill())
    assert again[:3] == [[], [], lost]
    assert {len(tickets) for tickets in again} == {0, 3}
    assert sum(map(bool, again)) == 5


def test_who_died_in_a_slice_is_replaced(slots: Slots) -> None:
    first, *_ = slots.fill()
    died = slots.begin(first)
    slots.now += 2 * SECONDS + 1
    assert first in slots.fill()
    assert slots.begin(first) is not None
    assert slots.end(first, died) == []


def test_after_the_clock_was_put_back_who_died_is_replaced_and_what_was_lost_is_sent_again(slots: Slots) -> None:
    died, lost, _ = slots.fill()
    slots.begin(died)
    slots.now -= HOUR
    assert {died, lost} <= {*slots.fill()}
    assert slots.begin(died) is not None


def test_after_the_clock_was_put_back_a_late_message_replaces_who_died(slots: Slots) -> None:
    first, *_ = slots.fill()
    slots.begin(first)
    slots.now -= HOUR
    assert slots.begin(first) is not None


def test_whoever_ends_a_slice_sends_what_others_have_lost(slots: Slots) -> None:
    first, *others = slots.fill()
    slots.now += 2 * SECONDS + 1
    [following, *again] = slots.end(first, slots.begin(first))
    assert following.slot == first.slot
    assert again == others


def test_what_waits_may_be_taken_for_lost_at_once(slots: Slots) -> None:
    first, *others = slots.fill()
    slots.begin(first)
    assert slots.fill(at_once=True) == others


@pytest.mark.parametrize("end_it", [Campaign.pause, Campaign.cancel])
def test_a_campaign_that_does_not_go_on_has_none(slots: Slots, campaign: Campaign, end_it: object) -> None:
    first, *_ = slots.fill()
    runner = slots.begin(first)
    assert callable(end_it)
    end_it(campaign)
    assert slots.end(first, runner) == []
    with slots.database.read() as connection:
        assert campaigns_with_slots(connection) == []


def test_those_who_are_forgotten_are_worth_nothing(slots: Slots) -> None:
    first, *_ = slots.fill()
    with slots.database.write() as connection:
        assert campaigns_with_slots(connection) == [(slots.campaign, "spring")]
        forget(connection, slots.campaign)
    assert slots.begin(first) is None


def test_one_waits_for_the_hours_and_lets_the_others_in(slots: Slots, campaign: Campaign) -> None:
    slots.now = NOW - NOW % (24 * HOUR) + 12 * HOUR  # 13:00 or 14:00 in Berlin
    campaign.set(not_between=("12:00", "18:00"), zone="Europe/Berlin")
    [first] = slots.fill()
    slots.now += 8 * HOUR
    assert [ticket.slot for ticket in slots.end(first, slots.begin(first))] == [0, 1, 2]


@pytest.mark.parametrize(
    ("concurrency", "rate", "ready", "slots_of_use"),
    [
        (None, None, 9, 1),
        (4, None, 9, 4),
        (4, None, 2, 2),
        (4, None, 0, 1),
        (4, 0.5, 9, 1),
        (4, 2.5, 9, 3),
        (4, 500, 9, 4),
    ],
)
def test_no_more_slots_than_are_of_use(
    concurrency: int | None, rate: float | None, ready: int, slots_of_use: int
) -> None:
    assert of_use(concurrency, rate, ready) == slots_of_use
