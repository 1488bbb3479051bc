"""What became of accepted messages, kept for each chunk apart from its outcomes. Called within transactions.

What is final stays. What contradicts it is said in the reason, and never lost.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from laaffic_campaigns._kept.chunks import Deliveries, Outcomes, pack_deliveries, unpack_deliveries
from laaffic_campaigns._kept.schema import chunks, delivered, deliveries
from laaffic_campaigns._protocol.again import handed_over
from laaffic_campaigns._protocol.states import ACCEPTED

FAILED, SUCCEEDED = "failed", "succeeded"
_FINAL = frozenset({FAILED, SUCCEEDED})


class Heard(NamedTuple):
    """What somebody says of one message.

    Attributes:
        state: `succeeded`, `failed`, `pending` or `not_found`; None for what only contradicts.
        received_at: the time of it, in seconds since 1970.
        reason: why.
        note: what contradicts what is known.
    """

    state: str | None
    received_at: float | None = None
    reason: str | None = None
    note: str | None = None


def hear(
    connection: Connection,
    chunk: int,
    told: Outcomes,
    heard: Iterable[tuple[int, Heard]],
    *,
    asked_at: float | None = None,
) -> None:
    """Write down what was heard of some of a chunk, as often as it takes.

    Args:
        connection: within a transaction that keeps others from changing the chunk.
        chunk: which one.
        told: its outcomes.
        heard: of whom, by position, and what.
        asked_at: when everybody of the chunk who was not final was asked about; None to leave that as it is.
    """
    content = connection.scalar(select(delivered.c.content).where(delivered.c.chunk == chunk))
    known = Deliveries.none(len(told.states)) if content is None else unpack_deliveries(content)
    contradicted = False
    for at, each in heard:
        accepted = told.states[at] == ACCEPTED
        contradicted |= each.state is not None and not accepted
        _note(known, at, each, accepted=accepted)
    if contradicted:  # so that nobody is sent to again by whoever has just looked
        connection.execute(update(chunks).where(chunks.c.id == chunk).values(version=chunks.c.version + 1))
    _write(connection, chunk, told, known, asked_at)


def forget_delivery(connection: Connection, chunk: int, told: Outcomes, positions: Iterable[int]) -> None:
    """Forget what became of messages that turned out to be others'."""
    known = deliveries_of(connection, [chunk]).get(chunk)
    if known is not None:
        for at in positions:
            known.states[at] = known.received_at[at] = known.reasons[at] = None
        _write(connection, chunk, told, known, None)


def deliveries_of(connection: Connection, wanted: Iterable[int]) -> dict[int, Deliveries]:
    """Return what is known of these chunks, of those of which anything is."""
    rows = connection.execute(select(delivered).where(delivered.c.chunk.in_(list(wanted))))
    return {row.chunk: unpack_deliveries(row.content) for row in rows}


def final(known: Deliveries | None, at: int) -> bool:
    """Return whether it is certain what became of somebody's message. Pure."""
    return known is not None and known.states[at] in _FINAL


def _note(known: Deliveries, at: int, heard: Heard, *, accepted: bool) -> None:
    """Take something into account: the first that is final stays, and before it the last. Pure."""
    before, note = known.states[at], heard.note
    if heard.state is not None and not accepted:
        note = f"a report says that it {heard.state}"
    elif heard.state in _FINAL and before in _FINAL and heard.state != before:
        note = f"another report says that it {heard.state}"
    elif heard.state is not None and before not in _FINAL:
        known.states[at], known.received_at[at], known.reasons[at] = heard.state, heard.received_at, heard.reason
    elif heard.state == before and known.reasons[at] is None:
        known.reasons[at] = heard.reason
    said = known.reasons[at]
    if note is not None and note not in (said or ""):
        known.reasons[at] = note if not said else f"{said}; {note}"


def _write(connection: Connection, chunk: int, told: Outcomes, known: Deliveries, asked_at: float | None) -> None:
    away = handed_over(connection, chunk)
    here = [
        state
        for at, state in enumerate(known.states)
        if state in _FINAL and told.states[at] == ACCEPTED and at not in away
    ]
    row: Any = connection.execute(select(deliveries).where(deliveries.c.chunk == chunk)).first()
    campaign = connection.scalar(select(chunks.c.campaign).where(chunks.c.id == chunk))
    asked_at = asked_at if asked_at is not None or row is None else row.asked_at
    values: Mapping[str, Any] = {"succeeded": here.count(SUCCEEDED), "failed": here.count(FAILED), "asked_at": asked_at}
    connection.execute(delete(deliveries).where(deliveries.c.chunk == chunk))
    connection.execute(insert(deliveries).values(chunk=chunk, campaign=campaign, **values))
    connection.execute(delete(delivered).where(delivered.c.chunk == chunk))
    connection.execute(insert(delivered).values(chunk=chunk, content=pack_deliveries(known)))
