"""The values of inspection requests: each is checked, and a refusal names what there is."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from laaffic_mock.gateway.desk.settings import Settings
from laaffic_mock.gateway.faults.faults import Fault

MAX_NUMBER = 10**9
MAX_CLOCK_OFFSET = 10**9  # about 30 years: a date that HTTP can write
MAX_ADVANCE = 10**9
MAX_SHOWN = 40
_SETTINGS = tuple(field.name for field in fields(Settings))
_KINDS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "api_key": (str, "a string"),
    "api_secret": (str, "a string"),
    "app_id": (str, "a string"),
    "balance": ((int, type(None)), "a whole number or null"),
    "words": (list, "a list of strings"),
    "templates": (list, "a list of strings"),
    "allowed_ips": ((list, type(None)), "a list of strings or null"),
    "clock_offset": ((int, float), "a number"),
    "deliver_after": ((int, float), "a number"),
    "held": (bool, "true or false"),
    "records_per_page": ((int, type(None)), "a whole number or null"),
}


class BadRequest(ValueError):
    """An inspection request that does not fit."""


def check_names(kind: str, given: Iterable[str], known: Sequence[str]) -> None:
    """Refuse a name that there is not, such as one with a typing error."""
    for name in given:
        if name not in known:
            there_are = f"there are only {', '.join(known)}" if known else "there is none here"
            raise BadRequest(f"{shown(name)}: there is no such {kind}; {there_are}")


def as_fault(kind: object, there_are: Iterable[str]) -> Fault:
    """Return a fault by its name."""
    try:
        return Fault(str(kind))
    except ValueError:
        raise BadRequest(f"{shown(str(kind))}: there is no such fault; there are {', '.join(there_are)}") from None


def as_number(value: object, name: str, least: float, most: float) -> float:
    """Return a number within limits, also when it is written as a text."""
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not least <= number <= most:  # nor is a NaN
        raise BadRequest(f"{shown(name)} is a number from {least:g} to {most:g}")
    return number


def as_text(value: object, name: str, *, needed: bool = False) -> str | None:
    """Return a text, or None where it may be left out and is."""
    if (isinstance(value, str) and value) or (value is None and not needed):
        return value
    raise BadRequest(f"{shown(name)} is a string of at least one character")


def as_flag(value: object, name: str) -> bool:
    """Return a truth value."""
    if isinstance(value, bool):
        return value
    raise BadRequest(f"{shown(name)} is true or false")


def as_settings(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return changed settings, all of which fit."""
    check_names("setting", wanted, _SETTINGS)
    for name, value in wanted.items():
        kinds, in_words = _KINDS[name]
        items = value if isinstance(value, list) else []
        fits = isinstance(value, kinds) and (kinds is bool or not isinstance(value, bool))
        if not fits or not all(isinstance(item, str) for item in items):
            raise BadRequest(f"{name} has the wrong type: it is {in_words}")
        if name == "clock_offset":
            as_number(value, name, -MAX_CLOCK_OFFSET, MAX_CLOCK_OFFSET)
        if name == "deliver_after":
            as_number(value, name, 0, MAX_ADVANCE)
        if name == "records_per_page" and value is not None:
            as_number(value, name, 1, MAX_NUMBER)
    return wanted


def shown(name: str) -> str:
    """Show a name that somebody sent: short, and in ASCII."""
    return ascii(name[:MAX_SHOWN])
