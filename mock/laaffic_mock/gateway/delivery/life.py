"""The life of a message: queued, sending, and then succeeded or failed. Computed from times, so nothing has to wait.

How long the provider takes is not documented; the figures here are the mock's own.
"""

import math
from bisect import bisect_left
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

LATE_SECONDS = 3600.0
FAILED_REASON = "UNDELIV"  # a word of the network's, as in the contract's example


class State(StrEnum):
    """Where a message is in its life."""

    QUEUED = "queued"
    SENDING = "sending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Fate(StrEnum):
    """What is meant to become of a message."""

    SUCCEEDS = "succeeds"
    FAILS = "fails"
    PENDING = "pending"
    NEVER_FOUND = "never_found"
    LATE = "late"
    TWICE = "twice"


class Course(NamedTuple):
    """The life of messages that were accepted together.

    Attributes:
        fate: what is meant to become of them.
        accepted_at: when they were accepted, in Unix time by the gateway's clock.
        began: the same by the clock of deliveries.
        sending: from when on they are being sent, by the clock of deliveries.
        finishing: when they are finished, by the clock of deliveries.
    """

    fate: Fate
    accepted_at: float
    began: float
    sending: float
    finishing: float


class Finish(NamedTuple):
    """How a message ended.

    Attributes:
        received_at: when, in Unix time by the gateway's clock.
        failed: whether it failed.
        reason: why, in a word of the network's; None when it succeeded.
    """

    received_at: float
    failed: bool
    reason: str | None


def course_of(fate: Fate, accepted_at: float, began: float, deliver_after: float) -> Course:
    """Return the life of a message that takes so many seconds; for half of them it is queued, and then sending."""
    sending, finishing = began + deliver_after / 2, began + deliver_after
    if fate is Fate.PENDING:
        finishing = math.inf
    elif fate is Fate.NEVER_FOUND:
        sending = finishing = math.inf
    elif fate is Fate.LATE:
        sending = finishing = began + LATE_SECONDS
    return Course(fate, accepted_at, began, sending, finishing)


class Clock:
    """The clock of deliveries, in seconds: it goes by itself or is held, and can be moved on.

    Args:
        seconds: a clock that goes by itself, such as `time.monotonic`.
        held: whether it stands still unless it is moved.
    """

    def __init__(self, seconds: Callable[[], float], *, held: bool) -> None:
        self._seconds = seconds
        self._held = held
        self._shown = 0.0
        self._since = seconds()
        self._jumps: list[tuple[float, float, float]] = []  # to where, from where, and what the gateway's clock showed

    @property
    def now(self) -> float:
        """The time it shows."""
        return self._shown if self._held else self._shown + self._seconds() - self._since

    @property
    def held(self) -> bool:
        """Whether it is held."""
        return self._held

    def move(self, seconds: float, wall: float) -> None:
        """Move it on, while the gateway's clock shows `wall`."""
        before = self.now
        self._shown, self._since = before + seconds, self._seconds()
        self._jumps.append((self._shown, before, wall))

    def hold(self, wall: float, *, held: bool) -> None:
        """Hold it, or let it go by itself, while the gateway's clock shows `wall`."""
        if held is not self._held:
            self.move(0, wall)
            self._held = held

    def wall(self, course: Course) -> float:
        """Return what the gateway's clock showed when messages finished: those that a jump passes, at that jump.

        So nothing is received in the future, however far the clock was moved on.
        """
        due = course.finishing
        at = bisect_left(self._jumps, (due,))
        if at < len(self._jumps) and self._jumps[at][1] < due:
            return self._jumps[at][2]
        if at and self._jumps[at - 1][0] >= course.began:
            after, _, wall = self._jumps[at - 1]
            return wall + due - after
        return course.accepted_at + due - course.began
