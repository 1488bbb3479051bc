"""What the gateway has accepted, in order, and no more of it than fits."""

from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from sys import getsizeof
from typing import Any

# How much memory messages may take: on average, altogether at least, and one of them alone.
_USUAL_BYTES = 1024
_MIN_BYTES = 16 * 1024 * 1024
_MAX_BYTES_OF_ONE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a request."""

    number: str
    content: str
    sender_id: str
    order_id: str | None


@dataclass(frozen=True, slots=True)
class AcceptedMessage:
    """One recipient's message as the gateway accepted it."""

    __module__ = "laaffic_mock"

    msg_id: str
    number: str
    content: str
    sender_id: str
    order_id: str | None


class Book:
    """The accepted messages.

    When there are more than `limit`, or they take more memory than 1 KiB for each of so many (at least 16 MiB), the
    oldest are let go, and one beyond 64 KiB at once. Their count is kept.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._max_bytes = max(limit * _USUAL_BYTES, _MIN_BYTES)
        self._messages: deque[AcceptedMessage] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self._count = 0
        self._last_id = 0

    def accept(self, recipients: Iterable[Recipient], now: float) -> list[AcceptedMessage]:
        """Write recipients down, each under a message id of its own."""
        stamp = datetime.fromtimestamp(now, UTC).strftime("%y%m%d%H%M%S")
        accepted = []
        for recipient in recipients:
            self._last_id += 1
            msg_id = f"{stamp}{self._last_id:07d}"
            accepted.append(
                AcceptedMessage(msg_id, recipient.number, recipient.content, recipient.sender_id, recipient.order_id)
            )
        self._count += len(accepted)
        for message in accepted:
            self._keep(message)
        return accepted

    def clear(self) -> None:
        """Forget all messages, but not which ids were used: an application may keep them in a unique column."""
        self._messages.clear()
        self._sizes.clear()
        self._bytes = self._count = 0

    def page(self, number: str | None, offset: int, limit: int) -> dict[str, Any]:
        """Return a page of the messages that are kept, oldest first, optionally of one number."""
        kept = [m for m in self._messages if m.number == number] if number else self._messages
        return {
            "accepted": self._count,
            "let_go": self._count - len(self._messages),
            "total": len(kept),
            "messages": [asdict(message) for message in islice(kept, offset, offset + limit)],
        }

    def _keep(self, message: AcceptedMessage) -> None:
        size = _size(message)
        if size > _MAX_BYTES_OF_ONE:
            return
        self._messages.append(message)
        self._sizes.append(size)
        self._bytes += size
        while len(self._messages) > self._limit or self._bytes > self._max_bytes:
            self._messages.popleft()
            self._bytes -= self._sizes.popleft()


def _size(message: AcceptedMessage) -> int:
    """Return how many bytes a message takes, as if it shared no text with another."""
    texts = (message.msg_id, message.number, message.content, message.sender_id, message.order_id)
    return getsizeof(message) + sum(map(getsizeof, texts))
