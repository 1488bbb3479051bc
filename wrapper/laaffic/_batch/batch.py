"""The recipients of one request, from messages or from rows."""

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, groupby, repeat
from typing import Protocol, Self

from laaffic._batch.ids import RANDOM, Ids, made_of
from laaffic._model.messages import Message
from laaffic._model.recipients import Recipient, State
from laaffic._model.results import BatchResult


class Asked:
    """The recipients that were asked for, in order: columns of the same length.

    Attributes:
        order_ids: those that the caller gave.
        wire_order_ids: those that are posted: the caller's, ours, or None.
    """

    def __init__(
        self,
        numbers: list[str],
        order_ids: list[str | None],
        message_indexes: Sequence[int],
        wire_order_ids: list[str | None],
    ) -> None:
        self.numbers = numbers
        self.order_ids = order_ids
        self.message_indexes = message_indexes
        self.wire_order_ids = wire_order_ids

    def __len__(self) -> int:
        return len(self.numbers)

    def outcomes(
        self,
        states: Iterable[State],
        msg_ids: Iterable[str | None],
        reasons: Iterable[str | None] | None = None,
        *,
        posted: bool = True,
    ) -> tuple[Recipient, ...]:
        """Return one outcome for every recipient."""
        reasons = repeat(None) if reasons is None else reasons
        wire = self.wire_order_ids if posted else repeat(None)
        rows = zip(self.numbers, self.order_ids, msg_ids, states, self.message_indexes, reasons, wire, strict=False)
        return tuple(map(tuple.__new__, repeat(Recipient), rows))  # what Recipient(*row) does, in half the time

    def some(self, positions: Sequence[int]) -> "Asked":
        """Return some of the recipients, by their positions."""
        return Asked(
            [self.numbers[position] for position in positions],
            [self.order_ids[position] for position in positions],
            [self.message_indexes[position] for position in positions],
            [self.wire_order_ids[position] for position in positions],
        )


class Batch(Protocol):
    """What one request asks for.

    Attributes:
        id: a random id, which names the batch in the log, in its result, in errors and in order ids of ours.
        size: how many recipients it has. A batch without any, of invalid rows alone, is never posted.
        invalid: the outcomes of what was read for this batch and cannot be sent.
    """

    id: str
    size: int
    invalid: list[Recipient]

    def asked(self) -> Asked:
        """Every recipient, in the order asked."""

    def items(self) -> Iterable[tuple[str, str, str | None, str | None]]:
        """What is posted for each message: numbers, content, sender id, order ids; commas between numbers and ids."""

    @property
    def first_order_id(self) -> str | None:
        """The order id of the first recipient, as posted."""

    def pick(self, positions: Sequence[int]) -> "Batch":
        """Return a batch of some of the recipients, by their ascending positions in this one."""


def all_in(state: State, batch: Batch, reason: str | None = None) -> BatchResult:
    """Return a result in which every recipient is in the same state."""
    posted = state is not State.NOT_SENT
    recipients = batch.asked().outcomes(repeat(state), repeat(None), repeat(reason), posted=posted)
    return BatchResult(recipients, batch_id=batch.id)


def unposted(batch: Batch) -> list[Recipient]:
    """Return the outcomes of a batch that is not going to be posted."""
    return in_order([*all_in(State.NOT_SENT, batch).recipients, *batch.invalid])


def in_order(recipients: list[Recipient]) -> list[Recipient]:
    """Return recipients in the order of their messages."""
    return sorted(recipients, key=lambda recipient: recipient.message_index)


class MessageBatch:
    """The messages of one request, each with its index in what the caller gave."""

    def __init__(self, messages: Iterable[Message] = (), indexes: Iterable[int] = (), *, ids: Ids = RANDOM) -> None:
        self.id = ids.new()
        self._ids = ids
        self.messages = list(messages)
        self.indexes = list(indexes)
        self.size = sum([len(message.numbers) for message in self.messages])
        self._made: list[str] = []
        self.invalid: list[Recipient] = []

    def add(self, message: Message, index: int) -> None:
        """Put one more message in."""
        self.messages.append(message)
        self.indexes.append(index)
        self.size += len(message.numbers)

    def asked(self) -> Asked:
        """Every recipient, in the order asked."""
        numbers = [message.numbers for message in self.messages]
        given = [message.order_ids or repeat(None, len(message.numbers)) for message in self.messages]
        flat = chain.from_iterable
        indexes = self.indexes
        if self.size > len(indexes):
            indexes = list(flat(map(repeat, indexes, map(len, numbers))))
        order_ids: list[str | None] = list(flat(given))
        wire = order_ids
        if self._ids.on_wire and None in order_ids:
            wire = [theirs or ours for theirs, ours in zip(order_ids, self._ours(), strict=True)]
        return Asked(list(flat(numbers)), order_ids, indexes, wire)

    def items(self) -> list[tuple[str, str, str | None, str | None]]:
        """What is posted for each message."""
        messages = self.messages
        order_ids = [None if message.order_ids is None else ",".join(message.order_ids) for message in messages]
        if self._ids.on_wire and None in order_ids:
            order_ids = [theirs or ours for theirs, ours in zip(order_ids, self._ours_joined(), strict=True)]
        return [
            (",".join(message.numbers), message.content, message.sender_id, its_order_ids)
            for message, its_order_ids in zip(messages, order_ids, strict=True)
        ]

    @property
    def first_order_id(self) -> str | None:
        """The order id of the first recipient, as posted."""
        theirs = self.messages[0].order_ids
        return theirs[0] if theirs else self._ours()[0] if self._ids.on_wire else None

    def pick(self, positions: Sequence[int]) -> Self:
        """Return a batch of some of the recipients; a message of which some are picked is cut."""
        owners = [
            (place, position) for place, message in enumerate(self.messages) for position in range(len(message.numbers))
        ]
        picked = type(self)(ids=self._ids)
        for place, recipients in groupby((owners[position] for position in positions), key=lambda owner: owner[0]):
            picked.add(part_of(self.messages[place], [position for _, position in recipients]), self.indexes[place])
        return picked

    def _ours(self) -> list[str]:
        if len(self._made) != self.size:
            self._made = made_of(self.id, self.size)
        return self._made

    def _ours_joined(self) -> Iterable[str]:
        ours = self._ours()
        if len(self.messages) == self.size:
            return ours
        ends = list(accumulate(len(message.numbers) for message in self.messages))
        return [",".join(ours[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def part_of(message: Message, positions: Sequence[int]) -> Message:
    """Return a message for some of a message's recipients."""
    numbers, order_ids = message.numbers, message.order_ids
    return Message(
        [numbers[position] for position in positions],
        message.content,
        message.sender_id,
        None if order_ids is None else [order_ids[position] for position in positions],
    )
