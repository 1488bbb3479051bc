"""The life of a message, computed from times: which state it is in, and when it finished."""

import pytest

from laaffic_mock.gateway.delivery.deliveries import Deliveries
from laaffic_mock.gateway.delivery.life import LATE_SECONDS, Clock, Fate, Finish, State, course_of

ACCEPTED = 1_000_000.0  # by the gateway's clock
TAKES = 2.0


class Seconds:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def begun(fate: Fate, clock: Clock) -> Deliveries:
    """Return deliveries of one message, "m"."""
    deliveries = Deliveries(clock)
    deliveries.begin("m", course_of(fate, ACCEPTED, clock.now, TAKES))
    return deliveries


@pytest.mark.parametrize(
    ("fate", "after", "state"),
    [
        (Fate.SUCCEEDS, 0.9, State.QUEUED),
        (Fate.SUCCEEDS, 1, State.SENDING),
        (Fate.SUCCEEDS, 1.9, State.SENDING),
        (Fate.SUCCEEDS, 2, State.SUCCEEDED),
        (Fate.TWICE, 2, State.SUCCEEDED),
        (Fate.FAILS, 1.9, State.SENDING),
        (Fate.FAILS, 2, State.FAILED),
        (Fate.PENDING, 0, State.QUEUED),
        (Fate.PENDING, 10**9, State.SENDING),
        (Fate.NEVER_FOUND, 10**9, State.QUEUED),
        (Fate.LATE, LATE_SECONDS - 1, State.QUEUED),
        (Fate.LATE, LATE_SECONDS, State.SUCCEEDED),
    ],
)
def test_a_message_has_a_state_for_each_time(fate: Fate, after: float, state: State) -> None:
    clock = Clock(Seconds(), held=True)
    deliveries = begun(fate, clock)
    clock.move(after, ACCEPTED)
    deliveries.settle()
    assert deliveries.state("m") is state


def test_a_held_clock_stands_still() -> None:
    seconds = Seconds()
    clock = Clock(seconds, held=True)
    seconds.now += 100
    assert clock.now == 0
    clock.hold(ACCEPTED, held=False)
    seconds.now += 1
    assert clock.now == 1
    clock.hold(ACCEPTED, held=True)
    seconds.now += 1
    assert clock.now == 1


def test_what_finishes_by_itself_is_received_when_it_was_due() -> None:
    seconds = Seconds()
    deliveries = begun(Fate.SUCCEEDS, Clock(seconds, held=False))
    seconds.now += 500
    assert deliveries.settle().ended == ["m"]
    assert deliveries.finished == {"m": Finish(ACCEPTED + TAKES, failed=False, reason=None)}


def test_what_a_move_passes_is_received_at_that_move_and_not_in_the_future() -> None:
    clock = Clock(Seconds(), held=True)
    deliveries = begun(Fate.LATE, clock)
    clock.move(1, ACCEPTED + 5)
    clock.move(LATE_SECONDS, ACCEPTED + 6)
    clock.move(LATE_SECONDS, ACCEPTED + 7)
    deliveries.settle()
    assert deliveries.finished["m"].received_at == ACCEPTED + 6


def test_after_a_move_the_time_goes_on_from_there() -> None:
    seconds = Seconds()
    clock = Clock(seconds, held=False)
    deliveries = begun(Fate.SUCCEEDS, clock)
    seconds.now += 0.5
    clock.move(1, ACCEPTED + 0.5)
    seconds.now += 10
    deliveries.settle()
    assert deliveries.finished["m"].received_at == ACCEPTED + 1


def test_a_move_from_before_it_was_accepted_changes_nothing() -> None:
    seconds = Seconds()
    clock = Clock(seconds, held=False)
    clock.move(7, ACCEPTED - 100)
    seconds.now += 10
    deliveries = begun(Fate.SUCCEEDS, clock)
    seconds.now += 10
    deliveries.settle()
    assert deliveries.finished["m"].received_at == ACCEPTED + TAKES


def test_messages_finish_in_the_order_in_which_they_are_due() -> None:
    clock = Clock(Seconds(), held=True)
    deliveries = Deliveries(clock)
    for msg_id, takes in [("slow", 3.0), ("quick", 1.0), ("as quick", 1.0)]:
        deliveries.begin(msg_id, course_of(Fate.SUCCEEDS, ACCEPTED, 0, takes))
    clock.move(10, ACCEPTED)
    assert deliveries.settle().ended == ["quick", "as quick", "slow"] == list(deliveries.finished)
    assert deliveries.settle().ended == []


def test_what_was_made_to_finish_does_not_finish_again() -> None:
    clock = Clock(Seconds(), held=True)
    deliveries = begun(Fate.SUCCEEDS, clock)
    early = Finish(ACCEPTED, failed=True, reason="X")
    deliveries.finish(["m"], early)
    clock.move(10, ACCEPTED)
    assert deliveries.settle().ended == []
    assert deliveries.finished == {"m": early}


def test_what_was_forgotten_does_not_finish_and_takes_no_memory() -> None:
    clock = Clock(Seconds(), held=True)
    deliveries = Deliveries(clock)
    for n in range(5_000):
        deliveries.begin(str(n), course_of(Fate.SUCCEEDS, ACCEPTED, 0, TAKES))
    for n in range(4_999):
        deliveries.forget(str(n))
    assert len(deliveries._due) < 1_500
    clock.move(10, ACCEPTED)
    assert deliveries.settle().ended == ["4999"]


@pytest.mark.parametrize(("held", "expected"), [(True, None), (False, 1.5)])
def test_when_the_next_one_finishes_by_itself_is_known(held: bool, expected: float | None) -> None:
    seconds = Seconds()
    deliveries = begun(Fate.SUCCEEDS, Clock(seconds, held=held))
    seconds.now += 0.5
    assert deliveries.seconds_until_next() == expected
