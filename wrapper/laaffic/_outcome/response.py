"""Reading an answer liberally: whatever evidence it holds is kept, and nothing is read into it.

The generated models read what the contract says. Real integrations have met integers and nulls, and an answer that
leaves the contract in one place still tells of other receivers. So this reads field by field; a test holds it equal
to the generated models wherever the contract holds.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

# No batch is larger, and int() of endless digits is an error.
_NOTHING: tuple[Any, ...] = (None, "", {}, False)
_COUNT = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Listed:
    """The receivers that the answer lists as accepted: columns of the same length, None where there is nothing."""

    numbers: list[str | None]
    order_ids: list[str | None]
    msg_ids: list[str | None]

    def __len__(self) -> int:
        return len(self.numbers)


class Answer(NamedTuple):
    """What an answer says, each field None when it is missing or not readable."""

    status: str | None
    reason: str | None
    success: int | None
    fail: int | None
    listed: Listed | None
    unreadable: bool = False  # whether a count or the list is there and cannot be read: it may tell of acceptances


def read_answer(content: bytes) -> Answer | None:
    """Read an answer's body; None when it is not a JSON object."""
    return _read_plain(content) or _read_liberally(content)


def _read_plain(content: bytes) -> Answer | None:
    """Read an answer in which all is there, and plain text, at once; None for any other."""
    try:
        body = orjson.loads(content)
        status, reason, success, fail = (str.strip(body[name]) for name in ("status", "reason", "success", "fail"))
        entries = body["array"]
        numbers, msg_ids = [entry["number"] for entry in entries], [entry["msgId"] for entry in entries]
        order_ids = [entry.get("orderId") for entry in entries]
        plain = (
            isinstance(entries, list)
            and "+" not in "".join(numbers)
            and all(map(_are_plain, (numbers, msg_ids)))
            and (order_ids.count(None) == len(order_ids) or _are_plain(order_ids))
            and all(map(_COUNT.fullmatch, (success, fail)))
        )
    except (ValueError, LookupError, TypeError):
        return None
    listed = Listed(numbers, order_ids, msg_ids)
    return Answer(status or None, reason or None, int(success), int(fail), listed) if plain else None


def _are_plain(texts: list[Any]) -> bool:
    """Tell whether none is empty or has white space; a TypeError when one is no text."""
    together = "".join(texts)
    return not texts or (all(texts) and together.split() == [together])


def _read_liberally(content: bytes) -> Answer | None:
    try:
        # Only a reason in words can be in a wrong encoding; it must not take the status and the message ids with it.
        body = json.loads(content.decode(json.detect_encoding(content), "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    array, success, fail = body.get("array"), _count(body.get("success")), _count(body.get("fail"))
    listed = _listed(array) if isinstance(array, list) else None
    read = {"array": listed, "success": success, "fail": fail}
    return Answer(
        status=_text(body.get("status")),
        reason=_text(body.get("reason")),
        success=success,
        fail=fail,
        listed=listed,
        unreadable=any(value is None and body.get(name) not in _NOTHING for name, value in read.items()),
    )


def _listed(array: list[Any]) -> Listed:
    entries: list[dict[str, Any]] = [item if isinstance(item, dict) else {} for item in array]
    numbers, order_ids, msg_ids = (
        [_text(entry.get(name)) for entry in entries] for name in ("number", "orderId", "msgId")
    )
    return Listed([number and number.removeprefix("+") for number in numbers], order_ids, msg_ids)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        # Half of a surrogate pair can be neither printed nor written down, and would take the outcome with it.
        return (value if value.isascii() else value.encode("utf-8", "replace").decode()).strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def _count(value: Any) -> int | None:
    text = _text(value)
    return int(text) if text is not None and _COUNT.fullmatch(text) else None
