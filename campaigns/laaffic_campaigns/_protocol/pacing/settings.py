"""What decides when a campaign is posted: rate, hours, brakes. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import EllipsisType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from laaffic_campaigns._errors import LedgerError

MAX_CONCURRENCY = 100
_MAX_RATE = 1_000_000
_BRAKES = ("rejected", "unknown")


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of each day in which nothing is posted.

    Attributes:
        start: when they begin, such as 21:00.
        end: when they end, such as 09:00, on the same day or on the next.
        zone: whose hours these are.
    """

    start: time
    end: time
    zone: ZoneInfo

    def times(self) -> tuple[str, str]:
        """Return both as they are given, such as `("21:00", "09:00")`."""
        start, end = (each.isoformat().removesuffix(":00") for each in (self.start, self.end))
        return start, end

    def opens_at(self, now: float) -> float:
        """Return when something may be posted, in seconds since 1970: `now` itself when that is at once."""
        local = datetime.fromtimestamp(now, self.zone)
        clock = local.time()
        over_midnight = self.start > self.end
        closed = clock >= self.start or clock < self.end if over_midnight else self.start <= clock < self.end
        if not closed:
            return now
        day = local.date() + timedelta(days=1) if over_midnight and clock >= self.start else local.date()
        return max(datetime.combine(day, self.end, self.zone).timestamp(), now + 1)  # it may be passed twice in autumn


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides when.

    Attributes:
        rate: recipients a second at most, over all machines; None for no limit.
        hours: in which nothing is posted; None for none.
        stop_after: at which share of the last 1,000 recipients that are `rejected` or `unknown` it pauses.
        concurrency: how many requests one process has in flight.
    """

    rate: float | None = None
    hours: Hours | None = None
    stop_after: Mapping[str, float] | None = None
    concurrency: int | None = None


def checked(
    rate: float | EllipsisType | None = ...,
    not_between: tuple[str, str] | EllipsisType | None = ...,
    zone: str | None = None,
    stop_after: Mapping[str, float] | EllipsisType | None = ...,
    concurrency: int | EllipsisType | None = ...,
) -> dict[str, Any]:
    """Return what is kept of the settings that are given; `...` stands for one that is not.

    Raises:
        LedgerError: one of them is not valid.
    """
    kept: dict[str, Any] = {}
    if rate is not ...:
        if rate is not None and not (_is_number(rate) and 0 < rate <= _MAX_RATE):
            raise LedgerError(
                f"rate must be recipients a second, above 0 and at most {_MAX_RATE:,}", hint="None is no limit."
            )
        kept["rate"] = None if rate is None else float(rate)
    if not_between is not ...:
        kept["not_between"] = None if not_between is None else _written(_hours(not_between, zone))
    if zone is not None and (not_between is ... or not_between is None):
        raise LedgerError("There is a zone, and no hours", hint='Give both, such as not_between=("21:00", "09:00").')
    if stop_after is not ...:
        kept["stop_after"] = None if stop_after is None else json.dumps(_brakes(stop_after))
    if concurrency is not ...:
        if concurrency is not None and (type(concurrency) is not int or not 1 <= concurrency <= MAX_CONCURRENCY):
            raise LedgerError(f"concurrency must be a whole number from 1 to {MAX_CONCURRENCY}")
        kept["concurrency"] = concurrency
    return kept


def read(row: Any) -> Settings:
    """Return the settings in a campaign's row."""
    hours = None if row.not_between is None else _hours(*_parts(row.not_between))
    stop_after = None if row.stop_after is None else json.loads(row.stop_after)
    return Settings(row.rate, hours, stop_after, row.concurrency)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _hours(not_between: object, zone: str | None) -> Hours:
    if not isinstance(not_between, tuple | list) or not all(isinstance(part, str) for part in not_between):
        raise LedgerError("not_between must be two times of day", hint='Such as ("21:00", "09:00").')
    try:
        start, end = [time.fromisoformat(part) for part in not_between]
    except ValueError:
        raise LedgerError("not_between must be two times of day", hint='Such as ("21:00", "09:00").') from None
    if start.tzinfo is not None or end.tzinfo is not None or start == end:
        raise LedgerError("not_between must be two different times of day, without offsets")
    if zone is None:
        raise LedgerError("not_between needs a zone: whose hours are these?", hint='Such as zone="Europe/Berlin".')
    try:
        return Hours(start, end, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "Give a name of the time zone database, such as Europe/Berlin; a system without it needs tzdata."
        raise LedgerError("The zone is not known here", hint=hint) from None


def _written(hours: Hours) -> str:
    return json.dumps([hours.start.isoformat(), hours.end.isoformat(), hours.zone.key])


def _parts(kept: str) -> tuple[list[str], str]:
    start, end, zone = json.loads(kept)
    return [start, end], zone


def _brakes(given: Mapping[str, float]) -> dict[str, float]:
    valid = (
        isinstance(given, Mapping)
        and bool(given)
        and all(name in _BRAKES and _is_number(share) and 0 < share <= 1 for name, share in given.items())
    )
    if not valid:
        raise LedgerError(
            "stop_after must be shares, above 0 and at most 1, of those who are rejected or unknown",
            hint='Such as {"rejected": 0.2}.',
        )
    return {name: float(share) for name, share in given.items()}
