"""Which messages are to finish when, and how those ended that have finished."""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush
from itertools import count

from laaffic_mock.gateway.delivery.life import FAILED_REASON, Clock, Course, Fate, Finish, State

_SPARE = 1000


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

    def forget(self, msg_id: str) -> None:
        """Forget a message."""
        self._lives.pop(msg_id, None)
        self._finished.pop(msg_id, None)
        if len(self._due) > 2 * len(self._lives) + _SPARE:
            self._due = [entry for entry in self._due if entry[2] in self._lives]
            heapify(self._due)

    def settle(self) -> list[str]:
        """Finish what is due, and return the message ids, in the order in which they finished."""
        now, ended = self.clock.now, []
        while self._due and self._due[0][0] <= now:
            msg_id = heappop(self._due)[2]
            course = self._lives.get(msg_id)
            if course is not None and msg_id not in self._finished:
                failed = course.fate is Fate.FAILS
                self._finished[msg_id] = Finish(self.clock.wall(course), failed, FAILED_REASON if failed else None)
                ended.append(msg_id)
        return ended

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
        """Return in how many seconds the next message finishes by itself, or None when none does."""
        if self.clock.held or not self._due:
            return None
        return max(0.0, self._due[0][0] - self.clock.now)
