"""Reading a response liberally: whatever evidence it holds is kept, and nothing is read into it.

The generated models read what the contract says. Real integrations have met integers and nulls, and a response that
breaks the contract in one place is still evidence about other recipients. So this reads field by field; a test holds
it equal to the generated models wherever the contract holds.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

_NOTHING: tuple[Any, ...] = (None, "", {}, False)
# No batch is larger, and int() of endless digits is an error.
_COUNT = re.compile(r"[0-9]{1,9}")
_NUMBER, _MSG_ID, _ORDER_ID = itemgetter("number"), itemgetter("msgId"), itemgetter("orderId")
# What the usual response and each of its entries take besides their texts, in bytes.
_AROUND = len('{"status":"","reason":"","success":"","fail":"","array":[]}')
_AROUND_ENTRY = len('{"msgId":"","number":"","orderId":""},')
_NAMES = ("status", "success", "fail", "array")
_NAMES_OF_ENTRIES = (b'"number"', b'"msgId"')
_MAX_BYTES_UNCOUNTED = 1024 * 1024
MAX_VALUES = 250_000  # a request has 1,000 recipients, with three values each
_MAX_DIGITS = 1000  # of an integer
CLAIMS = frozenset({"status", "success", "fail", "array", "failArray"})
_IDENTITY = frozenset({"number", "msgId", "orderId"})


@dataclass(frozen=True, slots=True, repr=False)
class Listed:
    """The recipients in one of the response's lists: columns of the same length, None where there is nothing."""

    numbers: list[str | None]
    order_ids: list[str | None]
    msg_ids: list[str | None]
    reasons: list[str | None] = field(default_factory=list)  # only in `failArray`

    def __len__(self) -> int:
        return len(self.numbers)


class Reading(NamedTuple):
    """What a response says, each field None when it is missing or not readable.

    Attributes:
        status: the provider's status; None also when there are two.
        reason: its reason.
        success: how many it counts as accepted.
        fail: how many it counts as refused.
        listed: `array`: the accepted.
        refused: `failArray`, which no page documents: the refused.
        unreadable: whether something that may mean accepted recipients cannot be read, or is said twice.
    """

    status: str | None = None
    reason: str | None = None
    success: int | None = None
    fail: int | None = None
    listed: Listed | None = None
    refused: Listed | None = None
    unreadable: bool = False

    def __repr__(self) -> str:
        """Show nothing that was said: a crash report may have it."""
        return f"Reading(listed={self.listed and len(self.listed)}, refused={self.refused and len(self.refused)})"


class Doubled(dict[str, Any]):
    """An object in which a key stands more than once, so that nobody knows which of its values counts.

    Attributes:
        pairs: every key with its value, in order.
        names: the keys that stand more than once.
    """

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs
        self.names = {name for name, times in Counter(name for name, _ in pairs).items() if times > 1}


def read_response(content: bytes) -> Reading | None:
    """Read a response's body; None when it is not a JSON object, or has more values than anybody asked for."""
    return None if _has_too_many_values(content) else _read_plain(content) or _read_liberally(content)


def _read_plain(content: bytes) -> Reading | None:
    """Read, all at once, a response of the usual fields alone, all of them in plain text; None for any other."""
    try:
        body = orjson.loads(content)
        texts = [body[name] for name in ("status", "reason", "success", "fail")]
        status, reason, success, fail = map(str.strip, texts)
        entries = body["array"]
        numbers, msg_ids, order_ids, around = _columns(entries)
        ids = [] if order_ids.count(None) == len(order_ids) else order_ids
        joined_numbers, joined_msg_ids, joined_ids = "".join(numbers), "".join(msg_ids), "".join(ids)
        size = _AROUND + sum(map(len, map(str.encode, texts))) + len(joined_numbers + joined_msg_ids + joined_ids)
        plain = (
            isinstance(entries, list)
            # Not a byte more than these fields take. So no key stands twice, of which orjson would show the last alone.
            and (
                len(content) == size + len(entries) * around - bool(entries)
                or _names_stand_once(content, texts, len(entries))
            )
            and (not entries or (joined_numbers.isdecimal() and joined_numbers.isascii() and "" not in numbers))
            and _are_plain(msg_ids, joined_msg_ids)
            and _are_plain(ids, joined_ids)
            and all(map(_COUNT.fullmatch, (success, fail)))
        )
    except (ValueError, LookupError, TypeError):
        return None
    listed = Listed(numbers, order_ids, msg_ids)
    return Reading(status or None, reason or None, int(success), int(fail), listed) if plain else None


