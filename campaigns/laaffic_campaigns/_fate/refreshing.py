"""Asking what became of accepted messages: which ids are next, and what came is written down, 200 at a time."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import or_, select

import laaffic
from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._fate.folding import fold
from laaffic_campaigns._fate.inbox import match
from laaffic_campaigns._fate.told import Refreshed
from laaffic_campaigns._kept.chunks import unpack_outcomes
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import chunks, deliveries, outcomes
from laaffic_campaigns._protocol.again import links
from laaffic_campaigns._protocol.delivery import Heard, deliveries_of, final, hear
from laaffic_campaigns._protocol.settling import standing
from laaffic_campaigns._protocol.states import ACCEPTED, ChunkState
from laaffic_campaigns._telling.reading import read

AT_ONCE = 200  # message ids in a request; provider's page: getReport


class _Asked(NamedTuple):
    chunk: int
    position: int
    msg_id: str
    last: bool  # of its chunk


class Refreshing:
    """One refreshing of a campaign: `next` says what to ask, `take` writes what came, until there is nothing more.

    Args:
        database: of the ledger.
        campaign: which one.
        older_than: ask only about what was posted, and last asked about, longer ago; None for everybody.

    Raises:
        LedgerError: older_than is not a time.
    """

    def __init__(self, database: Database, campaign: int, older_than: timedelta | float | None) -> None:
        seconds = older_than.total_seconds() if isinstance(older_than, timedelta) else older_than
        if seconds is not None and (
            isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0
        ):
            raise LedgerError("older_than must be seconds, or a timedelta, and not below 0")
        self._database = database
        self._campaign = campaign
        self._older_than = seconds
        self._waiting: Iterator[_Asked] | None = None
        self._asked: list[_Asked] = []
        self._counts = Counter[str]()

    def next(self) -> list[str]:
        """Return the message ids to ask about next; none when everybody was asked about."""
        if self._waiting is None:
            match(self._database)
            fold(self._database, self._campaign)
            self._waiting = self._not_final()
        self._asked = list(islice(self._waiting, AT_ONCE))
        return [one.msg_id for one in self._asked]

    def take(self, reports: Sequence[laaffic.DeliveryReport]) -> None:
        """Write down what came for the message ids that `next` has returned."""
        by_chunk = defaultdict[int, list[tuple[_Asked, laaffic.DeliveryReport]]](list)
        for asked, report in zip(self._asked, reports, strict=True):
            by_chunk[asked.chunk].append((asked, report))
            self._counts[report.state.value] += 1
        with self._database.write() as connection:
            now = self._database.now(connection)
            # All are kept before anything is written, which needs their campaign's row: everybody does it so.
            kept = {chunk: standing(connection, chunk) for chunk in sorted(by_chunk)}
            for chunk, some in by_chunk.items():
                there = kept[chunk]
                if there is None:
                    continue
                # What a late response has changed meanwhile is asked about the next time.
                heard = [
                    (asked.position, _heard(report))
                    for asked, report in some
                    if there.told.msg_ids[asked.position] == asked.msg_id
                ]
                whole = any(asked.last for asked, _ in some)
                hear(connection, chunk, there.told, heard, asked_at=now if whole else None)

    def told(self) -> Refreshed:
        """Return what came until now."""
        counts = {state.value: self._counts[state.value] for state in laaffic.DeliveryState}
        return Refreshed(asked=self._counts.total(), **counts)

    def _not_final(self) -> Iterator[_Asked]:
        for chunk in read(self._database, self._chunks()):
            told = unpack_outcomes(chunk.outcomes)
            with self._database.read() as connection:
                known = deliveries_of(connection, [chunk.id]).get(chunk.id)
                away = {at for link in links(connection, parents=[chunk.id]) for at in link.positions}
            asked = [
                (at, msg_id)
                for at, (state, msg_id) in enumerate(zip(told.states, told.msg_ids, strict=True))
                if state == ACCEPTED and msg_id is not None and not final(known, at) and at not in away
            ]
            for at, msg_id in asked:
                yield _Asked(chunk.id, at, msg_id, last=at == asked[-1][0])

    def _chunks(self) -> Any:
        wanted = (
            select(chunks.c.id.label("id"), outcomes.c.content.label("outcomes"))
            .join(outcomes, outcomes.c.chunk == chunks.c.id)
            .outerjoin(deliveries, deliveries.c.chunk == chunks.c.id)
            .where(
                chunks.c.campaign == self._campaign,
                chunks.c.state.in_([ChunkState.DONE, ChunkState.UNKNOWN]),
                or_(deliveries.c.chunk.is_(None), chunks.c.accepted > deliveries.c.succeeded + deliveries.c.failed),
                chunks.c.accepted > 0,
            )
            .order_by(chunks.c.id)
        )
        if self._older_than is None:
            return wanted
        with self._database.read() as connection:
            before = self._database.now(connection) - self._older_than
        heard = or_(deliveries.c.asked_at.is_(None), deliveries.c.asked_at <= before)
        return wanted.where(heard, or_(chunks.c.posted_at.is_(None), chunks.c.posted_at <= before))


def _heard(report: laaffic.DeliveryReport) -> Heard:
    at = None if report.received_at is None else report.received_at.timestamp()
    return Heard(report.state.value, at, report.reason)
