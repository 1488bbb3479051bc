"""Rows from the provider's own request body: {"appId": …, "array": [{"numbers", "content", "senderId", "orderId"}]}."""

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from laaffic_cli.reading.formats.json_values import Bare, kind
from laaffic_cli.reading.formats.json_walk import JsonWalk
from laaffic_cli.reading.problem import Problem, ReadingError
from laaffic_cli.reading.row import How, Row
from laaffic_cli.terminal.shown import name as shown

_FIELDS = {"numbers": "numbers", "content": "content", "senderId": "sender_id", "orderId": "order_ids"}
_REQUIRED = ("numbers", "content")
_SHAPE = 'the provider\'s body is {"appId": "…", "array": [{"numbers": "…", "content": "…"}]}'


class AppId(NamedTuple):
    """The application's id, as the body names it."""

    value: str


def provider_rows(handle: BinaryIO, how: How) -> Iterator[Row | Problem | AppId]:
    """Yield each element of the body's array as it is read, and its app id wherever it stands.

    Raises:
        ReadingError: the text is not JSON, or not the provider's body.
    """
    walk = JsonWalk(handle, how.encoding)
    if walk.peek() != "{":
        found = "empty" if not walk.peek() else "no JSON object"
        raise ReadingError(f"the file is {found}; {_SHAPE}. One object a line is read from a .jsonl file", walk.line)
    walk.take("{")
    seen: set[str] = set()
    last = walk.peek() == "}" and bool(walk.take("}"))
    while not last:
        line = walk.line
        key = walk.key()
        if key in seen:
            raise ReadingError("a key appears twice in one object; keep one of them", line)
        seen.add(key)
        if key == "array":
            yield from _elements(walk)
        elif key == "appId":
            yield _app_id(walk.value(), line)
        else:
            what = f'"{shown(key)}" is no key of the body; {_SHAPE}'
            raise ReadingError(f"{what}. One object a line is read from a .jsonl file", line)
        last = walk.take(",}") == "}"
        walk.peek()
    if walk.peek():
        raise ReadingError("something follows after the body; delete it", walk.line)
    if "array" not in seen:
        raise ReadingError(f'there is no "array"; {_SHAPE}', walk.line)


def _app_id(value: Any, line: int) -> AppId | Problem:
    if isinstance(value, str) and not isinstance(value, Bare) and value.strip():
        return AppId(value)
    return Problem(f"appId: it is {'empty' if value == '' else kind(value)}; write the app id as a text", line)


def _elements(walk: JsonWalk) -> Iterator[Row | Problem]:
    if walk.peek() != "[":
        raise ReadingError(f"array: it is no list; {_SHAPE}", walk.line)
    walk.take("[")
    if walk.peek() == "]":
        yield Problem("array: it is empty; give at least one message", walk.line)
        walk.take("]")
        return
    index = 0
    while True:
        walk.peek()
        line = walk.line
        yield _element(walk.value(), f"array[{index}]", line)
        index += 1
        if walk.take(",]") == "]":
            return


def _element(element: Any, path: str, line: int) -> Row | Problem:
    if not isinstance(element, dict):
        return Problem(f"{path}: it is {kind(element)}; write an object", line)
    for key, value in element.items():
        where = f"{path}.{shown(key)}"
        if key not in _FIELDS:
            return Problem(f"{where}: there is no such key; the keys are {', '.join(_FIELDS)}", line)
        if not (_is_text(value) or (value is None and key not in _REQUIRED)):
            return Problem(f"{where}: it is {kind(value)}; write a text in quotes", line)
    for key in _REQUIRED:
        if key not in element:
            return Problem(f"{path}.{key}: it is missing; add it", line)
    values = {_FIELDS[key]: value for key, value in element.items() if value is not None}
    # The provider parts them at commas, and at nothing else.
    values["numbers"] = values["numbers"].split(",") if values["numbers"].strip() else []
    # No order id is what the provider means by an empty one. An empty senderId it sends itself, so it stays.
    if values.get("order_ids") == "":
        del values["order_ids"]
    return Row(values, {field: f"{path}.{key}" for key, field in _FIELDS.items()}, {}, line)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Bare)
