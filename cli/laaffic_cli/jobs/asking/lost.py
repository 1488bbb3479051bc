"""Whom a file of outcomes does not know the outcome of, and what else the records have to be compared with."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from laaffic import Recipient, State
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reading.tables.outcomes import Entry

LOST = ("unknown", "in_flight")
TOO_OLD = "posted more than 90 days ago; the provider keeps records no longer"
_KEPT = timedelta(days=90)  # provider's page: getSentRcd
_WHILE_ASKING = timedelta(minutes=10)

Span = tuple[datetime, datetime]


@dataclass(slots=True)
class Lost:
    """Whom a file does not know the outcome of.

    Attributes:
        open: those of whom it is not known which record is theirs; see `Entry.open`.
        states: the state of each of them in the file.
        times: when each of them was posted; None where the file does not say it.
        known: message ids of everybody else.
        others: recipients of other files of whom the same is true, to the same numbers, and of messages before.
    """

    open: list[Recipient] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    times: list[datetime | None] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    others: list[Recipient] = field(default_factory=list)
    _marks: set[tuple[object, ...]] = field(default_factory=set)
    _numbers: set[str] = field(default_factory=set)

    def take(self, entry: Entry) -> None:
        """Take in a row of the file itself."""
        if entry.posted_at is not None:
            self._marks.add(_mark(entry))
        if entry.recipient.msg_id is not None:
            self.known.add(entry.recipient.msg_id)
        self._take_earlier(entry)
        if not entry.open:
            return
        self.open.append(entry.recipient)
        self.states.append(entry.state)
        self.times.append(entry.posted_at)
        self._numbers.add(entry.recipient.number)

    def take_other(self, entry: Entry) -> None:
        """Take in a row of another file, which may be about the same message."""
        if entry.posted_at is not None and _mark(entry) in self._marks:
            return
        if entry.recipient.msg_id is not None:
            self.known.add(entry.recipient.msg_id)
        self._take_earlier(entry)
        if entry.open and entry.recipient.number in self._numbers:
            self.others.append(entry.recipient)

    def __bool__(self) -> bool:
        """Whether anybody is lost."""
        return any(state in LOST for state in self.states)

    def span(self, given: Span | None, name: str) -> Span:
        """Return when the lost ones were posted, but for those of whom it is too long ago.

        Args:
            given: when those were posted whose time the file does not have.
            name: the file's, for errors.

        Raises:
            BadInputError: that is not known of somebody, or it is too long ago of everybody.
        """
        times = [at for at, state in zip(self.times, self.states, strict=True) if state in LOST]
        known = [at for at in times if at is not None]
        if len(known) < len(times):
            if given is None:
                said = f"{len(times) - len(known):,} without an outcome have no posted_at"
                remedy = "say when they were posted: --sent-between 2026-11-24T08:00 2026-11-24T09:00"
                raise BadInputError([f"{name}: {said}; {remedy}"])
            known += given
        recent = [at for at in known if not is_too_old(at)]
        if not recent:
            raise BadInputError([f"{name}: all without an outcome were {TOO_OLD}. Ask its staff"])
        return min(recent), max(recent)

    def _take_earlier(self, entry: Entry) -> None:
        """Take in the messages before, to who was sent to again: a record may be of one of them."""
        number, state = entry.recipient.number, State.UNKNOWN
        self.others += [Recipient(number, None, None, state) for _ in range(entry.earlier)]


def is_too_old(at: datetime) -> bool:
    """Tell whether the provider has no records of a time any more, or not when they are asked for."""
    return at < datetime.now(UTC) - _KEPT + _WHILE_ASKING


def _mark(entry: Entry) -> tuple[object, ...]:
    """Return what no other message has."""
    return entry.recipient.wire_order_id, entry.recipient.number, entry.posted_at
