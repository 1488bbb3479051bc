"""Which messages are to finish when, and how those ended that have finished."""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush
from itertools import count
from typing import NamedTuple

from laaffic_mock.gateway.delivery.life import FAILED_REASON, Clock, Course, Fate, Finish, State

_SPARE = 1000


class Settled(NamedTuple):
    """Which messages have begun to be sent and are still, and which have finished, in the order in which they did."""

    sending: list[str]
    ended: list[str]


class Deliveries:
    """The lives of messages, by message id. Nothing happens by itself: `settle` finds out what has finished since.

    Args:
        clock: the clock of deliveries.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._lives: dict[str, Course] = {}
        self._finished: dict[str, Finish] = {}  # in the order in which they finished
        self._due: list[tuple[float, int, str]] = []  # a heap
        self._to_send: list[tuple[float, int, list[str]]] = []  # a heap too, with all that are due together
        self._waiting = 0  # how many are in it
        self._turns = count()

    @property
    def finished(self) -> Mapping[str, Finish]:
        """How messages ended, in the order in which they did, as far as that was settled."""
        return self._finished

    def begin(self, msg_id: str, course: Course) -> None:
        """Let the life of a message begin."""
        self._lives[msg_id] = course
        if course.finishing != float("inf"):
            heappush(self._due, (course.finishing, next(self._turns), msg_id))

    def queue(self, msg_ids: list[str], course: Course) -> None:
        """Let `settle` tell when messages of one life, which have begun theirs, are being sent."""
        if msg_ids and course.sending != float("inf"):
            heappush(self._to_send, (course.sending, next(self._turns), msg_ids))
            self._waiting += len(msg_ids)

    def forget(self, msg_id: str) -> None:
        """Forget a message."""
        self._lives.pop(msg_id, None)
        self._finished.pop(msg_id, None)
        if len(self._due) > 2 * len(self._lives) + _SPARE:
            self._due = [entry for entry in self._due if entry[2] in self._lives]
            heapify(self._due)
        if self._waiting > 2 * len(self._lives) + _SPARE:
            left = [(when, turn, self._alive(msg_ids)) for when, turn, msg_ids in self._to_send]
            self._to_send = [entry for entry in left if entry[2]]
            heapify(self._to_send)
            self._waiting = sum(len(msg_ids) for _, _, msg_ids in self._to_send)

    def settle(self) -> Settled:
        """Finish what is due, and tell what has changed since."""
        now, ended = self.clock.now, []
        while self._due and self._due[0][0] <= now:
            msg_id = heappop(self._due)[2]
            course = self._lives.get(msg_id)
            if course is not None and msg_id not in self._finished:
                failed = course.fate is Fate.FAILS
                self._finished[msg_id] = Finish(self.clock.wall(course), failed, FAILED_REASON if failed else None)
                ended.append(msg_id)
        sending: list[str] = []
        while self._to_send and self._to_send[0][0] <= now:
            msg_ids = heappop(self._to_send)[2]
            self._waiting -= len(msg_ids)
            sending += [msg_id for msg_id in self._alive(msg_ids) if msg_id not in self._finished]
        return Settled(sending, ended)

    def finish(self, msg_ids: Iterable[str], finish: Finish) -> None:
        """Finish messages that have not finished, whatever was meant to become of them."""
        self._finished.update(dict.fromkeys(msg_ids, finish))

    def state(self, msg_id: str) -> State:
        """Return where a message is in its life, as far as that was settled."""
        finish = self._finished.get(msg_id)
        if finish is not None:
            return State.FAILED if finish.failed else State.SUCCEEDED
        return State.QUEUED if self.clock.now < self._lives[msg_id].sending else State.SENDING

    def seconds_until_next(self) -> float | None:
        """Return in how many seconds the next message is sent or finishes by itself, or None when none does."""
        next_ones = [heap[0][0] for heap in (self._due, self._to_send) if heap]
        if self.clock.held or not next_ones:
            return None
        return max(0.0, min(next_ones) - self.clock.now)

    def _alive(self, msg_ids: list[str]) -> list[str]:
        return [msg_id for msg_id in msg_ids if msg_id in self._lives]
