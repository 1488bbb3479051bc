"""Finding lost outcomes again: what the provider's records and kept reports show of who is unknown.

It reads the ledger, says which records are wanted, is shown them one after the other, reads the ledger again, and
writes. What waits for the provider is elsewhere. The second look decides: a record that was shown is of a message that
was posted before, so its recipient is known by then, or unknown, or in flight; who was posted later cannot be confused
with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

import laaffic
from laaffic_campaigns._errors import LedgerBusyError
from laaffic_campaigns._fate.folding import fold
from laaffic_campaigns._fate.inbox import match
from laaffic_campaigns._fate.told import Reconciled
from laaffic_campaigns._kept.chunks import Outcomes, Payload, unpack_outcomes, unpack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.mark import check_mark
from laaffic_campaigns._kept.schema import campaigns, chunks, outcomes, payloads, reports
from laaffic_campaigns._protocol.delivery import Heard, hear
from laaffic_campaigns._protocol.settling import Shown, settle, standing
from laaffic_campaigns._protocol.states import ACCEPTED, NOT_SENT, UNKNOWN, ChunkState
from laaffic_campaigns._protocol.steps import sweep
from laaffic_campaigns._running.desk import DEAD
from laaffic_campaigns._running.writing import record_what_was_kept
from laaffic_campaigns._telling.reading import read, status_of

MARGIN = timedelta(minutes=5)  # how much the provider's clock may have been behind, beyond what it shows now
# By how much the clock of who posted may have been wrong and set right since: who has a record within this time before
# is not matched with it, but not sent to again either.
MISTAKEN = timedelta(days=1)
_NONE, _MAX_AHEAD = timedelta(0), timedelta(days=365)  # a wrong date must not have anybody asked about a century
_MAX_AGE = timedelta(days=90) - timedelta(minutes=1)
BESIDE = "another message to this number is in flight; nobody can say yet whose a record is"


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A chunk in which somebody is looked for."""

    version: int
    shown: dict[int, Shown] = field(default_factory=dict)
    words: dict[int, str | None] = field(default_factory=dict)
    without_record: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Look:
    """What the ledger knows of the numbers that are looked for.

    Attributes:
        known: message ids, of those that were seen, that are somebody's.
        in_flight: numbers to whom a request is in flight.
        unsettled: each recipient whose message id is not known, unknown or accepted; and where it is, if it is an
            unknown one of this campaign.
        chunks: those of this campaign.
    """

    known: set[str] = field(default_factory=set)
    in_flight: set[str] = field(default_factory=set)
    unsettled: list[tuple[laaffic.Recipient, tuple[int, int] | None]] = field(default_factory=list)
    chunks: dict[int, _Chunk] = field(default_factory=dict)


