"""What a ledger knows: counts, outcomes, and who is asked for."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, select

from laaffic_campaigns._errors import NoSuchCampaignError
from laaffic_campaigns._kept.chunks import Outcomes, ours, raw, unpack_outcomes, unpack_payload
from laaffic_campaigns._kept.database import Database
from laaffic_campaigns._kept.schema import campaigns, chunks, outcomes, payloads
from laaffic_campaigns._protocol import settings
from laaffic_campaigns._protocol.states import (
    ENDED,
    IN_FLIGHT,
    NOT_SENT,
    TO_GO,
    UNKNOWN,
    CampaignState,
    ChunkState,
    state_without_outcome,
)
from laaffic_campaigns._telling.told import Outcome, Status

_MINUTE = 60.0
_AT_ONCE = 20  # chunks read in one short transaction
_COUNTS = ("accepted", "rejected", "not_sent", "unknown")
_WITHOUT_OUTCOME = {
    NOT_SENT: "the campaign was cancelled before it was posted",
    UNKNOWN: "the process ended while its request was in flight",
}


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
    columns = [chunks.c[name] for name in ("size", *_COUNTS)]
    counted = select(chunks.c.state, *(func.sum(column).label(column.name) for column in columns))
    with database.read() as connection:
        now = database.now(connection)
        row = connection.execute(select(campaigns).where(campaigns.c.id == campaign)).first()
        if row is None:
            raise NoSuchCampaignError("The campaign is not in the ledger any more")
        groups = connection.execute(counted.where(chunks.c.campaign == campaign).group_by(chunks.c.state)).all()
        speed = _speed(connection, row, now) if row.state == CampaignState.RUNNING else None
    counts = dict.fromkeys((TO_GO, IN_FLIGHT, *_COUNTS), 0)
    for group in groups:
        if group.state in {ChunkState.READY, ChunkState.CLAIMED}:
            counts[state_without_outcome(group.state, row.state)] += int(group.size)
        else:
            for name in _COUNTS:
                counts[name] += int(getattr(group, name))
    when = settings.read(row)
    hours = when.hours
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
    """Yield the outcome of each recipient, chunk after chunk."""
    for chunk in read(database, _every_chunk().where(chunks.c.campaign == campaign)):
        yield from _outcomes(chunk)


def found(
    database: Database, *, number: str | None = None, order_id: str | None = None, msg_id: str | None = None
) -> Iterator[Outcome]:
    """Yield the outcomes, over all campaigns, that have everything that is given."""
    wanted = {"number": number, "order_id": order_id, "msg_id": msg_id}
    named = None if order_id is None else ours(order_id)
    if named is not None:  # the id says where it is
        key, sequence, _ = named
        chunk = _every_chunk().where(campaigns.c.key == key, chunks.c.sequence == sequence)
        there = [outcome for one in read(database, chunk) for outcome in _outcomes(one) if _fits(outcome, wanted)]
        yield from there
        if there:
            return  # else it is an id of the caller's that looks like ours
    may_have = _looks_for(number, order_id, msg_id)
    for one in read(database, _every_chunk()):
        if may_have(one):
            yield from (outcome for outcome in _outcomes(one) if _fits(outcome, wanted))


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


def _every_chunk() -> Select[Any]:
    return (
        select(
            chunks.c.id.label("id"),
            chunks.c.sequence,
            chunks.c.state.label("state"),
            chunks.c.status,
            chunks.c.reason,
            chunks.c.posted_at,
            chunks.c.claimed_at,
            campaigns.c.name.label("campaign"),
            campaigns.c.key.label("key"),
            campaigns.c.state.label("campaign_state"),
            payloads.c.content.label("payload"),
            outcomes.c.content.label("outcomes"),
        )
        .join(campaigns, chunks.c.campaign == campaigns.c.id)
        .join(payloads, payloads.c.chunk == chunks.c.id)
        .outerjoin(outcomes, outcomes.c.chunk == chunks.c.id)
        .order_by(chunks.c.id)
    )


def read(database: Database, wanted: Select[Any]) -> Iterator[Row[Any]]:
    """Read a few chunks at a time: a reader that is slow must not hold up who writes."""
    last = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(wanted.where(chunks.c.id > last).limit(_AT_ONCE)).all()
        yield from rows
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].id


def _outcomes(chunk: Row[Any]) -> Iterator[Outcome]:
    payload = unpack_payload(chunk.payload)
    size = len(payload.numbers)
    if chunk.outcomes is None:
        state = state_without_outcome(chunk.state, chunk.campaign_state)
        reason = _WITHOUT_OUTCOME.get(state)
        told = Outcomes([state] * size, [None] * size, [reason] * size)
    else:
        told = unpack_outcomes(chunk.outcomes)
    posted_at = chunk.claimed_at if chunk.posted_at is None else chunk.posted_at
    columns = zip(
        payload.row_indexes(),
        payload.numbers,
        payload.order_ids,
        payload.wire_order_ids(chunk.key, chunk.sequence),
        told.states,
        told.msg_ids,
        told.reasons,
        strict=True,
    )
    for index, number, order_id, wire_order_id, state, msg_id, reason in columns:
        never = state == NOT_SENT
        yield Outcome(
            campaign=chunk.campaign,
            index=index,
            number=number,
            order_id=order_id,
            wire_order_id=None if never else wire_order_id,
            state=state,
            msg_id=msg_id,
            status=chunk.status,
            reason=reason or (chunk.reason if state != "accepted" else None),
            posted_at=None if never else posted_at,
        )
