"""Splitting a chunk into smaller ones: one that was refused as a whole, or that is too large for the rate."""

from dataclasses import replace
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from laaffic_campaigns._kept.chunks import Payload, pack_payload, unpack_payload
from laaffic_campaigns._kept.schema import campaigns, chunks, payloads, resends
from laaffic_campaigns._protocol.again import inherit
from laaffic_campaigns._protocol.states import ChunkState, chunk_states_before


def split(connection: Connection, chunk: int, most: int, token: str | None = None, **values: Any) -> int:
    """Hand a chunk's recipients over to smaller ones, which come next; return how many those are, 0 when it may not.

    Each gets order ids of its own, since these name the chunk. Nothing of it was sent: the caller has the proof.

    Args:
        connection: within a transaction.
        chunk: which one.
        most: how many recipients each may have.
        token: with which the caller has claimed it; None for one that is ready.
        values: what else is noted of the chunk.
    """
    parent = connection.execute(
        select(chunks.c.campaign, payloads.c.content).join(payloads).where(chunks.c.id == chunk)
    ).first()
    if parent is None:
        return 0  # it is split already
    # Two at once would give the same sequence to both.
    connection.execute(select(campaigns.c.id).where(campaigns.c.id == parent.campaign).with_for_update(key_share=True))
    mine = (chunks.c.id == chunk) & (chunks.c.token == token)
    may = mine & chunks.c.state.in_(chunk_states_before(ChunkState.SPLIT))
    if not connection.execute(update(chunks).where(may).values(state=ChunkState.SPLIT, **values)).rowcount:
        return 0
    lowest = connection.scalar(select(func.min(chunks.c.sequence)).where(chunks.c.campaign == parent.campaign))
    parts = cut(unpack_payload(parent.content), most)
    first = min(lowest or 0, 0) - len(parts)
    start = 0
    for part, payload in enumerate(parts):
        made = connection.execute(
            insert(chunks).values(
                campaign=parent.campaign,
                sequence=first + part,
                parent=chunk,
                part=part,
                size=len(payload.numbers),
                state=ChunkState.READY,
            )
        ).inserted_primary_key
        assert made is not None  # noqa: S101  # chunks have one
        connection.execute(insert(payloads).values(chunk=made[0], content=pack_payload(payload)))
        inherit(connection, chunk, made[0], start, start + len(payload.numbers))
        start += len(payload.numbers)
    connection.execute(delete(resends).where(resends.c.child == chunk))
    connection.execute(delete(payloads).where(payloads.c.chunk == chunk))
    return len(parts)


def cut(payload: Payload, most: int) -> list[Payload]:
    """Return the same recipients in parts of so many at most. Recipients of one message may come into two parts."""
    ends = list(accumulate(payload.sizes))
    total = len(payload.numbers)
    return [_part(payload, ends, start, min(start + most, total)) for start in range(0, total, most)]


def _part(payload: Payload, ends: list[int], start: int, end: int) -> Payload:
    messages = [
        (position, min(stop, end) - max(stop - size, start))
        for position, (stop, size) in enumerate(zip(ends, payload.sizes, strict=True))
        if stop > start and stop - size < end
    ]
    return replace(
        payload,
        numbers=payload.numbers[start:end],
        order_ids=payload.order_ids[start:end],
        sizes=[size for _, size in messages],
        contents=None if payload.contents is None else [payload.contents[position] for position, _ in messages],
        sender_ids=[payload.sender_ids[position] for position, _ in messages],
        indexes=[payload.indexes[position] for position, _ in messages],
    )
