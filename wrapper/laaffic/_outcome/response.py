"""Reading a response liberally: whatever evidence it holds is kept, and nothing is read into it.

The generated models read what the contract says. Real integrations have met integers and nulls, and a response that
breaks the contract in one place is still evidence about other recipients. So this reads field by field; a test holds
it equal to the generated models wherever the contract holds.
"""

import json
import re
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

_NOTHING: tuple[Any, ...] = (None, "", {}, False)
# No batch is larger, and int() of endless digits is an error.
_COUNT = re.compile(r"[0-9]{1,9}")
_NUMBER, _MSG_ID, _ORDER_ID = itemgetter("number"), itemgetter("msgId"), itemgetter("orderId")


@dataclass(frozen=True, slots=True)
class Listed:
    """The recipients in one of the response's lists: columns of the same length, None where there is nothing."""

    numbers: list[str | None]
    order_ids: list[str | None]
    msg_ids: list[str | None]
    reasons: list[str | None] = field(default_factory=list)  # only in `failArray`

    def __len__(self) -> int:
        return len(self.numbers)


class Reading(NamedTuple):
    """What a response says, each field None when it is missing or not readable."""

    status: str | None = None
    reason: str | None = None
    success: int | None = None
    fail: int | None = None
    listed: Listed | None = None  # `array`: the accepted
    refused: Listed | None = None  # `failArray`, which no page documents: the refused
    unreadable: bool = False  # whether a count or a list is there and cannot be read: it may mean accepted recipients


def read_response(content: bytes) -> Reading | None:
    """Read a response's body; None when it is not a JSON object."""
    return _read_plain(content) or _read_liberally(content)


def _read_plain(content: bytes) -> Reading | None:
    """Read, all at once, a response in which every field is there and is plain text; None for any other."""
    try:
        body = orjson.loads(content)
        status, reason, success, fail = (str.strip(body[name]) for name in ("status", "reason", "success", "fail"))
        entries = body["array"]
        numbers, msg_ids, order_ids = _columns(entries)
        plain = (
            isinstance(entries, list)
            and "failArray" not in body
            and _are_digits(numbers)
            and _are_plain(msg_ids)
            and (order_ids.count(None) == len(order_ids) or _are_plain(order_ids))
            and all(map(_COUNT.fullmatch, (success, fail)))
        )
    except (ValueError, LookupError, TypeError):
        return None
    listed = Listed(numbers, order_ids, msg_ids)
    return Reading(status or None, reason or None, int(success), int(fail), listed) if plain else None


def _columns(entries: list[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """Return numbers, message ids and order ids; a LookupError or a TypeError when an entry lacks one of the former."""
    try:
        return [*map(_NUMBER, entries)], [*map(_MSG_ID, entries)], [*map(_ORDER_ID, entries)]
    except KeyError:  # an order id may be missing
        return [*map(_NUMBER, entries)], [*map(_MSG_ID, entries)], [entry.get("orderId") for entry in entries]


def _are_digits(numbers: list[Any]) -> bool:
    """Return whether each is digits alone; a TypeError when one is not text."""
    together = "".join(numbers)
    return together.isdecimal() and together.isascii() and "" not in numbers


def _are_plain(texts: list[Any]) -> bool:
    """Return whether none is empty or has white space in it; a TypeError when one is not text."""
    together = "".join(texts)
    return not texts or (all(texts) and together.split() == [together])


def _read_liberally(content: bytes) -> Reading | None:
    body = read_object(content)
    if body is None:
        return None
    lists = {
        name: _listed(body[name], with_reasons=name == "failArray") if isinstance(body.get(name), list) else None
        for name in ("array", "failArray")
    }
    counts = {name: _count(body.get(name)) for name in ("success", "fail")}
    unread = [name for name, value in {**lists, **counts}.items() if value is None and body.get(name) not in _NOTHING]
    return Reading(
        status=text_of(body.get("status")),
        reason=text_of(body.get("reason")),
        success=counts["success"],
        fail=counts["fail"],
        listed=lists["array"],
        refused=lists["failArray"] or None,
        unreadable=bool(unread),
    )


def read_object(content: bytes) -> dict[str, Any] | None:
    """Read a JSON object, whatever its encoding; None when it is not one."""
    try:
        # Only a reason in words can be in a wrong encoding; the status and the message ids must not be lost with it.
        body = json.loads(content.decode(json.detect_encoding(content), "replace"))
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _listed(array: list[Any], *, with_reasons: bool) -> Listed:
    entries: list[dict[str, Any]] = [item if isinstance(item, dict) else {} for item in array]
    numbers, order_ids, msg_ids = (
        [text_of(entry.get(name)) for entry in entries] for name in ("number", "orderId", "msgId")
    )
    reasons = [text_of(entry.get("reason")) for entry in entries] if with_reasons else []
    return Listed([number and number.removeprefix("+") for number in numbers], order_ids, msg_ids, reasons)


def text_of(value: Any) -> str | None:
    """Return a string or an integer as text without white space around it; None for anything else or nothing."""
    if isinstance(value, str):
        # Half of a surrogate pair can be neither printed nor encoded, and the outcome would be lost with it.
        return (value if value.isascii() else value.encode("utf-8", "replace").decode()).strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def _count(value: Any) -> int | None:
    text = text_of(value)
    return int(text) if text is not None and _COUNT.fullmatch(text) else None
