"""Times that a query is about: aware, within what the provider keeps, and cut into what one request may span."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from laaffic._model.errors import InvalidTimeError

# Provider's page: getSentRcd.
MAX_SPAN = timedelta(days=31)
MAX_AGE = timedelta(days=90)
MAX_AHEAD = timedelta(days=366)  # by which this machine's clock may be behind, and all the same not ask for ever
# The offset of the pages' own examples: right also for a server that overlooks offsets.
_THEIRS = timezone(timedelta(hours=8))
_SECOND = timedelta(seconds=1)
_FIRST_YEAR, _LAST_YEAR = 1970, 9999  # so that no zone and no window leads out of what a datetime can be


def check_time(name: str, given: object) -> datetime:
    """Return an aware datetime.

    Raises:
        InvalidTimeError: it is something else.
    """
    if not isinstance(given, datetime):
        raise InvalidTimeError(f"{name}: expected a datetime with a time zone, got {type(given).__name__}")
    if given.utcoffset() is None:
        raise InvalidTimeError(f"{name}: the datetime has no time zone; give one, such as datetime.now(UTC)")
    if not _FIRST_YEAR < given.year < _LAST_YEAR:
        raise InvalidTimeError(f"{name} is in the year {given.year}; give a time that can be asked about")
    return given.astimezone(UTC)


def check_span(start: object, end: object, now: datetime, *, names: tuple[str, str]) -> tuple[datetime, datetime]:
    """Return two times in UTC that can be asked about.

    Raises:
        InvalidTimeError: one is not an aware datetime, they are in the wrong order, or it is too long ago, or ahead.
    """
    first, last = check_time(names[0], start), check_time(names[1], end)
    if first > last:
        raise InvalidTimeError(f"{names[0]} is after {names[1]}; exchange them")
    if now - first > MAX_AGE:
        raise InvalidTimeError(
            f"{names[0]} is more than {MAX_AGE.days} days ago; the provider keeps records no longer. Give a later one"
        )
    check_ahead(names[1], last, now)
    return first, last


def check_ahead(name: str, at: datetime, now: datetime) -> None:
    """Refuse a time for which window after window would be asked about the future.

    Raises:
        InvalidTimeError: it is too far ahead.
    """
    if at - now > MAX_AHEAD:
        raise InvalidTimeError(f"{name} is more than {MAX_AHEAD.days} days ahead; give an earlier one")


def windows(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield times of at most 31 days that together cover one, oldest first, in whole seconds.

    Each begins a second before the last one ended: no page says whether the ends belong to a window.
    """
    first, last = start.replace(microsecond=0), _whole(end)
    while True:
        until = min(first + MAX_SPAN, last)
        yield first, until
        if until >= last:
            return
        first = until - _SECOND


def on_the_wire(at: datetime) -> str:
    """Write a time as the provider's pages do: ISO 8601 in whole seconds, with an offset."""
    return at.astimezone(_THEIRS).isoformat(timespec="seconds")


def in_words(at: datetime) -> str:
    """Write a time for people."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _whole(at: datetime) -> datetime:
    return at if at.microsecond == 0 else at.replace(microsecond=0) + _SECOND
