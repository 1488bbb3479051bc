"""JSON as it is in the file: numbers keep their spelling, and nothing is read away."""

import json
from typing import Any


class Bare(str):
    """A number without quotes, as it is written: 9.50 stays 9.50."""

    __slots__ = ()


class NotJSONError(ValueError):
    """Python would take it, JSON does not say what it means."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJSONError("a key appears twice in one object; keep one of them")
    return found


def _constant(word: str) -> Any:
    raise NotJSONError(f"{word} is not JSON; write a text in quotes")


DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=Bare, parse_float=Bare, parse_constant=_constant)


def kind(value: Any) -> str:
    """Say in JSON's own words what a value is."""
    if isinstance(value, Bare):
        return "a number"
    kinds = {str: "a text", bool: "true or false", list: "a list", dict: "an object", type(None): "null"}
    return kinds[type(value)]
