"""Pushed reports: kept as they come, and matched with the recipient that they are about."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

import laaffic
from laaffic_campaigns._kept.chunks import ours, unpack_outcomes, unpack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.once import insert_once
from laaffic_campaigns._kept.schema import campaigns, chunks, outcomes, payloads, reports
from laaffic_campaigns._protocol.again import recount, withdraw
from laaffic_campaigns._protocol.states import CampaignState, ChunkState
from laaffic_campaigns._protocol.steps import move
from laaffic_campaigns._telling.reading import read

_logger = logging.getLogger("laaffic.campaigns")

OLDER = (
    "a report came for somebody to whom nothing was posted, or whose request was refused, as far as this ledger knows."
    " It may be older than what was sent (a copy, a restore). Find out; then resume() lets it go on"
)
_AT_ONCE = 50_000  # reports looked for in one pass over the ledger
_TOGETHER = 20  # chunks in one transaction
_KEPT_FOR = 120 * 86_400.0  # seconds: the provider itself knows messages for 90 to 120 days
# What is kept of what anybody may have pushed, in characters: PostgreSQL's index, and each reader of a chunk, takes it.
_MAX_ORDER_ID, _MAX_NUMBER, _MAX_REASON = 255, 32, 500
_OPEN = (ChunkState.READY, ChunkState.CLAIMED, ChunkState.UNKNOWN)


def add(connection: Connection, report: laaffic.DeliveryReport, now: float) -> bool | None:
    """Keep a pushed report, once; return whether it is about somebody of this ledger, None while that is not known.

    Args:
        connection: of a transaction that writes.
        report: what was pushed.
        now: by the database's clock.
    """
    if report.state is laaffic.DeliveryState.NOT_FOUND:
        return False  # it says nothing of anybody
    named = None if report.order_id is None else ours(report.order_id)
    values = _values(report, now)
    key, sequence, position = named or ("", 0, 0)
    campaign = connection.scalar(select(campaigns.c.id).where(campaigns.c.key == key)) if named else None
    if campaign is None:  # it may also be an id of the caller's that looks like ours
        insert_once(connection, reports, values)
        return None
    here = (chunks.c.campaign == campaign) & (chunks.c.sequence == sequence)
    wanted = select(chunks.c.id, chunks.c.state, chunks.c.size).where(here)
    # Whoever is about to give it back, since nothing of it was sent, or to send again, sees the report, or is seen. It
    # is not shared with others who add one: whoever writes the chunk would wait until none of them is there.
    chunk: Any = connection.execute(wanted.with_for_update(key_share=True)).first()
    if chunk is not None and position >= chunk.size:
        return False
    if chunk is None or chunk.state in {ChunkState.READY, ChunkState.SPLIT}:
        move(connection, campaign, CampaignState.PAUSED, now, why=OLDER, held=True)
    if chunk is None:
        insert_once(connection, reports, values)
        return None
    insert_once(connection, reports, {**values, "chunk": chunk.id, "position": position})
    _withdraw(connection, chunk.id, [position])
    return True


def _withdraw(connection: Connection, chunk: int, positions: Iterable[int]) -> None:
    if withdraw(connection, chunk, positions):
        recount(connection, chunk)


def match(database: Database) -> None:
    """Find out whose the reports are that name nobody by an order id of ours, by their message ids.

    What certainly belongs to nobody of this ledger is dropped: no outcome has its message id, and nobody who is not
    posted, in flight or unknown has its number. So is what is older than the provider's own memory.
    """
    last = 0
    while True:
        wanted = select(reports.c.id, reports.c.msg_id, reports.c.number, reports.c.at)
        wanted = wanted.where(reports.c.chunk.is_(None), reports.c.id > last).order_by(reports.c.id).limit(_AT_ONCE)
        with database.read() as connection:
            rows = connection.execute(wanted).all()
        if rows:
            _match(database, rows)
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].id


def _match(database: Database, rows: Any) -> None:
    may_belong = _numbers_of_open_chunks(database, {row.number for row in rows if row.number})
    by_msg_id = defaultdict[str, list[int]](list)
    for row in rows:
        by_msg_id[row.msg_id].append(row.id)
    found = place(database, by_msg_id)
    oldest = time.time() - _KEPT_FOR
    nobodys = [
        row.id
        for row in rows
        if row.msg_id not in found and (row.at < oldest or (row.number and row.number not in may_belong))
    ]
    if nobodys:
        with database.write() as connection:
            connection.execute(delete(reports).where(reports.c.id == bindparam("of")), [{"of": one} for one in nobodys])
        _logger.info("%d reports are about nobody of this ledger, and were dropped", len(nobodys))


def place(database: Database, by_msg_id: Mapping[str, Sequence[int]]) -> set[str]:
    """Give reports to the recipients whose outcomes have their message ids; return the ids of which there is one.

    It reads all outcomes.

    Args:
        database: of the ledger.
        by_msg_id: the reports, by message id.
    """
    placed = defaultdict[int, list[tuple[int, int]]](list)  # by chunk: which report, and the position
    found = set[str]()
    every = select(chunks.c.id, outcomes.c.content).join(outcomes).order_by(chunks.c.id)
    for chunk in read(database, every):
        for position, msg_id in enumerate(unpack_outcomes(chunk.content).msg_ids):
            if msg_id is not None and msg_id in by_msg_id:
                found.add(msg_id)
                placed[chunk.id] += ((one, position) for one in by_msg_id[msg_id])
    waiting, at_once = iter(placed.items()), 1 if database.shared else _TOGETHER  # one alone, as whoever folds them
    while some := list(islice(waiting, at_once)):
        with database.write() as connection:
            for into, these in some:
                _place(connection, into, these)
    return found


def _place(connection: Connection, chunk: int, placed: list[tuple[int, int]]) -> None:
    connection.execute(select(chunks.c.id).where(chunks.c.id == chunk).with_for_update(key_share=True))
    here: dict[str, Any] = {"chunk": chunk, "position": bindparam("there")}
    which = update(reports).where(reports.c.id == bindparam("of")).values(**here)
    connection.execute(which, [{"of": one, "there": at} for one, at in placed])
    _withdraw(connection, chunk, {at for _, at in placed})


def _numbers_of_open_chunks(database: Database, numbers: set[str]) -> set[str]:
    """Return those of these numbers of whose recipients not every outcome is known; all, where numbers are erased."""
    there = set[str]()
    every = select(chunks.c.id, payloads.c.content).join(payloads).where(chunks.c.state.in_(_OPEN))
    for chunk in read(database, every.order_by(chunks.c.id)):
        here = unpack_payload(chunk.content).numbers
        if "" in here:
            return numbers
        there.update(numbers.intersection(here))
    return there


def _values(report: laaffic.DeliveryReport, now: float) -> dict[str, Any]:
    order_id = report.order_id or ""
    return {
        "msg_id": report.msg_id,
        "state": report.state.value,
        "order_id": order_id if len(order_id) <= _MAX_ORDER_ID else "",
        "number": report.number and report.number[:_MAX_NUMBER],
        "received_at": None if report.received_at is None else report.received_at.timestamp(),
        "reason": report.reason and report.reason[:_MAX_REASON],
        "at": now,
    }
