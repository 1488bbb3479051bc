"""How a chunk's recipients and their outcomes are kept: columns as JSON, compressed, behind a byte for the format."""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import orjson

import laaffic
from laaffic_campaigns._errors import LedgerError

_FORMAT = b"\x01"
# As we write them, and no larger than a database's integer: anybody may push something that only looks like it.
_OURS = re.compile(r"([a-z][0-9a-z]{9})-(0|s?[1-9][0-9]{0,8})-(0|[1-9][0-9]{0,8})")
_STATES = {"a": "accepted", "r": "rejected", "n": "not_sent", "u": "unknown"}
_DELIVERIES = {"-": None, "s": "succeeded", "f": "failed", "p": "pending", "n": "not_found"}
_DELIVERED_AS = {state: letter for letter, state in _DELIVERIES.items()}
_LETTERS = {state: letter for letter, state in _STATES.items()}


@dataclass(frozen=True, slots=True)
class Payload:
    """Whom a chunk is for, and what they get.

    Attributes:
        numbers: of each recipient.
        order_ids: the caller's, of each recipient; None where ours are posted.
        sizes: how many recipients each message has.
        contents: the text of each message; None once the texts are erased.
        sender_ids: of each message.
        indexes: of each message, in what the caller gave.
        again: whether they are sent to again. Then all have order ids of ours: the caller's was posted before.
    """

    numbers: list[str]
    order_ids: list[str | None]
    sizes: list[int]
    contents: list[str] | None
    sender_ids: list[str | None]
    indexes: list[int]
    again: bool = False

    def wire_order_ids(self, key: str, sequence: int) -> list[str]:
        """Return the order id that is posted for each recipient.

        Args:
            key: the campaign's own, in all order ids that we make for it.
            sequence: of the chunk within its campaign; below 0 for a part of one that was split.
        """
        prefix = f"{key}-{sequence}-" if sequence >= 0 else f"{key}-s{-sequence}-"
        theirs = [None] * len(self.order_ids) if self.again else self.order_ids
        return [order_id or f"{prefix}{position}" for position, order_id in enumerate(theirs)]

    def row_indexes(self) -> list[int]:
        """Return for each recipient the index of its message."""
        if len(self.indexes) == len(self.numbers):
            return self.indexes
        return [index for index, size in zip(self.indexes, self.sizes, strict=True) for _ in range(size)]

    def without_contents(self) -> Self:
        """Return the same without the texts."""
        return replace(self, contents=None)

    def without_numbers(self) -> Self:
        """Return the same without the numbers: each is an empty text."""
        return replace(self, numbers=[""] * len(self.numbers))

    def only(self, positions: Sequence[int]) -> Self:
        """Return the same for some of the recipients, with a message each."""
        of = [message for message, size in enumerate(self.sizes) for _ in range(size)]
        return replace(
            self,
            numbers=[self.numbers[at] for at in positions],
            order_ids=[self.order_ids[at] for at in positions],
            sizes=[1] * len(positions),
            contents=None if self.contents is None else [self.contents[of[at]] for at in positions],
            sender_ids=[self.sender_ids[of[at]] for at in positions],
            indexes=[self.indexes[of[at]] for at in positions],
        )

    def messages(self, order_ids: Sequence[str]) -> Iterable[laaffic.Message]:
        """Return what is posted. It can be read once.

        Raises:
            LedgerError: the texts are erased.
        """
        if self.contents is None:
            raise LedgerError("The texts of this campaign are erased")
        if len(self.contents) == len(self.numbers) and len(set(self.sender_ids)) == 1:  # rows are checked by columns
            return laaffic.Rows(zip(self.numbers, self.contents, order_ids, strict=True), sender_id=self.sender_ids[0])
        made, start = [], 0
        for size, content, sender_id in zip(self.sizes, self.contents, self.sender_ids, strict=True):
            end = start + size
            made.append(laaffic.Message(self.numbers[start:end], content, sender_id, order_ids[start:end]))
            start = end
        return made


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of each recipient of a chunk, in the order of its payload."""

    states: list[str]
    msg_ids: list[str | None]
    reasons: list[str | None]

    def count(self, state: str) -> int:
        """Return how many are in a state."""
        return self.states.count(state)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What is known of each recipient's message after it was accepted, in the order of the payload.

    Attributes:
        states: `succeeded`, `failed`, `pending`, `not_found`, or None where nothing was heard.
        received_at: the time of the report, in seconds since 1970.
        reasons: why; also what contradicts.
    """

    states: list[str | None]
    received_at: list[float | None]
    reasons: list[str | None]

    @classmethod
    def none(cls, size: int) -> Self:
        """Return that nothing is known of anybody."""
        return cls([None] * size, [None] * size, [None] * size)


