"""Reading an answer liberally: whatever evidence it holds is kept, and nothing is read into it.

The generated models read what the contract says. Real integrations have met integers and nulls, and an answer that
leaves the contract in one place still tells of other receivers. So this reads field by field; a test holds it equal
to the generated models wherever the contract holds.
"""

import json
import re
from typing import Any, NamedTuple

# No batch is larger, and int() of endless digits is an error.
_NOTHING: tuple[Any, ...] = (None, "", {}, False)
_COUNT = re.compile(r"[0-9]{1,9}")


class Listed(NamedTuple):
    """One entry of the answer's `array`: a receiver that the provider lists as accepted."""

    number: str | None
    order_id: str | None
    msg_id: str | None


class Answer(NamedTuple):
    """What an answer says, each field None when it is missing or not readable."""

    status: str | None
    reason: str | None
    success: int | None
    fail: int | None
    listed: list[Listed] | None
    unreadable: bool = False  # whether a count or the list is there and cannot be read: it may tell of acceptances


def read_answer(content: bytes) -> Answer | None:
    """Read an answer's body; None when it is not a JSON object."""
    try:
        # Only a reason in words can be in a wrong encoding; it must not take the status and the message ids with it.
        body = json.loads(content.decode(json.detect_encoding(content), "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    array, success, fail = body.get("array"), _count(body.get("success")), _count(body.get("fail"))
    listed = [_listed(item) for item in array] if isinstance(array, list) else None
    read = {"array": listed, "success": success, "fail": fail}
    return Answer(
        status=_text(body.get("status")),
        reason=_text(body.get("reason")),
        success=success,
        fail=fail,
        listed=listed,
        unreadable=any(value is None and body.get(name) not in _NOTHING for name, value in read.items()),
    )


def _listed(item: Any) -> Listed:
    if not isinstance(item, dict):
        return Listed(None, None, None)
    number = _text(item.get("number"))
    if number is not None and number[0] == "+":
        number = number[1:]
    return Listed(number, _text(item.get("orderId")), _text(item.get("msgId")))


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
