"""The receivers of one request, from messages or from rows."""

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import Protocol

from laaffic._model.messages import Message
from laaffic._model.results import BatchResult, Recipient, State


class Asked:
    """The receivers that were asked for, in order: columns of the same length."""

    def __init__(self, numbers: list[str], order_ids: list[str | None], message_indexes: Sequence[int]) -> None:
        self.numbers = numbers
        self.order_ids = order_ids
        self.message_indexes = message_indexes

    def __len__(self) -> int:
        return len(self.numbers)

    def in_state(self, states: Iterable[State], msg_ids: Iterable[str | None]) -> tuple[Recipient, ...]:
        """Return one outcome for every receiver."""
        rows = zip(self.numbers, self.order_ids, msg_ids, states, self.message_indexes, strict=False)
        return tuple(map(tuple.__new__, repeat(Recipient), rows))  # what Recipient(*row) does, in half the time


class Batch(Protocol):
    """What one request asks for."""

    def asked(self) -> Asked:
        """Every receiver, in the order asked."""

    def items(self) -> Iterable[tuple[str, str, str | None, str | None]]:
        """What is posted of each message: numbers and order ids with commas between them, content, sender id."""

    def texts(self) -> Iterable[str]:
        """Every content."""


def all_in(state: State, batch: Batch) -> BatchResult:
    """Return a result in which every receiver is in the same state."""
    return BatchResult(batch.asked().in_state(repeat(state), repeat(None)))


class MessageBatch:
    """The messages of one request, each with its place in what the caller gave."""

    def __init__(self, messages: Iterable[Message] = (), indexes: Iterable[int] = ()) -> None:
        self.messages = list(messages)
        self.indexes = list(indexes)
        self.size = sum([len(message.numbers) for message in self.messages])

    def add(self, message: Message, index: int) -> None:
        """Put one more message in."""
        self.messages.append(message)
        self.indexes.append(index)
        self.size += len(message.numbers)

    def asked(self) -> Asked:
        """Every receiver, in the order asked."""
        numbers = [message.numbers for message in self.messages]
        order_ids = [message.order_ids or repeat(None, len(message.numbers)) for message in self.messages]
        flat = chain.from_iterable
        indexes = self.indexes
        if self.size > len(indexes):
            indexes = list(flat(map(repeat, indexes, map(len, numbers))))
        return Asked(list(flat(numbers)), list(flat(order_ids)), indexes)

    def items(self) -> list[tuple[str, str, str | None, str | None]]:
        """What is posted of each message."""
        return [
            (
                ",".join(message.numbers),
                message.content,
                message.sender_id,
                None if message.order_ids is None else ",".join(message.order_ids),
            )
            for message in self.messages
        ]

    def texts(self) -> Iterable[str]:
        """Every content."""
        return (message.content for message in self.messages)