def _columns(entries: list[Any]) -> tuple[list[Any], list[Any], list[Any], int]:
    """Return numbers, message ids and order ids, and how many bytes are around them in each entry.

    Raises:
        LookupError, TypeError: an entry is not as usual.
    """
    numbers, msg_ids = [*map(_NUMBER, entries)], [*map(_MSG_ID, entries)]
    if entries and "orderId" not in entries[0]:
        if any("orderId" in entry for entry in entries):
            raise KeyError
        return numbers, msg_ids, [None] * len(entries), _AROUND_ENTRY - len(',"orderId":""')
    order_ids = [*map(_ORDER_ID, entries)]
    null = bool(order_ids) and order_ids[0] is None
    return numbers, msg_ids, order_ids, _AROUND_ENTRY + (len("null") - len('""')) * null


def _names_stand_once(content: bytes, texts: list[str], entries: int) -> bool:
    """Return whether each name that counts stands once, and once in each entry, whatever else and white space there is.

    A name within a text has a backslash before its quotes, and so may one have that is written with escapes.
    """
    return (
        b"\\" not in content
        and all(content.count(b'"%s"' % name.encode()) == 1 + texts.count(name) for name in _NAMES)
        and all(content.count(name) == entries for name in _NAMES_OF_ENTRIES)
        and content.count(b'"orderId"') in {0, entries}
        and b'"failArray"' not in content
    )


def _are_plain(texts: list[str], joined: str) -> bool:
    """Return whether none is empty or has white space in it."""
    return not texts or (all(texts) and joined.split(None, 1) == [joined])


def _read_liberally(content: bytes) -> Reading | None:
    body = _parsed(content)
    if body is None:
        return None
    if isinstance(body, Doubled) and body.names & CLAIMS:
        return _read_contradiction(body)
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


def _read_contradiction(body: Doubled) -> Reading:
    """Read a response that says something twice: whom it lists counts, and nothing else that it says."""

    def every(name: str) -> list[Any]:
        return [entry for key, value in body.pairs if key == name and isinstance(value, list) for entry in value]

    return Reading(
        reason=text_of(body.get("reason")),
        listed=_listed(every("array"), with_reasons=False),
        refused=_listed(every("failArray"), with_reasons=True) or None,
        unreadable=True,
    )


def read_object(content: bytes, max_values: int = MAX_VALUES) -> dict[str, Any] | None:
    """Read a JSON object, whatever its encoding; None when it is not one, or when a key stands twice in it."""
    body = None if _has_too_many_values(content, max_values) else _parsed(content)
    return None if isinstance(body, Doubled) else body


def _has_too_many_values(content: bytes, max_values: int = MAX_VALUES) -> bool:
    """Return whether reading it would take many seconds and gigabytes, as tens of millions of empty entries do."""
    return len(content) > _MAX_BYTES_UNCOUNTED and content.count(b",") > max_values


def _parsed(content: bytes) -> dict[str, Any] | None:
    try:
        encoding = json.detect_encoding(content)
        # Only a reason in words can be in a wrong encoding; the status and the message ids must not be lost with it.
        # Python replaces what is wrong at once in UTF-8 alone; in the others a long response would take half a minute.
        errors = "replace" if encoding.startswith("utf-8") else "strict"
        body = json.loads(content.decode(encoding, errors), object_pairs_hook=object_of, parse_int=_integer)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _integer(digits: str) -> int:
    """Return an integer; beyond a length that no id has, reading thousands of them would take many seconds."""
    if len(digits) > _MAX_DIGITS:
        raise ValueError
    return int(digits)


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; a `Doubled` when a key stands in it more than once."""
    made = dict(pairs)
    return made if len(made) == len(pairs) else Doubled(pairs)


def _listed(array: list[Any], *, with_reasons: bool) -> Listed:
    entries: list[dict[str, Any]] = [item if isinstance(item, dict) else {} for item in array]
    if any(isinstance(entry, Doubled) for entry in entries):
        entries = [{} if isinstance(entry, Doubled) and entry.names & _IDENTITY else entry for entry in entries]
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
