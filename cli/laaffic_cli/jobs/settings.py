"""The options that decide when a campaign is posted: they may be others each time."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from laaffic_cli.jobs.file_options import once

_MAX_RATE = 1_000_000
_STATES = ("rejected", "unknown")
_TIMES = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")

Values = tuple[str, ...]


def _rate(context: click.Context, parameter: click.Parameter, values: Values) -> float | None:
    given = once(context, parameter, values)
    if given is None:
        return None
    try:
        rate = float(given)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= _MAX_RATE:
        raise click.BadParameter(f"recipients a second, above 0 and at most {_MAX_RATE:,}", context, parameter)
    return rate


def _hours(context: click.Context, parameter: click.Parameter, values: Values) -> tuple[str, str] | None:
    given = once(context, parameter, values)
    if given is None:
        return None
    times = _TIMES.fullmatch(given)
    try:
        start, end = [time.fromisoformat(part).isoformat("minutes") for part in times.groups()] if times else ("", "")
    except ValueError:
        start = end = ""
    if start == end:
        said = "two different times of day with a hyphen between them, such as 21:00-09:00"
        raise click.BadParameter(said, context, parameter)
    return start, end


def zone_given(context: click.Context, parameter: click.Parameter, values: Values) -> str | None:
    """Return the name of a zone as the system knows it, for an option that may be left out."""
    given = once(context, parameter, values)
    try:
        return given and ZoneInfo(given).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        said = "no zone of this name is known here; such as Europe/Berlin (a system without zones needs tzdata)"
        raise click.BadParameter(said, context, parameter) from None


def _shares(context: click.Context, parameter: click.Parameter, values: Values) -> Mapping[str, float] | None:
    shares: dict[str, float] = {}
    for given in values:
        state, _, share = given.partition("=")
        if state in shares:
            raise click.BadParameter(f"{state} is given twice; keep one of them", context, parameter)
        try:
            shares[state] = float(share)
        except ValueError:
            shares[state] = 0.0
        if state not in _STATES or not 0 < shares[state] <= 1:
            said = "rejected or unknown, and a share above 0 and at most 1, such as rejected=0.2"
            raise click.BadParameter(said, context, parameter)
    return shares or None


_OPTIONS = (
    click.option(
        "--rate", metavar="N", multiple=True, callback=_rate, help="At most so many recipients a second, everywhere."
    ),
    click.option(
        "--not-between", metavar="21:00-09:00", multiple=True, callback=_hours, help="Post nothing in these hours."
    ),
    click.option(
        "--zone", metavar="NAME", multiple=True, callback=zone_given, help="Whose hours, such as Europe/Berlin."
    ),
    click.option(
        "--stop-after",
        metavar="STATE=SHARE",
        multiple=True,
        callback=_shares,
        help="Pause when so many of the last 1,000 are rejected or unknown, such as rejected=0.2; may be given again.",
    ),
    click.option(
        "--concurrency",
        type=click.IntRange(1, 100),
        metavar="N",
        help="So many requests in flight at once; 1 unless it is set.",
    ),
)


def setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, each by the name that `Campaign.set` has for it; None is not given."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def misuse(not_between: object, zone: str | None) -> str | None:
    """Say that hours and their zone are not both there, or None."""
    if not_between is not None and zone is None:
        return "--not-between needs --zone: whose hours are these? Such as --zone Europe/Berlin."
    return "--zone goes with --not-between." if zone is not None and not_between is None else None


def given(options: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return those that were given."""
    return {name: value for name, value in options if value is not None}
