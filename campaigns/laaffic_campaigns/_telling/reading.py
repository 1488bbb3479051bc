"""What a ledger knows: counts, outcomes, and who is asked for."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Row, Select, func, select

from laaffic_campaigns._errors import NoSuchCampaignError
from laaffic_campaigns._kept.chunks import ours, raw
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import campaigns, chunks, deliveries, resends
from laaffic_campaigns._protocol.pacing import settings
from laaffic_campaigns._protocol.states import (
    COUNTS,
    ENDED,
    IN_FLIGHT,
    TO_GO,
    CampaignState,
    ChunkState,
    state_without_outcome,
)
from laaffic_campaigns._telling.outcomes import Page, every_chunk
from laaffic_campaigns._telling.told import Outcome, Status

_MINUTE = 60.0
_AT_ONCE = 20  # chunks read in one short transaction
T = TypeVar("T")


class Known(NamedTuple):
    """A campaign, as it is listed."""

    id: int
    name: str
    state: str


def known(database: Database, name: str | None = None) -> list[Known]:
    """Return the campaigns, in the order in which they were made, or the one of a name."""
    wanted = select(campaigns.c.id, campaigns.c.name, campaigns.c.state).order_by(campaigns.c.id)
    if name is not None:
        wanted = wanted.where(campaigns.c.name == name)
    with database.read() as connection:
        return [Known(*row) for row in connection.execute(wanted)]


def status_of(database: Database, campaign: int) -> Status:
    """Count a campaign's recipients by what is known of them.

    Raises:
        NoSuchCampaignError: it is not there any more.
    """
    columns = [chunks.c[name] for name in ("size", *COUNTS)]
    counted = select(chunks.c.state, *(func.sum(column).label(column.name) for column in columns))
    with database.read() as connection:
        now = database.now(connection)
        row = connection.execute(select(campaigns).where(campaigns.c.id == campaign)).first()
        if row is None:
            raise NoSuchCampaignError("The campaign is not in the ledger any more")
        groups = connection.execute(counted.where(chunks.c.campaign == campaign).group_by(chunks.c.state)).all()
        final = connection.execute(
            select(func.sum(deliveries.c.succeeded), func.sum(deliveries.c.failed)).where(
                deliveries.c.campaign == campaign
            )
        ).one()
        twice = connection.scalar(select(func.sum(resends.c.accepted_too)).where(resends.c.campaign == campaign))
        running = row.state == CampaignState.RUNNING
        # Looked at within the transaction: until it ends, whoever runs the campaign cannot note that it is done.
        unattended = running and database.is_surely_free("run")
        speed = _speed(connection, row, now) if running and not unattended else None
    counts = dict.fromkeys((TO_GO, IN_FLIGHT, *COUNTS), 0)
    for group in groups:
        if group.state in {ChunkState.READY, ChunkState.CLAIMED}:
            counts[state_without_outcome(group.state, row.state)] += int(group.size)
        else:
            for name in COUNTS:
                counts[name] += int(getattr(group, name))
    when = settings.read(row)
    hours = when.hours
    delivered, failed = (int(count or 0) for count in final)
    opens_at = now if hours is None or row.state in ENDED else hours.opens_at(now)
    return Status(
        name=row.name,
        state=row.state,
        why=row.why,
        since=row.since,
        recipients=row.recipients,
        **counts,
        rate=row.rate,
        per_second=speed,
        seconds_left=counts[TO_GO] / speed if speed else None,
        waits_until=opens_at if opens_at > now else None,
        source=row.source,
        held=row.held,
        not_between=None if hours is None else hours.times(),
        zone=None if hours is None else hours.zone.key,
        stop_after=None if when.stop_after is None else {**when.stop_after},
        concurrency=when.concurrency,
        delivered=delivered,
        failed=failed,
        not_final=counts["accepted"] - delivered - failed,
        sent_twice=int(twice or 0),
        unattended=unattended,
    )


def _speed(connection: Connection, row: Row[Any], now: float) -> float:
    """Return how many recipients a second had an outcome in the last minute, since the first of them was claimed."""
    begun = max(now - _MINUTE, float(row.since))
    recent = select(func.sum(chunks.c.size), func.min(chunks.c.claimed_at)).where(
        chunks.c.campaign == row.id, chunks.c.recorded_at > begun
    )
    recipients, claimed_at = connection.execute(recent).one()
    # Before that nobody posted: it was closed, or its process had been killed and was not started again.
    return float(recipients or 0) / max(now - max(begun, claimed_at or begun), 1.0)


def outcomes_of(database: Database, campaign: int) -> Iterator[Outcome]:
    """Yield the outcome of each recipient once, chunk after chunk."""
    for page in _pages(database, every_chunk().where(chunks.c.campaign == campaign)):
        yield from (outcome for outcome in page.outcomes() if outcome.sent_again_as is None)


def found(
    database: Database, *, number: str | None = None, order_id: str | None = None, msg_id: str | None = None
) -> Iterator[Outcome]:
    """Yield the outcomes, over all campaigns, that have everything that is given."""
    wanted = {"number": number, "order_id": order_id, "msg_id": msg_id}
    named = None if order_id is None else ours(order_id)
    if named is not None:  # the id says where it is
        key, sequence, _ = named
        chunk = every_chunk().where(campaigns.c.key == key, chunks.c.sequence == sequence)
        pages = _pages(database, chunk)
        there = [outcome for page in pages for outcome in page.outcomes() if _fits(outcome, wanted)]
        yield from there
        if there:
            return  # else it is an id of the caller's that looks like ours
    may_have = _looks_for(number, order_id, msg_id)
    for page in _pages(database, every_chunk()):
        yield from (outcome for outcome in page.outcomes(may_have) if _fits(outcome, wanted))


def _fits(outcome: Outcome, wanted: dict[str, str | None]) -> bool:
    order_id = wanted["order_id"]
    if order_id is not None and order_id not in {outcome.order_id, outcome.wire_order_id}:
        return False
    return wanted["number"] in {None, outcome.number} and wanted["msg_id"] in {None, outcome.msg_id}


def _looks_for(number: str | None, order_id: str | None, msg_id: str | None) -> Callable[[Row[Any]], bool]:
    """Return a quick look at what is packed, which finds too much rather than too little."""
    in_payload = [_as_json(word) for word in (number, order_id) if word is not None]
    in_outcomes = [] if msg_id is None else [_as_json(msg_id)]

    def may_have(chunk: Row[Any]) -> bool:
        payload, told = chunk.payload, chunk.outcomes
        if in_outcomes and (told is None or not all(word in raw(told) for word in in_outcomes)):
            return False
        return not in_payload or all(word in raw(payload) for word in in_payload)

    return may_have


def _as_json(word: str) -> bytes:
    return json.dumps(word, ensure_ascii=False).encode("utf-8", "surrogatepass")


def read(database: Database, wanted: Select[Any]) -> Iterator[Row[Any]]:
    """Read a few chunks at a time: a reader that is slow must not hold up who writes."""
    for rows, _ in _read(database, wanted, lambda *_: None):
        yield from rows


def _pages(database: Database, wanted: Select[Any]) -> Iterator[Page]:
    for _, page in _read(database, wanted, Page):
        yield page


def _read(
    database: Database, wanted: Select[Any], more: Callable[[Connection, Sequence[Row[Any]]], T]
) -> Iterator[tuple[Sequence[Row[Any]], T]]:
    last = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(wanted.where(chunks.c.id > last).limit(_AT_ONCE)).all()
            along = more(connection, rows)
        yield rows, along
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].id