def pack_payload(payload: Payload) -> bytes:
    """Return the bytes that are kept."""
    columns = [
        payload.numbers,
        _or_one(payload.order_ids),
        _or_one(payload.sizes),
        payload.contents,
        _or_one(payload.sender_ids),
        _or_first(payload.indexes),
    ]
    return _packed([*columns, True] if payload.again else columns)


def unpack_payload(content: bytes) -> Payload:
    """Return what was packed."""
    numbers, order_ids, sizes, contents, sender_ids, indexes, *again = orjson.loads(raw(content))
    sizes = sizes if isinstance(sizes, list) else [sizes] * (len(numbers) // sizes)
    return Payload(
        numbers=numbers,
        order_ids=_all(order_ids, len(numbers)),
        sizes=sizes,
        contents=contents,
        sender_ids=_all(sender_ids, len(sizes)),
        indexes=list(range(indexes, indexes + len(sizes))) if isinstance(indexes, int) else indexes,
        again=bool(again),
    )


def pack_outcomes(outcomes: Outcomes) -> bytes:
    """Return the bytes that are kept."""
    states = "".join([_LETTERS[state] for state in outcomes.states])
    return _packed([states, _or_one(outcomes.msg_ids), _or_one(outcomes.reasons)])


def unpack_outcomes(content: bytes) -> Outcomes:
    """Return what was packed."""
    states, msg_ids, reasons = orjson.loads(raw(content))
    return Outcomes([_STATES[letter] for letter in states], _all(msg_ids, len(states)), _all(reasons, len(states)))


def pack_deliveries(told: Deliveries) -> bytes:
    """Return the bytes that are kept."""
    letters = "".join([_DELIVERED_AS[state] for state in told.states])
    return _packed([letters, _or_one(told.received_at), _or_one(told.reasons)])


def unpack_deliveries(content: bytes) -> Deliveries:
    """Return what was packed."""
    letters, received_at, reasons = orjson.loads(raw(content))
    states = [_DELIVERIES[letter] for letter in letters]
    return Deliveries(states, _all(received_at, len(letters)), _all(reasons, len(letters)))


def pack_positions(positions: Sequence[int]) -> bytes:
    """Return the bytes that are kept."""
    return _packed([_or_first(list(positions)), len(positions)])


def unpack_positions(content: bytes) -> list[int]:
    """Return what was packed."""
    positions, size = orjson.loads(raw(content))
    return list(range(positions, positions + size)) if isinstance(positions, int) else list(positions)


def raw(content: bytes) -> bytes:
    """Return the JSON in what is kept, for a look whether a word is in it at all.

    Raises:
        LedgerError: a newer version has written it.
    """
    if content[:1] != _FORMAT:
        raise LedgerError("A newer version of laaffic has written this ledger", hint="Install that version.")
    return zlib.decompress(content[1:])


def ours(order_id: str) -> tuple[str, int, int] | None:
    """Return the campaign's key, the chunk's sequence and the position that an order id of ours names."""
    found = _OURS.fullmatch(order_id)
    return None if found is None else (found[1], int(found[2].replace("s", "-")), int(found[3]))


def _packed(columns: list[Any]) -> bytes:
    return _FORMAT + zlib.compress(orjson.dumps(columns), 1)


def _or_one(column: list[Any]) -> Any:
    """Return the one value that all have, unless it is a list; else the column."""
    return column[0] if column and column.count(column[0]) == len(column) else column


def _all(kept: Any, size: int) -> list[Any]:
    return kept if isinstance(kept, list) else [kept] * size


def _or_first(column: list[int]) -> list[int] | int:
    consecutive = bool(column) and column == list(range(column[0], column[0] + len(column)))
    return column[0] if consecutive else column
