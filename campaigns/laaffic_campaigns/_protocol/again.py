"""Who is sent to again: which recipients of a chunk another one has taken over. Each is called within a transaction.

A recipient counts where it was sent to last. The chunk before keeps what is known of its own message.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._kept.chunks import (
    Outcomes,
    Payload,
    pack_payload,
    unpack_deliveries,
    unpack_outcomes,
    unpack_payload,
)
from laaffic_campaigns._kept.chunks import pack_positions as packed
from laaffic_campaigns._kept.chunks import unpack_positions as unpacked
from laaffic_campaigns._kept.schema import campaigns, chunks, delivered, outcomes, payloads, reports, resends
from laaffic_campaigns._protocol.states import ACCEPTED, COUNTS, ENDED, REJECTED, UNKNOWN, CampaignState, ChunkState


class Link(NamedTuple):
    """Whom of one chunk another one sends to."""

    child: int
    parent: int
    positions: list[int]


def links(connection: Connection, *, parents: Iterable[int] = (), children: Iterable[int] = ()) -> list[Link]:
    """Return who took over from these chunks, and from whom these took over."""
    wanted = select(resends.c.child, resends.c.parent, resends.c.positions)
    either = resends.c.parent.in_(list(parents)) | resends.c.child.in_(list(children))
    rows = connection.execute(wanted.where(either).order_by(resends.c.child))
    return [Link(row.child, row.parent, unpacked(row.positions)) for row in rows]


def handed_over(connection: Connection, chunk: int) -> dict[int, int]:
    """Return which chunk sends again to whom of a chunk, by position."""
    return {at: link.child for link in links(connection, parents=[chunk]) for at in link.positions}


def befores(connection: Connection, chunk: int) -> list[Link]:
    """Return by what a chunk's recipients were sent to before, the last first, each with whom of it the next one took.

    Who is sent to for the first time was not.
    """
    found: list[Link] = []
    while link := next(iter(links(connection, children=[found[-1].parent if found else chunk])), None):
        found.append(link)
    return found


def turned_up(connection: Connection, chunk: int) -> set[int]:
    """Return who of a chunk that was posted got its message, or may have, by position.

    They are accepted, or a report came for them: one that waits, or one that contradicts that they were rejected.
    """
    content = connection.scalar(select(outcomes.c.content).where(outcomes.c.chunk == chunk))
    states = [] if content is None else unpack_outcomes(content).states
    waiting = connection.scalars(select(reports.c.position).where(reports.c.chunk == chunk))
    heard = connection.scalar(select(delivered.c.content).where(delivered.c.chunk == chunk))
    reasons = [] if heard is None else unpack_deliveries(heard).reasons
    return (
        {at for at, state in enumerate(states) if state == ACCEPTED}
        | {*waiting}
        | {at for at, reason in enumerate(reasons) if reason is not None and states and states[at] == REJECTED}
    )


def turned_up_before(connection: Connection, chunk: int) -> set[int]:
    """Return who of a chunk, by position, got an earlier message, or may have."""
    found, here = set[int](), None
    for link in befores(connection, chunk):
        # By position in the chunk: where they stand in the one before.
        here = dict(enumerate(link.positions)) if here is None else {at: link.positions[of] for at, of in here.items()}
        there = turned_up(connection, link.parent)
        found |= {at for at, of in here.items() if of in there}
    return found


def counted(told: Outcomes, away: Iterable[int]) -> dict[str, int]:
    """Return how many of a chunk are in each state, without those who are sent to again by another. Pure."""
    gone = {*away}
    states = [state for at, state in enumerate(told.states) if at not in gone] if gone else told.states
    return {name: states.count(name) for name in COUNTS}


def inherit(connection: Connection, chunk: int, part: int, start: int, end: int) -> None:
    """Note of a part of a chunk that is split whom it sends to again, if the whole did."""
    row = connection.execute(select(resends).where(resends.c.child == chunk)).first()
    if row is not None:
        positions = packed(unpacked(row.positions)[start:end])
        values = {"parent": row.parent, "campaign": row.campaign, "positions": positions, "accepted_too": 0}
        connection.execute(insert(resends).values(child=part, **values))


def take_over(
    connection: Connection,
    campaign: int,
    chunk: int,
    version: int,
    *,
    positions: Sequence[int],
    payload: Payload,
    now: float,
) -> int | None:
    """Let another chunk send to some of a chunk again; return its id, or None when something has changed meanwhile.

    That is the chunk, or an earlier message to one of them, which turned up. A campaign that has ended is ready again.

    Both are in one transaction, and the chunk's version is the proof that nobody else does the same: so it is done
    once, however often it is asked for.

    Args:
        connection: within a transaction.
        campaign: of the chunk.
        chunk: who was posted before.
        version: of it, when it was found that they may be sent to again.
        positions: whom, within it.
        payload: what they get.
        now: by the database's clock.

    Raises:
        LedgerError: the campaign was cancelled, and something of it is still in flight.
    """
    row = connection.execute(select(chunks).where(chunks.c.id == chunk).with_for_update(key_share=True)).first()
    # Two at once would give the same sequence to both. Everybody keeps a chunk first, and then its campaign.
    connection.execute(select(campaigns.c.id).where(campaigns.c.id == campaign).with_for_update(key_share=True))
    if row is None or row.version != version or row.state not in {ChunkState.DONE, ChunkState.UNKNOWN}:
        return None
    late = {*connection.scalars(select(reports.c.position).where(reports.c.chunk == chunk))}
    if not {*handed_over(connection, chunk), *turned_up_before(connection, chunk), *late}.isdisjoint(positions):
        return None
    _reopen(connection, campaign, now)
    lowest = connection.scalar(select(func.min(chunks.c.sequence)).where(chunks.c.campaign == campaign))
    last = connection.scalar(select(func.max(chunks.c.part)).where(chunks.c.parent == chunk))
    made = connection.execute(
        insert(chunks).values(
            campaign=campaign,
            sequence=min(lowest or 0, 0) - 1,
            parent=chunk,
            part=0 if last is None else last + 1,
            size=len(positions),
            state=ChunkState.READY,
        )
    ).inserted_primary_key
    assert made is not None  # noqa: S101  # chunks have one
    child = int(made[0])
    connection.execute(insert(payloads).values(chunk=child, content=pack_payload(payload)))
    link = {"child": child, "parent": chunk, "campaign": campaign, "positions": packed(positions), "accepted_too": 0}
    connection.execute(insert(resends).values(**link))
    recount(connection, chunk)
    return child


def _reopen(connection: Connection, campaign: int, now: float) -> None:
    """Let a campaign that has ended go on, for those who are sent to again alone: what was cancelled stays so.

    Raises:
        LedgerError: something of one that was cancelled is in flight. Should it come back unsent, it would be posted.
    """
    here = campaigns.c.id == campaign
    before = connection.scalar(select(campaigns.c.state).where(here))
    if before == CampaignState.CANCELLED:
        claimed = (chunks.c.campaign == campaign) & (chunks.c.state == ChunkState.CLAIMED)
        if connection.scalar(select(chunks.c.id).where(claimed).limit(1)) is not None:
            raise LedgerError(
                "Something of the cancelled campaign is in flight", hint="Run it first, then do this again."
            )
        left = (chunks.c.campaign == campaign) & (chunks.c.state == ChunkState.READY)
        closed = {"state": ChunkState.DONE, "not_sent": chunks.c.size, "version": chunks.c.version + 1}
        connection.execute(update(chunks).where(left).values(**closed))
    if before in ENDED:
        values = {"state": CampaignState.READY, "why": None, "held": False, "since": now}
        connection.execute(update(campaigns).where(here).values(**values))


def withdraw(connection: Connection, chunk: int, positions: Iterable[int]) -> bool:
    """Take those out of other chunks that were not posted yet, whose first message turns up.

    Args:
        connection: within a transaction.
        chunk: who was posted first.
        positions: who it is; some of them may be sent to again, or none.

    Returns:
        Whether anybody was taken out of a chunk that was made from this one. Its counts are the caller's to write.
    """
    wanted, split, taken_out = {*positions}, True, False
    while split:
        split = False
        for link in links(connection, parents=[chunk]):
            if wanted.isdisjoint(link.positions):
                continue
            state = connection.scalar(
                select(chunks.c.state).where(chunks.c.id == link.child).with_for_update(key_share=True)
            )
            if state == ChunkState.READY:
                _take_out(connection, link, wanted)
                taken_out = True
            elif state != ChunkState.SPLIT:
                mine = [at for at, position in enumerate(link.positions) if position in wanted]
                if withdraw(connection, link.child, mine):  # who is sent to for the third time
                    recount(connection, link.child)
            split = split or state == ChunkState.SPLIT  # just now: who it sends to is in its parts
    return taken_out


def recount(connection: Connection, chunk: int) -> None:
    """Count those of a chunk that was posted who are not sent to again by another."""
    content = connection.scalar(select(outcomes.c.content).where(outcomes.c.chunk == chunk))
    if content is None:  # its process ended: everybody is unknown
        size = connection.execute(select(chunks.c.size).where(chunks.c.id == chunk)).scalar_one()
        told = Outcomes([UNKNOWN] * size, [None] * size, [None] * size)
    else:
        told = unpack_outcomes(content)
    counts = counted(told, handed_over(connection, chunk))
    connection.execute(update(chunks).where(chunks.c.id == chunk).values(version=chunks.c.version + 1, **counts))


def _take_out(connection: Connection, link: Link, wanted: set[int]) -> None:
    keep = [at for at, position in enumerate(link.positions) if position not in wanted]
    content = connection.execute(select(payloads.c.content).where(payloads.c.chunk == link.child)).scalar_one()
    payload = pack_payload(unpack_payload(content).only(keep))
    values = {"size": len(keep), "state": ChunkState.READY if keep else ChunkState.DONE}
    connection.execute(update(chunks).where(chunks.c.id == link.child).values(**values))
    connection.execute(update(payloads).where(payloads.c.chunk == link.child).values(content=payload))
    left = packed([link.positions[at] for at in keep])
    connection.execute(update(resends).where(resends.c.child == link.child).values(positions=left))


def count_accepted_too(connection: Connection, chunk: int, told: Outcomes) -> None:
    """Note how many of those who are sent to again had their first message accepted after all."""
    for link in links(connection, parents=[chunk]):
        both = sum(told.states[at] == ACCEPTED for at in link.positions)
        connection.execute(update(resends).where(resends.c.child == link.child).values(accepted_too=both))
