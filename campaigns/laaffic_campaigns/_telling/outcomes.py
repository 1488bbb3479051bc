"""The outcome of each recipient, put together from what is kept of a few chunks."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from laaffic_campaigns._kept.chunks import Deliveries, Outcomes, unpack_outcomes, unpack_payload
from laaffic_campaigns._kept.schema import campaigns, chunks, outcomes, payloads
from laaffic_campaigns._protocol.again import Link, links
from laaffic_campaigns._protocol.delivery import deliveries_of
from laaffic_campaigns._protocol.states import ACCEPTED, NOT_SENT, UNKNOWN, state_without_outcome
from laaffic_campaigns._telling.told import Earlier, Outcome

_WITHOUT_OUTCOME = {
    NOT_SENT: "the campaign was cancelled before it was posted",
    UNKNOWN: "the process ended while its request was in flight",
}


def every_chunk() -> Select[Any]:
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


class Page:
    """A few chunks, with what was heard of their messages, and who of them was sent to again, or is.

    Args:
        connection: of a transaction that reads.
        rows: of `every_chunk`.
    """

    def __init__(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        ids = [row.id for row in rows]
        self._rows = rows
        self._known = deliveries_of(connection, ids)
        every = links(connection, parents=ids, children=ids)
        mine = {*ids}
        self._next: dict[int, list[Link]] = {}
        for link in every:
            if link.parent in mine:
                self._next.setdefault(link.parent, []).append(link)
        self._before = {link.child: link for link in every if link.child in mine}
        self._sequences = _sequences(connection, [link.child for link in every])
        parents = {link.parent for link in self._before.values()}
        self._earlier: Page | None = None
        self._parents: dict[int, Row[Any]] = {}
        if parents:
            found = connection.execute(every_chunk().where(chunks.c.id.in_(parents))).all()
            self._parents = {row.id: row for row in found}
            self._earlier = Page(connection, found)

    def outcomes(self, which: Callable[[Row[Any]], bool] = lambda _: True) -> Iterator[Outcome]:
        """Yield the outcome of each recipient of these chunks, also of those who were sent to again."""
        for row in self._rows:
            if which(row):
                yield from self.of(row)

    def of(self, chunk: Row[Any]) -> Iterator[Outcome]:
        """Yield the outcomes of one chunk."""
        payload = unpack_payload(chunk.payload)
        size = len(payload.numbers)
        if chunk.outcomes is None:
            state = state_without_outcome(chunk.state, chunk.campaign_state)
            reason = _WITHOUT_OUTCOME.get(state)
            told = Outcomes([state] * size, [None] * size, [reason] * size)
        else:
            told = unpack_outcomes(chunk.outcomes)
        known = self._known.get(chunk.id) or Deliveries.none(size)
        again = self._sent_again_as(chunk)
        earlier = self._earlier_of(chunk, size)
        posted_at = chunk.claimed_at if chunk.posted_at is None else chunk.posted_at
        columns = zip(
            payload.row_indexes(),
            payload.numbers,
            payload.order_ids,
            payload.wire_order_ids(chunk.key, chunk.sequence),
            told.states,
            told.msg_ids,
            told.reasons,
            known.states,
            known.received_at,
            known.reasons,
            earlier,
            strict=True,
        )
        for at, (index, number, order_id, wire_order_id, state, msg_id, reason, *heard, before) in enumerate(columns):
            never = state == NOT_SENT
            delivery, delivered_at, delivery_reason = heard
            yield Outcome(
                campaign=chunk.campaign,
                index=index,
                number=number,
                order_id=order_id,
                wire_order_id=None if never else wire_order_id,
                state=state,
                msg_id=msg_id,
                status=chunk.status,
                reason=reason or (chunk.reason if state != ACCEPTED else None),
                posted_at=None if never else posted_at,
                delivery=delivery if state == ACCEPTED else None,
                delivered_at=delivered_at if state == ACCEPTED else None,
                delivery_reason=delivery_reason,
                earlier=before,
                sent_again_as=again.get(at),
            )

    def _sent_again_as(self, chunk: Row[Any]) -> dict[int, str]:
        return {
            position: f"{chunk.key}-s{-self._sequences[link.child]}-{at}"
            for link in self._next.get(chunk.id, ())
            for at, position in enumerate(link.positions)
        }

    def _earlier_of(self, chunk: Row[Any], size: int) -> list[tuple[Earlier, ...]]:
        link = self._before.get(chunk.id)
        if link is None or self._earlier is None:
            return [()] * size
        before = list(self._earlier.of(self._parents[link.parent]))
        return [(*before[at].earlier, _as_earlier(before[at])) for at in link.positions]


def outcomes_in(connection: Connection, chunk: int) -> list[Outcome]:
    """Return the outcomes of a chunk, also of those who were sent to again."""
    rows = connection.execute(every_chunk().where(chunks.c.id == chunk)).all()
    return list(Page(connection, rows).outcomes())


def _as_earlier(outcome: Outcome) -> Earlier:
    names = ("wire_order_id", "state", "msg_id", "status", "reason", "posted_at", "delivery")
    return Earlier(**{name: getattr(outcome, name) for name in names})


def _sequences(connection: Connection, wanted: list[int]) -> dict[int, int]:
    if not wanted:
        return {}
    rows = connection.execute(select(chunks.c.id, chunks.c.sequence).where(chunks.c.id.in_(wanted)))
    return {row.id: row.sequence for row in rows}
