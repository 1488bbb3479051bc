"""Messages from rows: a request's worth at a time, checked by columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice, repeat
from typing import Any

from laaffic._batch.batch import Asked, MessageBatch, all_in
from laaffic._model.errors import InvalidMessageError
from laaffic._model.messages import MOST_CONTENT, Message
from laaffic._model.numbers import are_numbers
from laaffic._model.results import State

_NO_ROW = (str, bytes, Mapping, AbstractSet)  # they can be read one by one, too, but not as what they are
_SHAPE = "a row is (number, content) or (number, content, order id)"


class Rows:
    """Messages for one receiver each, made from rows: for campaigns, whose rows come from a file or a database.

    It does what `Message(number, content, sender_id, [order_id])` for each row does, with the same checks and the same
    outcomes, in little more than half the time. Give it to `send_batch` or `send_many` in place of messages; the
    `message_index` of a receiver is the place of its row.

    Args:
        rows: an iterable of `(number, content)` or `(number, content, order_id)`, read as they are needed, so it may be
            endless. Each row has one number; `order_id` may be None, but not empty.
        sender_id: the sender number or name for all of them; see `Message`.

    Raises:
        InvalidMessageError: the sender id will do for no message. Rows are checked as they are read for a request: the
            error then names the row by `message_index`, and `.result` holds those before it that were not sent. Nor
            were those after it; up to `max_recipients` rows are read at a time.
    """

    def __init__(self, rows: Iterable[Sequence[str | None]], *, sender_id: str | None = None) -> None:
        if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
            raise InvalidMessageError(f"a {type(rows).__name__} will not do; give an iterable: {_SHAPE}", field="rows")
        self._rows = rows
        self._sender_id = Message("9990000000", "x", sender_id).sender_id

    def __iter__(self) -> Iterator[Message]:
        """Make one message after the other, for whoever wants to see them."""
        for index, row in enumerate(map(_kept, self._rows)):
            yield _message(row, index, self._sender_id)

    def _batches(self, most: int) -> "Iterator[MessageBatch | RowBatch]":
        rows, first = iter(self._rows), 0
        while some := _read(islice(rows, most)):
            yield self._batch(some, first)
            first += len(some)

    def _all(self) -> "MessageBatch | RowBatch":
        return self._batch(_read(self._rows), 0)

    def _batch(self, rows: list[Any], first: int) -> "MessageBatch | RowBatch":
        columns = _plain_columns(rows)
        if columns is not None:
            return RowBatch(*columns, self._sender_id, first)
        batch = MessageBatch()
        for index, row in enumerate(rows, first):
            try:
                batch.add(_message(row, index, self._sender_id), index)
            except InvalidMessageError as error:
                error.result = all_in(State.NOT_SENT, batch)
                raise
        return batch


class RowBatch:
    """The rows of one request, as columns."""

    def __init__(
        self, numbers: list[str], contents: list[str], order_ids: list[str] | None, sender_id: str | None, first: int
    ) -> None:
        self.numbers = numbers
        self.contents = contents
        self.order_ids = order_ids
        self.sender_id = sender_id
        self.first = first
        self.size = len(numbers)

    def asked(self) -> Asked:
        """Every receiver, in the order asked."""
        order_ids: list[str | None] = [*self.order_ids] if self.order_ids else [None] * self.size
        return Asked(self.numbers, order_ids, range(self.first, self.first + self.size))

    def items(self) -> Iterable[tuple[str, str, str | None, str | None]]:
        """What is posted of each message."""
        return zip(self.numbers, self.contents, repeat(self.sender_id), self.order_ids or repeat(None), strict=False)

    def texts(self) -> Iterable[str]:
        """Every content."""
        return self.contents


def _read(rows: Iterable[Any]) -> list[Any]:
    return [row if type(row) is tuple else _kept(row) for row in rows]


def _kept(row: Any) -> Any:
    """Keep the values of a row as they are now: the next may come in the same list."""
    return tuple(row) if isinstance(row, Iterable) and not isinstance(row, _NO_ROW) else row


def _message(row: Any, index: int, sender_id: str | None) -> Message:
    if not isinstance(row, tuple):
        raise InvalidMessageError(f"a {type(row).__name__} will not do; {_SHAPE}", field="row", message_index=index)
    if len(row) not in {2, 3}:
        rule = f"it has {len(row)} values; {_SHAPE}"
        raise InvalidMessageError(rule, field="row", message_index=index)
    number, content, *order_ids = row
    try:
        return Message([number], content, sender_id, None if order_ids in ([], [None]) else order_ids)
    except InvalidMessageError as error:
        position = None if error.field in {"numbers", "order_ids"} else error.position
        raise InvalidMessageError(error.rule, field=error.field, message_index=index, position=position) from None


def _plain_columns(rows: list[Any]) -> tuple[list[str], list[str], list[str] | None] | None:
    """Return the columns when each value is as `Message` would keep it; None when that has to be looked at."""
    if set(map(type, rows)) != {tuple}:
        return None
    try:
        numbers, contents, *more = map(list, zip(*rows, strict=True))
        order_ids = more[0] if more and more[0].count(None) < len(rows) else []
        together, ids = ",".join(numbers), "".join(order_ids)
        plain = (
            len(more) <= 1
            and are_numbers(together)
            and together.count(",") == len(numbers) - 1
            and max(map(len, contents)) <= MOST_CONTENT
            and all(map(str.strip, contents))
            and all(order_ids)
            and "," not in ids
            and ids.split() == [ids][: len(order_ids)]
            and (ids + "".join(contents)).encode() != b""  # which fails for halves of surrogate pairs
        )
    except (TypeError, ValueError):
        return None
    return (numbers, contents, order_ids or None) if plain else None