class Reconciling:
    """One reconciling of a campaign: `begin`, `span`, `take` each record, `finish`.

    Args:
        database: of the ledger.
        campaign: which one.

    Attributes:
        without_record: after it is finished, of whom there is no record at all, by chunk and version of the chunk.
    """

    def __init__(self, database: Database, campaign: int) -> None:
        self._database = database
        self._campaign = campaign
        self._numbers = set[str]()
        self._records = dict[str, laaffic.SentRecord]()
        self._of_anybody = set[str]()  # message ids of records without a number
        self._first: datetime | None = None
        self._start = self._until = datetime.now(UTC)
        self._asked = False
        self._found = 0
        self.without_record: dict[int, tuple[int, set[int]]] = {}

    def begin(self) -> bool:
        """Look who is unknown; return whether there is anybody of whom the provider may know."""
        account_for_the_dead(self._database)
        self._fold()
        first = None
        now = datetime.now(UTC)
        unknown = (chunks.c.campaign == self._campaign) & (chunks.c.state == ChunkState.UNKNOWN)
        for chunk, payload in _read(self._database, unknown):
            told = _told(chunk)
            at = _posted_at(chunk)
            if now - at > _MAX_AGE:
                continue
            here = {number for number, state in zip(payload.numbers, told.states, strict=True) if state == UNKNOWN}
            self._numbers |= here - {""}
            first = at if first is None else min(first, at)
        self._first = first
        return first is not None and bool(self._numbers)

    def span(self, clock_skew: float | None) -> tuple[datetime, datetime]:
        """Return of which time records are wanted.

        Args:
            clock_skew: how many seconds the provider's clock is ahead; None when that is not known.
        """
        now, ahead = datetime.now(UTC), timedelta(seconds=clock_skew or 0.0)
        oldest = now - _MAX_AGE
        self._asked, self._until = True, now
        self._start = max(min(self._first or now, now) + min(ahead, _NONE) - MARGIN, oldest)
        return max(self._start - MISTAKEN, oldest), now + min(max(ahead, _NONE), _MAX_AHEAD)

    def take(self, record: laaffic.SentRecord) -> None:
        """Take a record into account; only those of the numbers that are looked for are kept, or of no number."""
        if record.number in self._numbers:
            self._records[record.msg_id] = record
        elif record.number is None:
            self._of_anybody.add(record.msg_id)

    def finish(self) -> Reconciled:
        """Write down what was found, chunk by chunk, and return it."""
        if self._asked:
            for chunk, what in self._matched().items():
                self._found += self._write(chunk, what)
            self._fold()
        still = status_of(self._database, self._campaign).unknown
        return Reconciled(self._found, still, self._until if self._asked else None)

    def _fold(self) -> None:
        match(self._database)
        self._found += fold(self._database, self._campaign)
        fold(self._database)

    def _matched(self) -> dict[int, _Chunk]:
        """Return what is shown of whom, by the state of the ledger after the records were read."""
        records, pushed = list(self._records.values()), self._pushed()
        # After all evidence was there.
        look = self._look_again({*self._records, *self._of_anybody, *(report.msg_id for report in pushed)})
        wanted = [recipient for recipient, _ in look.unsettled]
        theirs = [record for record in records if record.received_at is None or record.received_at >= self._start]
        told = laaffic.match_records(wanted, theirs, until=self._until, reports=pushed, known_msg_ids=look.known)
        listed = {record.number for record in records if record.msg_id not in look.known}
        listed |= {report.number for report in pushed if report.msg_id not in look.known}
        for recipient, (_, place) in zip(told, look.unsettled, strict=True):
            if place is None:
                continue  # another campaign's, or accepted
            into, at = look.chunks[place[0]], place[1]
            if recipient.number in look.in_flight:
                into.words[at] = BESIDE
            elif recipient.state is laaffic.State.ACCEPTED and recipient.msg_id is not None:
                into.shown[at] = Shown(recipient.msg_id, recipient.reason)
            else:
                into.words[at] = recipient.reason
                if recipient.number not in listed and self._of_anybody <= look.known:
                    into.without_record.add(at)
        return look.chunks

    def _look_again(self, seen: set[str]) -> _Look:
        """Look at all who were posted to.

        Args:
            seen: the message ids of records and reports, whose owners are looked for: their numbers may be erased.
        """
        look = _Look()
        posted = chunks.c.state.in_([ChunkState.CLAIMED, ChunkState.UNKNOWN, ChunkState.DONE])
        for chunk, payload in _read(self._database, posted):
            here = [at for at, number in enumerate(payload.numbers) if number in self._numbers]
            # Whose number is erased, or has a record without one, may be anywhere.
            if not (here or self._of_anybody or "" in payload.numbers):
                continue
            if chunk.state == ChunkState.CLAIMED:
                look.in_flight.update(payload.numbers[at] for at in here)
                continue
            told = _told(chunk)
            look.known.update(seen.intersection(told.msg_ids))
            nameless = [at for at in here if told.states[at] == ACCEPTED and told.msg_ids[at] is None]
            unknown = [at for at in here if told.states[at] == UNKNOWN]
            if not unknown and not nameless:
                continue
            mine = chunk.campaign == self._campaign
            if mine and unknown:
                look.chunks[chunk.id] = _Chunk(chunk.version)
            wires = payload.wire_order_ids(chunk.key, chunk.sequence)
            for at in [*unknown, *nameless]:
                state = laaffic.State(told.states[at])
                recipient = laaffic.Recipient(payload.numbers[at], None, None, state, wire_order_id=wires[at])
                look.unsettled.append((recipient, (chunk.id, at) if mine and state is laaffic.State.UNKNOWN else None))
        return look

    def _pushed(self) -> list[laaffic.DeliveryReport]:
        """Return the reports that name nobody by an order id of ours, and may be about who is looked for."""
        with self._database.read() as connection:
            rows = connection.execute(select(reports).where(reports.c.chunk.is_(None))).all()
        return [
            laaffic.DeliveryReport(
                row.msg_id, laaffic.DeliveryState(row.state), number=row.number, order_id=row.order_id or None
            )
            for row in rows
            if row.number is None or row.number in self._numbers
        ]

    def _write(self, chunk: int, what: _Chunk) -> int:
        with self._database.write() as connection:
            accepted = settle(connection, chunk, what.version, what.shown, what.words)
            if accepted is None:
                return 0  # something else was written of it meanwhile; the next reconciling sees it
            after = standing(connection, chunk)
            if after is None:
                return 0
            records = [(at, self._records.get(what.shown[at].msg_id)) for at in accepted]
            heard = [(at, _heard(record)) for at, record in records if record is not None]
            if heard:
                hear(connection, chunk, after.told, heard)
            self.without_record[chunk] = (after.version, what.without_record)
        return len(accepted)


