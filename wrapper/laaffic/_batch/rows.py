"""The rows of one request, checked a column at a time."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, Self

from laaffic._batch.batch import Asked, Batch, MessageBatch, unposted
from laaffic._batch.ids import RANDOM, Ids, made_of
from laaffic._model.errors import InvalidMessageError
from laaffic._model.messages import MAX_CONTENT
from laaffic._model.numbers import are_numbers
from laaffic._model.recipients import Recipient, State
from laaffic._model.results import BatchResult
from laaffic._model.rows import message_of, text_of


class RowBatch:
    """The rows of one request, as columns."""

    def __init__(
        self,
        numbers: list[str],
        contents: list[str],
        order_ids: list[str] | None,
        sender_id: str | None,
        indexes: Sequence[int],
        *,
        ids: Ids = RANDOM,
    ) -> None:
        self.id = ids.new()
        self.numbers = numbers
        self.contents = contents
        self.order_ids = order_ids
        self.sender_id = sender_id
        self.indexes = indexes
        self.size = len(numbers)
        self.invalid: list[Recipient] = []
        self._ids = ids
        self._wire = order_ids or (made_of(self.id, self.size) if ids.on_wire else None)

    def asked(self) -> Asked:
        """Every recipient, in the order asked."""
        none: list[str | None] = [None] * self.size
        return Asked(self.numbers, [*(self.order_ids or none)], self.indexes, [*(self._wire or none)])

    def items(self) -> Iterable[tuple[str, str, str | None, str | None]]:
        """What is posted for each message."""
        return zip(self.numbers, self.contents, repeat(self.sender_id), self._wire or repeat(None), strict=False)

    @property
    def first_order_id(self) -> str | None:
        """The order id of the first recipient, as posted."""
        return self._wire[0] if self._wire else None

    def pick(self, positions: Sequence[int]) -> Self:
        """Return a batch of some of the rows."""
        return type(self)(
            [self.numbers[position] for position in positions],
            [self.contents[position] for position in positions],
            None if self.order_ids is None else [self.order_ids[position] for position in positions],
            self.sender_id,
            [self.indexes[position] for position in positions],
            ids=self._ids,
        )


def batch_of(rows: list[Any], first: int, sender_id: str | None, *, report: bool, ids: Ids = RANDOM) -> Batch:
    """Make a batch of rows.

    Args:
        rows: the rows, each as `kept` returned it when it was read.
        first: the index of the first one.
        sender_id: the sender id for all of them.
        report: whether an invalid row becomes an outcome in `invalid`; otherwise it raises.
        ids: where its id comes from, and perhaps its order ids.

    Raises:
        InvalidMessageError: a row is invalid. Its result has an outcome for each of the rows.
    """
    columns = _plain_columns(rows)
    if columns is not None:
        return RowBatch(*columns, sender_id, range(first, first + len(rows)), ids=ids)
    batch = MessageBatch(ids=ids)
    refusal: InvalidMessageError | None = None
    for index, row in enumerate(rows, first):
        try:
            batch.add(message_of(row, index, sender_id), index)
        except InvalidMessageError as error:
            batch.invalid.append(not_sendable(row, index, error.rule))
            refusal = refusal or error
    if refusal is not None and not report:
        refusal.result = BatchResult(tuple(unposted(batch)))
        raise refusal
    return batch


def not_sendable(row: Any, index: int, reason: str | None) -> Recipient:
    """Return the outcome of what cannot be sent: nothing left this machine for it."""
    order_id = row[2] if isinstance(row, tuple) and len(row) > 2 and isinstance(row[2], str) else None  # noqa: PLR2004  # the third
    return Recipient(text_of(row), order_id, None, State.NOT_SENT, index, reason)


def _plain_columns(rows: list[Any]) -> tuple[list[str], list[str], list[str] | None] | None:
    """Return the columns when each value is as `Message` would keep it; None when each must be checked by itself."""
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
            and max(map(len, contents)) <= MAX_CONTENT
            and all(map(str.strip, contents))
            and all(order_ids)
            and "," not in ids
            and ids.split() == [ids][: len(order_ids)]
            and (ids + "".join(contents)).encode() != b""  # which fails for half of a surrogate pair
        )
    except (TypeError, ValueError):
        return None
    return (numbers, contents, order_ids or None) if plain else None
