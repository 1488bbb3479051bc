"""What the gateway has accepted, in order, and no more of it than fits."""

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from sys import getsizeof
from typing import NamedTuple

from laaffic_mock.gateway.delivery.deliveries import Deliveries
from laaffic_mock.gateway.delivery.life import Clock, Course, Fate, Finish, State, course_of
from laaffic_mock.gateway.desk.message import AcceptedMessage

# How much memory messages may take: on average, altogether at least, and one of them alone.
_USUAL_BYTES = 1024
_MIN_BYTES = 16 * 1024 * 1024
_MAX_BYTES_OF_ONE = 64 * 1024
_STAMP = 12  # the digits of a message id that tell the time; the rest is the message's number in the book


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a request."""

    number: str
    content: str
    sender_id: str
    order_id: str | None


class Kept(NamedTuple):
    """A message in the book."""

    msg_id: str
    recipient: Recipient
    accepted_at: float


class Sought(NamedTuple):
    """Which messages are looked for.

    Attributes:
        text: what the text, the number, the order id or the message id holds, in any case; "" for all.
        number: exactly this number.
        state: in this state.
        after: only those that were accepted after so many others.
    """

    text: str = ""
    number: str | None = None
    state: State | None = None
    after: int = 0


class Page(NamedTuple):
    """Some of the messages; how many were accepted, let go, and would fit."""

    accepted: int
    let_go: int
    total: int
    messages: list[AcceptedMessage]


class Book:
    """The accepted messages, and what becomes of them.

    When there are more than `limit`, or they take more memory than 1 KiB for each of so many (at least 16 MiB), the
    oldest are let go, and one beyond 64 KiB at once. Their count is kept.

    Args:
        limit: how many messages to keep.
        clock: the clock of deliveries.
    """

    def __init__(self, limit: int, clock: Clock) -> None:
        self._limit = limit
        self._max_bytes = max(limit * _USUAL_BYTES, _MIN_BYTES)
        self._last = 0
        self._begin(clock)

    @property
    def last(self) -> int:
        """The number of the last message that was accepted; the first one's is 1."""
        return self._last

    def accept(
        self, recipients: Iterable[Recipient], now: float, deliver_after: float, fate_of: Callable[[str], Fate]
    ) -> list[AcceptedMessage]:
        """Write recipients down, each under a message id of its own.

        Args:
            recipients: who.
            now: the time, by the gateway's clock.
            deliver_after: how many seconds of the clock of deliveries it takes until they have finished.
            fate_of: what is meant to become of a number's message.
        """
        accepted_at = datetime.fromtimestamp(now, UTC)
        stamp = accepted_at.strftime("%y%m%d%H%M%S")
        began = self.deliveries.clock.now
        lots: dict[Fate, tuple[Course, list[str]]] = {}  # whose life is the same
        accepted = []
        for recipient in recipients:
            self._last += 1
            self._count += 1
            kept = Kept(f"{stamp}{self._last:07d}", recipient, now)
            if self._keep(kept):
                fate = fate_of(recipient.number)
                lot = lots.get(fate)
                if lot is None:
                    lot = lots[fate] = (course_of(fate, now, began, deliver_after), [])
                self.deliveries.begin(kept.msg_id, lot[0])
                lot[1].append(kept.msg_id)
            accepted.append(_shown(kept, accepted_at, State.QUEUED, None))
        for course, msg_ids in lots.values():
            self.deliveries.queue(msg_ids, course)
        return accepted

    def clear(self, clock: Clock) -> None:
        """Forget all messages, but not which ids were used: an application may keep them in a unique column."""
        self._begin(clock)

    def get(self, msg_id: str) -> AcceptedMessage | None:
        """Return a message, or None when there is none of this id, or none any more."""
        kept = self._by_id.get(msg_id)
        return None if kept is None else self._show(kept)

    def page(self, sought: Sought, offset: int, limit: int) -> Page:
        """Return a page of the messages that are kept and fit, oldest first."""
        kept = self._kept if sought == Sought() else self.find(sought)
        messages = [self._show(k) for k in islice(kept, offset, offset + limit)]
        return Page(self._count, self._count - self._deleted - len(self._kept), len(kept), messages)

    def find(self, sought: Sought) -> list[Kept]:
        """Return what is kept of the messages that fit, oldest first."""
        words, digits = sought.text.casefold(), re.sub(r"[\s()+-]", "", sought.text)

        def fits(kept: Kept) -> bool:
            told = kept.recipient
            if sought.number is not None and told.number != sought.number:
                return False
            if sought.state is not None and self.deliveries.state(kept.msg_id) is not sought.state:
                return False
            return (
                not words
                or words in told.content.casefold()
                or (digits != "" and digits in told.number)
                or (told.order_id is not None and words in told.order_id.casefold())
                or words in kept.msg_id
            )

        return [kept for kept in islice(self._kept, self._place(sought.after + 1), None) if fits(kept)]

    def delete(self, msg_ids: Collection[str]) -> None:
        """Forget messages. They are in no report and no record any more, and are not pushed."""
        gone = {msg_id for msg_id in msg_ids if msg_id in self._by_id}
        left = [(k, size) for k, size in zip(self._kept, self._sizes, strict=True) if k.msg_id not in gone]
        self._kept.clear()
        self._kept.extend(k for k, _ in left)
        self._bytes -= sum(self._sizes) - sum(size for _, size in left)
        self._sizes.clear()
        self._sizes.extend(size for _, size in left)
        self._deleted += len(gone)
        for msg_id in gone:
            del self._by_id[msg_id]
            self.deliveries.forget(msg_id)

    def show(self, kept: Kept) -> AcceptedMessage:
        """Return a message as it is now."""
        return self._show(kept)

    def numbered(self, number: int) -> AcceptedMessage | None:
        """Return the message of a number in the book, or None when there is none, or none any more."""
        return next(map(self._show, self.between(number, number)), None)

    def between(self, first: int, last: int) -> Iterator[Kept]:
        """Yield what is kept of the messages from one number in the book to another, both included."""
        at, end = self._place(first), self._place(last + 1)
        return (self._kept[place] for place in range(at, end))  # the last ones are reached without a walk

    def after(self, number: int) -> Iterator[AcceptedMessage]:
        """Yield the messages that were accepted after so many others."""
        return (self._show(kept) for kept in islice(self._kept, self._place(number + 1), None))

    def unfinished(self, number: str) -> list[str]:
        """Return the ids of the messages to a number that have not finished."""
        finished = self.deliveries.finished
        return [k.msg_id for k in self._kept if k.recipient.number == number and k.msg_id not in finished]

    def finished(self, start: int, end: int, rows: slice) -> list[tuple[str, str, Finish]]:
        """Return some of what finished within whole seconds, both included, in the order in which it did.

        Each row is a message id, a number, and how the message ended.
        """
        ended = self.deliveries.finished.items()
        within = [(msg_id, finish) for msg_id, finish in ended if start <= finish.received_at < end + 1]
        return [(msg_id, self._by_id[msg_id].recipient.number, finish) for msg_id, finish in within[rows]]

    def _begin(self, clock: Clock) -> None:
        self.deliveries = Deliveries(clock)
        self._kept: deque[Kept] = deque()
        self._by_id: dict[str, Kept] = {}
        self._sizes: deque[int] = deque()
        self._bytes: int = 0
        self._count: int = 0
        self._deleted: int = 0

    def _keep(self, kept: Kept) -> bool:
        size = _size(kept)
        if size > _MAX_BYTES_OF_ONE:
            return False
        self._kept.append(kept)
        self._by_id[kept.msg_id] = kept
        self._sizes.append(size)
        self._bytes += size
        while len(self._kept) > self._limit or self._bytes > self._max_bytes:
            gone = self._kept.popleft().msg_id
            del self._by_id[gone]
            self.deliveries.forget(gone)
            self._bytes -= self._sizes.popleft()
        return True

    def _place(self, number: int) -> int:
        """Return where the first message is of this number in the book, or of a higher one."""
        return bisect_left(self._kept, number, key=lambda kept: number_of(kept.msg_id))

    def _show(self, kept: Kept) -> AcceptedMessage:
        deliveries = self.deliveries
        accepted_at = datetime.fromtimestamp(kept.accepted_at, UTC)
        return _shown(kept, accepted_at, deliveries.state(kept.msg_id), deliveries.finished.get(kept.msg_id))


def number_of(msg_id: str) -> int:
    """Return a message's number in the book, which its id ends with."""
    return int(msg_id[_STAMP:])


def _shown(kept: Kept, at: datetime, state: State, finish: Finish | None) -> AcceptedMessage:
    told = kept.recipient
    received_at = None if finish is None else datetime.fromtimestamp(finish.received_at, UTC)
    reason = None if finish is None else finish.reason
    return AcceptedMessage(
        kept.msg_id, told.number, told.content, told.sender_id, told.order_id, at, state, received_at, reason
    )


def _size(kept: Kept) -> int:
    """Return how many bytes a message takes, as if it shared no text with another."""
    told = kept.recipient
    texts = (kept.msg_id, told.number, told.content, told.sender_id, told.order_id)
    return getsizeof(told) + sum(map(getsizeof, texts))