def account_for_the_dead(database: Database) -> None:
    """Make unknown what a process that has ended had in flight. Of one that lives, it stays in flight."""
    check_mark(database)
    if database.shared:
        record_what_was_kept(database)
        with database.write() as connection:
            sweep(connection, database.now(connection) - DEAD)
        return
    try:
        with database.locked_for("run", "looking after who was in flight"):
            record_what_was_kept(database)
            with database.write() as connection:
                sweep(connection)
    except LedgerBusyError:  # it is being run: all that is in flight may be alive
        pass


def _read(database: Database, which: Any) -> Iterator[tuple[Any, Payload]]:
    columns = [
        chunks.c[name] for name in ("campaign", "sequence", "version", "state", "size", "claimed_at", "posted_at")
    ]
    wanted = (
        select(
            chunks.c.id.label("id"),
            *columns,
            campaigns.c.key.label("key"),
            payloads.c.content.label("payload"),
            outcomes.c.content.label("outcomes"),
        )
        .join(campaigns, chunks.c.campaign == campaigns.c.id)
        .join(payloads, payloads.c.chunk == chunks.c.id)
        .outerjoin(outcomes, outcomes.c.chunk == chunks.c.id)
        .where(which)
        .order_by(chunks.c.id)
    )
    for row in read(database, wanted):
        yield row, unpack_payload(row.payload)


def _told(row: Any) -> Outcomes:
    if row.outcomes is not None:
        return unpack_outcomes(row.outcomes)
    state = NOT_SENT if row.state == ChunkState.DONE else UNKNOWN
    return Outcomes([state] * row.size, [None] * row.size, [None] * row.size)


def _posted_at(chunk: Any) -> datetime:
    times = [at for at in (chunk.claimed_at, chunk.posted_at) if at is not None]
    return datetime.fromtimestamp(min(times), UTC) if times else datetime.now(UTC) - _MAX_AGE


def _heard(record: laaffic.SentRecord) -> Heard:
    at = None if record.received_at is None else record.received_at.timestamp()
    return Heard(record.state.value, at)
