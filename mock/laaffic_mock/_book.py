"""What the gateway has accepted, in order, and no more of it than fits."""

from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from laaffic_mock._rules import Receiver


@dataclass(frozen=True, slots=True)
class AcceptedMessage:
    """One receiver's message as the gateway accepted it."""

    msg_id: str
    number: str
    content: str
    sender_id: str
    order_id: str | None


class Book:
    """The accepted messages. When there are more than `limit`, the oldest are let go; their count is kept."""

    def __init__(self, limit: int) -> None:
        self._messages: deque[AcceptedMessage] = deque(maxlen=limit)
        self._count = 0

    def accept(self, receivers: Iterable[Receiver], now: float) -> list[AcceptedMessage]:
        """Write receivers down, each under a message id of its own."""
        stamp = datetime.fromtimestamp(now, UTC).strftime("%y%m%d%H%M%S")
        accepted = []
        for receiver in receivers:
            self._count += 1
            msg_id = f"{stamp}{self._count:07d}"
            row = AcceptedMessage(msg_id, receiver.number, receiver.content, receiver.sender_id, receiver.order_id)
            accepted.append(row)
        self._messages.extend(accepted)
        return accepted

    def page(self, number: str | None, offset: int, limit: int) -> dict[str, Any]:
        """Return a page of the messages that are kept, oldest first, optionally of one number."""
        kept = [m for m in self._messages if m.number == number] if number else self._messages
        return {
            "accepted": self._count,
            "let_go": self._count - len(self._messages),
            "total": len(kept),
            "messages": [asdict(message) for message in islice(kept, offset, offset + limit)],
        }
