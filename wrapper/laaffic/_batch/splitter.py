"""Grouping messages into the batches that are posted."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator
from itertools import islice
from typing import Any

from laaffic._batch.batch import Batch, MessageBatch, in_order, part_of, unposted
from laaffic._batch.ids import RANDOM, Ids
from laaffic._batch.rows import batch_of, not_sendable
from laaffic._model.errors import InvalidMessageError
from laaffic._model.messages import Message, kind_of
from laaffic._model.recipients import Recipient
from laaffic._model.results import BatchResult
from laaffic._model.rows import Rows, kept


def one_batch(messages: Iterable[Message], max_recipients: int, ids: Ids = RANDOM) -> Batch:
    """Put all messages, or all rows, into one batch.

    Raises:
        InvalidMessageError: there is none, one is not a `Message`, or there are too many recipients for one request.
    """
    if isinstance(messages, Rows):
        given = [row if type(row) is tuple else kept(row) for row in _iterable(messages.rows)]
        batch = batch_of(given, 0, messages.sender_id, report=False, ids=ids)
    else:
        batch = _all(messages, ids)
    if not batch.size:
        raise InvalidMessageError("there is no message; give at least one")
    if batch.size > max_recipients:
        rule = f"{batch.size} recipients are too many for one request of at most {max_recipients}; use send_many"
        raise InvalidMessageError(rule, result=BatchResult(tuple(unposted(batch))))
    return batch


def one_message(
    number: str, content: str, sender_id: str | None, order_id: str | None, ids: Ids = RANDOM
) -> MessageBatch:
    """Make a batch of one message to one recipient.

    Raises:
        InvalidMessageError: names the field and the rule.
    """
    if not isinstance(number, str):
        several = "; use send_batch for several" if isinstance(number, list | tuple) else ""
        raise InvalidMessageError(f"expected a string, got {kind_of(number)}{several}", field="number")
    try:
        message = Message(number, content, sender_id, None if order_id is None else [order_id])
    except InvalidMessageError as error:
        field = {"numbers": "number", "order_ids": "order_id"}.get(error.field, error.field)
        raise InvalidMessageError(error.rule, field=field) from None
    if len(message.numbers) > 1:
        rule = f"send takes one number, and there are {len(message.numbers)}; use send_batch for several"
        raise InvalidMessageError(rule, field="number")
    return MessageBatch([message], [0], ids=ids)


def _all(messages: Iterable[Message], ids: Ids) -> MessageBatch:
    given = list(_iterable(messages))
    if set(map(type, given)) == {Message}:
        return MessageBatch(given, range(len(given)), ids=ids)
    batch = MessageBatch(ids=ids)
    refusal: InvalidMessageError | None = None
    for index, message in enumerate(given):
        if isinstance(message, Message):
            batch.add(message, index)
        else:
            error = _not_a_message(message, index)
            batch.invalid.append(not_sendable(message, index, error.rule))
            refusal = refusal or error
    if refusal is not None:
        refusal.result = BatchResult(tuple(unposted(batch)))
        raise refusal
    return batch


class Splitter:
    """Split a stream of messages, or of rows, into batches of at most `max_recipients`, holding no more than one batch.

    A message stays whole where it fits into a request; one that is too large for any is split.

    Ctrl-C may come between any two steps. So what is read is noted with the first step after it, and nothing is let go
    of before it is noted elsewhere: a call may be interrupted, assignments in one line are not.

    Args:
        max_recipients: how many recipients one request may have at most.
        report: whether what cannot be sent becomes an outcome in the current batch; otherwise it raises.
        ids: where the batches' ids come from, and perhaps their order ids.

    Attributes:
        yielded: the last batch, until whoever posts it has noted it and sets this to None.
    """

    def __init__(self, max_recipients: int, *, report: bool = False, ids: Ids = RANDOM) -> None:
        self._max = max_recipients
        self._report = report
        self._ids = ids
        self.yielded: Batch | None = None
        self._batch = MessageBatch(ids=ids)
        self._index = 0
        self._waiting: deque[Any] = deque()  # the message with this index, or what is left of it
        self._rows: list[Any] = []
        self._first = 0

    def split(self, messages: Iterable[Message]) -> Iterator[Batch]:
        """Yield the batches of an iterable.

        Raises:
            InvalidMessageError: something in it cannot be sent.
        """
        if isinstance(messages, Rows):
            rows = iter(_iterable(messages.rows))
            while True:
                for row in islice(rows, self._max):
                    self._rows.append(row)
                    self._rows[-1] = row if type(row) is tuple else kept(row)
                if not self._rows:
                    return
                yield self._row_batch(messages.sender_id)
        for message in _iterable(messages):
            self._waiting.append(message)
            yield from self._add()
        yield from self._rest()

    async def split_async(self, messages: Iterable[Message] | AsyncIterable[Message]) -> AsyncGenerator[Batch]:
        """Do the same for an iterable of either kind."""
        if isinstance(messages, Rows) and isinstance(messages.rows, AsyncIterable):
            async for row in messages.rows:
                self._rows.append(row)
                self._rows[-1] = row if type(row) is tuple else kept(row)
                if len(self._rows) == self._max:
                    yield self._row_batch(messages.sender_id)
            if self._rows:
                yield self._row_batch(messages.sender_id)
        elif isinstance(messages, AsyncIterable):
            async for message in messages:
                self._waiting.append(message)
                for batch in self._add():
                    yield batch
            for batch in self._rest():
                yield batch
        else:
            for batch in self.split(messages):
                yield batch

    def unposted(self) -> list[Recipient]:
        """Return the outcomes of what was read and is in no batch that was taken over."""
        yielded = [] if self.yielded is None else unposted(self.yielded)
        return in_order([*yielded, *self._not_yielded()])

    def _not_yielded(self) -> list[Recipient]:
        left = MessageBatch()
        for message, index in zip(self._batch.messages, self._batch.indexes, strict=False):
            left.add(message, index)
        others = []
        for message in self._waiting:
            if isinstance(message, Message):
                left.add(message, self._index)
            else:
                others.append(not_sendable(message, self._index, None))
        rows = [not_sendable(row, index, None) for index, row in enumerate(self._rows, self._first)]
        return in_order([*unposted(left), *self._batch.invalid, *others, *rows])

    def _row_batch(self, sender_id: str | None) -> Batch:
        end = self._first + len(self._rows)
        try:
            batch = batch_of(self._rows, self._first, sender_id, report=self._report, ids=self._ids)
        except InvalidMessageError:  # its result has them
            self._rows = []
            raise
        self.yielded, self._rows, self._first = batch, [], end
        return batch

    def _add(self) -> Iterator[Batch]:
        message = self._waiting[0]
        if not isinstance(message, Message):
            yield from self._add_invalid(message)
            return
        if len(message.numbers) > self._max:
            self._waiting = deque(_pieces(message, self._max))
        while self._waiting:
            if self._batch.size + len(self._waiting[0].numbers) > self._max:
                yield from self._rest()
            self._batch.add(self._waiting[0], self._index)
            del self._waiting[0]
        self._index += 1
        if self._batch.size == self._max:
            yield from self._rest()

    def _add_invalid(self, given: object) -> Iterator[Batch]:
        error = _not_a_message(given, self._index)
        invalid = not_sendable(given, self._index, error.rule)
        self._batch.invalid.append(invalid)
        self._waiting, self._index = deque(), self._index + 1
        if not self._report:
            error.result = BatchResult(tuple(self._not_yielded()))
            self._batch = MessageBatch(ids=self._ids)
            raise error
        if len(self._batch.invalid) == self._max:
            yield from self._rest()

    def _rest(self) -> Iterator[Batch]:
        if self._batch.messages or self._batch.invalid:
            self.yielded, self._batch = self._batch, MessageBatch(ids=self._ids)
            yield self.yielded


def _iterable(given: Any) -> Iterable[Any]:
    if isinstance(given, AsyncIterable) and not isinstance(given, Iterable):
        raise InvalidMessageError("an async iterable can only be read by AsyncClient.send_many")
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise InvalidMessageError(f"expected a list of laaffic.Message, got {type(given).__name__}")
    return given


def _not_a_message(given: object, index: int) -> InvalidMessageError:
    rows = "; for rows, give laaffic.Rows(rows)" if isinstance(given, tuple) else ""
    return InvalidMessageError(f"expected a laaffic.Message, got {type(given).__name__}{rows}", message_index=index)


def _pieces(message: Message, most: int) -> Iterator[Message]:
    for start in range(0, len(message.numbers), most):
        yield part_of(message, range(start, min(start + most, len(message.numbers))))
