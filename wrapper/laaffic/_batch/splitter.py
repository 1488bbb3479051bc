"""Messages put together into requests."""

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from itertools import count

from laaffic._batch.batch import Batch, MessageBatch, all_in
from laaffic._batch.rows import Rows
from laaffic._model.errors import InvalidMessageError
from laaffic._model.messages import Message
from laaffic._model.results import State


def one_batch(messages: Iterable[Message], max_recipients: int) -> Batch:
    """Put all messages, or all rows, into one batch.

    Raises:
        InvalidMessageError: there is none, one is not a `Message`, or there are too many receivers for one request.
    """
    batch = messages._all() if isinstance(messages, Rows) else _all(messages)  # noqa: SLF001  # private to the package
    if not batch.size:
        raise InvalidMessageError("there is no message; give at least one")
    if batch.size > max_recipients:
        rule = f"{batch.size} receivers are too many for one request of at most {max_recipients}; use send_many"
        raise InvalidMessageError(rule, result=all_in(State.NOT_SENT, batch))
    return batch


def _all(messages: Iterable[Message]) -> MessageBatch:
    given = list(_iterable(messages))
    places = [place for place, message in enumerate(given) if isinstance(message, Message)]
    right = [given[place] for place in places]
    batch = MessageBatch(right, places)
    if len(right) < len(given):
        wrong = next(place for place, message in enumerate(given) if not isinstance(message, Message))
        raise _not_a_message(given[wrong], wrong, batch)
    return batch


class Splitter:
    """Cut a stream of messages into batches of at most `max_recipients`, holding no more than one batch.

    A message stays whole where it fits into a request; one that alone is too large is cut.
    """

    def __init__(self, max_recipients: int) -> None:
        self._most = max_recipients
        self._batch = MessageBatch()
        self._index = count()
        self._waiting: deque[tuple[Message, int]] = deque()

    def split(self, messages: Iterable[Message]) -> Iterator[Batch]:
        """Yield the batches of an iterable.

        Raises:
            InvalidMessageError: something in it is not a `Message`.
        """
        if isinstance(messages, Rows):
            yield from messages._batches(self._most)  # noqa: SLF001  # private to the package
            return
        for message in _iterable(messages):
            yield from self._add(message)
        yield from self._rest()

    async def split_async(self, messages: Iterable[Message] | AsyncIterable[Message]) -> AsyncIterator[Batch]:
        """Do the same for an iterable of either kind."""
        if not isinstance(messages, AsyncIterable):
            for batch in self.split(messages):
                yield batch
            return
        async for message in messages:
            for batch in self._add(message):
                yield batch
        for batch in self._rest():
            yield batch

    def unposted(self) -> MessageBatch:
        """Return what was read and not yet yielded."""
        left = MessageBatch()
        for message, index in (*zip(self._batch.messages, self._batch.indexes, strict=True), *self._waiting):
            left.add(message, index)
        return left

    def _add(self, message: Message) -> Iterator[Batch]:
        index = next(self._index)
        if not isinstance(message, Message):
            raise _not_a_message(message, index, self.unposted())
        self._waiting.extend((piece, index) for piece in _pieces(message, self._most))
        while self._waiting:
            if self._batch.size + len(self._waiting[0][0].numbers) > self._most:
                yield from self._rest()
            self._batch.add(*self._waiting.popleft())
        if self._batch.size == self._most:
            yield from self._rest()

    def _rest(self) -> Iterator[Batch]:
        if self._batch.messages:
            full, self._batch = self._batch, MessageBatch()
            yield full


def _iterable(messages: Iterable[Message]) -> Iterable[Message]:
    if isinstance(messages, str | bytes) or not isinstance(messages, Iterable):
        raise InvalidMessageError(f"a {type(messages).__name__} will not do; give a list of laaffic.Message")
    return messages


def _not_a_message(given: object, index: int, others: MessageBatch) -> InvalidMessageError:
    rule = f"a {type(given).__name__} will not do; give a laaffic.Message"
    return InvalidMessageError(rule, message_index=index, result=all_in(State.NOT_SENT, others))


def _pieces(message: Message, most: int) -> Iterator[Message]:
    if len(message.numbers) <= most:
        yield message
        return
    for start in range(0, len(message.numbers), most):
        part = slice(start, start + most)
        order_ids = message.order_ids[part] if message.order_ids else None
        yield Message(message.numbers[part], message.content, message.sender_id, order_ids)
