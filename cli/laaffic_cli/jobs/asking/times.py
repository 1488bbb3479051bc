"""Times as people give them: a date or a time, in the zone of this machine or another one."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.terminal.spans import moment


class Zone:
    """Whose times they are that say no zone.

    Args:
        name: of the zone, such as `Europe/Berlin`; None is this machine's.
    """

    def __init__(self, name: str | None) -> None:
        self._zone = None if name is None else ZoneInfo(name)
        self.words = "this machine's zone" if name is None else name

    def start(self, option: str, given: str) -> datetime:
        """Return the beginning of a date, or a time.

        Raises:
            BadInputError: it is neither.
        """
        day = _date(given)
        return self._aware(_time(option, given) if day is None else datetime.combine(day, time()))

    def end(self, option: str, given: str) -> datetime:
        """Return the end of a date, or a time.

        Raises:
            BadInputError: it is neither.
        """
        day = _date(given)
        # Of an hour that comes twice, a time means its second; a beginning means its first.
        at = _time(option, given) if day is None else datetime.combine(day + timedelta(days=1), time())
        return self._aware(at.replace(fold=0 if day is not None else 1))

    def shown(self, at: datetime) -> str:
        """Show a time in this zone."""
        return moment(at.astimezone(self._zone))

    def _aware(self, at: datetime) -> datetime:
        if at.utcoffset() is not None:
            return at
        return at.astimezone() if self._zone is None else at.replace(tzinfo=self._zone)


def _date(given: str) -> date | None:
    try:
        return date.fromisoformat(given.strip())
    except ValueError:
        return None


def _time(option: str, given: str) -> datetime:
    try:
        return datetime.fromisoformat(given.strip())
    except ValueError:
        said = "write a date or a time, such as 2026-11-24, 2026-11-24T08:30 or 2026-11-24T08:30+01:00"
        raise BadInputError([f"{option}: {said}"]) from None
