"""Messages given as rows, for campaigns."""

from collections.abc import AsyncIterable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from laaffic._model.errors import InvalidMessageError
from laaffic._model.messages import Message

SHAPE = "a row is (number, content) or (number, content, order id)"
_NOT_ROWS = (str, bytes, Mapping, AbstractSet)  # iterable, but not in a way that means a row


class Rows:
    """Messages for one recipient each, made from rows: for campaigns, whose rows come from a file or a database.

    It does what `Message(number, content, sender_id, [order_id])` for each row does, with the same checks and the same
    outcomes, in little more than half the time. Give it to `send_batch` or `send_many` in place of messages; the
    `message_index` of a recipient is the index of its row.

    Args:
        rows: an iterable of `(number, content)` or `(number, content, order_id)`, read as they are needed, so it may be
            endless; for `AsyncClient.send_many` an async iterable too. Each row has one number; `order_id` may be
            None, but not empty.
        sender_id: the sender number or name for all of them; see `Message`.

    Raises:
        InvalidMessageError: the sender id is not valid. Rows are checked as they are read for a request; see
            `send_many` for what becomes of an invalid one.
    """

    __module__ = "laaffic"

    def __init__(
        self,
        rows: Iterable[Sequence[str | None]] | AsyncIterable[Sequence[str | None]],
        *,
        sender_id: str | None = None,
    ) -> None:
        if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable | AsyncIterable):
            raise InvalidMessageError(f"expected an iterable, got {type(rows).__name__}; {SHAPE}", field="rows")
        self.rows = rows
        self.sender_id = Message("9990000000", "x", sender_id).sender_id

    def __iter__(self) -> Iterator[Message]:
        """Make one message after the other, for whoever wants to look at them."""
        if not isinstance(self.rows, Iterable):
            raise InvalidMessageError("an async iterable can only be read by AsyncClient.send_many", field="rows")
        for index, row in enumerate(map(kept, self.rows)):
            yield message_of(row, index, self.sender_id)

    def __repr__(self) -> str:
        """Show the kind of the rows, and none of them."""
        return f"Rows(<{type(self.rows).__name__}>, sender_id={self.sender_id!r})"


def kept(row: Any) -> Any:
    """Return a copy of a row's values as they are now: the caller may reuse the same list for the next row."""
    return tuple(row) if isinstance(row, Iterable) and not isinstance(row, _NOT_ROWS) else row


def message_of(row: Any, index: int, sender_id: str | None) -> Message:
    """Make a message of one row.

    Raises:
        InvalidMessageError: names the row by `message_index`, and what is wrong with it.
    """
    if not isinstance(row, tuple):
        raise _invalid(f"expected a row, got {type(row).__name__}; {SHAPE}", index)
    if len(row) not in {2, 3}:
        raise _invalid(f"it has {len(row)} values; {SHAPE}", index)
    number, content, *order_ids = row
    try:
        return Message([number], content, sender_id, None if order_ids in ([], [None]) else order_ids)
    except InvalidMessageError as error:
        position = None if error.field in {"numbers", "order_ids"} else error.position
        refused = _invalid(error.rule, index, field=error.field, position=position)
    raise refused


def _invalid(rule: str, index: int, *, field: str = "row", position: int | None = None) -> InvalidMessageError:
    return InvalidMessageError(rule, field=field, message_index=index, position=position, among="rows")


def text_of(row: Any) -> str:
    """Return what was given as the number of a row, as text: for a row that was never sent."""
    given = row[0] if isinstance(row, tuple) and row else row
    if isinstance(given, bytes | bytearray):
        return bytes(given).decode("utf-8", "replace")
    if not isinstance(given, str | int | float):
        return f"<{type(given).__name__}>"
    try:
        text = str(given)
    except ValueError:  # it has more digits than Python writes
        return f"<{type(given).__name__}>"
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
