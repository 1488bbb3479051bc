"""Settling who is unknown, by evidence that comes later: a record, a report, or the late response of the request.

Each is called within a transaction. A message id that no response has given is given once (`laaffic_found`), and a
response, which names its recipients itself, takes one back from whom it was given to by number and count.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from laaffic_campaigns._kept.chunks import Outcomes, pack_outcomes, unpack_outcomes
from laaffic_campaigns._kept.once import insert_once
from laaffic_campaigns._kept.schema import chunks, found, outcomes
from laaffic_campaigns._protocol.again import (
    befores,
    count_accepted_too,
    counted,
    handed_over,
    recount,
    turned_up,
    withdraw,
)
from laaffic_campaigns._protocol.delivery import forget_delivery
from laaffic_campaigns._protocol.states import ACCEPTED, NOT_SENT, UNKNOWN, ChunkState

_ANY_FOUND = select(found.c.msg_id).limit(1)
TAKEN_BACK = "the message id that it had turned out to be another recipient's"
CONTRADICTED = "the response says {}, and a record or report that it was accepted"


class Shown(NamedTuple):
    """What shows that somebody was accepted."""

    msg_id: str
    reason: str | None = None


class Standing(NamedTuple):
    """What is kept of a chunk's outcomes."""

    version: int
    state: str
    told: Outcomes


def standing(connection: Connection, chunk: int) -> Standing | None:
    """Return a chunk's outcomes, and keep others from changing them until this transaction ends; None without a chunk.

    Of one whose process ended, everybody is unknown; of one that was cancelled, nobody was sent to.
    """
    row: Any = connection.execute(
        select(chunks.c.version, chunks.c.state, chunks.c.size)
        .where(chunks.c.id == chunk)
        .with_for_update(key_share=True)
    ).first()
    if row is None:
        return None
    content = connection.scalar(select(outcomes.c.content).where(outcomes.c.chunk == chunk))
    if content is None:
        told = _everybody(NOT_SENT if row.state == ChunkState.DONE else UNKNOWN, row.size)
    else:
        told = unpack_outcomes(content)
    return Standing(row.version, row.state, told)


def settle(
    connection: Connection, chunk: int, version: int, shown: Mapping[int, Shown], words: Mapping[int, str | None]
) -> list[int] | None:
    """Write down who of an unknown chunk was accepted; return their positions, or None when it has changed meanwhile.

    Args:
        connection: within a transaction.
        chunk: which one.
        version: of it, when the evidence was looked at.
        shown: who was accepted, by position.
        words: why others are still unknown, by position.
    """
    before = standing(connection, chunk)
    if before is None or before.version != version or before.state != ChunkState.UNKNOWN:
        return None
    told, accepted = _copy(before.told), []
    for at, evidence in sorted(shown.items(), key=_by_msg_id):
        if told.states[at] != UNKNOWN or evidence.msg_id in told.msg_ids:
            continue
        if insert_once(connection, found, {"msg_id": evidence.msg_id, "chunk": chunk, "position": at}):
            told.states[at], told.msg_ids[at], told.reasons[at] = ACCEPTED, evidence.msg_id, evidence.reason
            accepted.append(at)
    for at, reason in words.items():
        if told.states[at] == UNKNOWN:
            told.reasons[at] = reason
    if accepted:
        withdraw(connection, chunk, accepted)
    if told != before.told:
        write(connection, chunk, told)
    return accepted


def keep_earlier(connection: Connection, chunk: int) -> list[int]:
    """Return by which chunks the recipients of one were sent to before, and keep others from changing these.

    Call it before the chunk itself is kept: everybody keeps the earlier one first.
    """
    earlier = sorted(link.parent for link in befores(connection, chunk))
    for each in earlier:
        connection.execute(select(chunks.c.id).where(chunks.c.id == each).with_for_update(key_share=True))
    return earlier


def withdraw_turned_up(connection: Connection, earlier: Iterable[int]) -> None:
    """Take those out of what is ready again whose earlier message turned up while it was claimed.

    Args:
        connection: within a transaction.
        earlier: by which chunks they were sent to before.
    """
    for chunk in earlier:
        if withdraw(connection, chunk, turned_up(connection, chunk)):
            recount(connection, chunk)
        there = standing(connection, chunk)
        if there is not None:
            count_accepted_too(connection, chunk, there.told)


def record_late(connection: Connection, chunk: int, told: Outcomes, values: Mapping[str, Any]) -> None:
    """Record the response of a request that was taken for dead; what is known by now, and not by it, stays.

    Args:
        connection: within a transaction.
        chunk: which one; it is unknown, or was settled by evidence since.
        told: what the response says.
        values: what else is noted of the chunk.
    """
    before = standing(connection, chunk)
    if before is None:
        return
    ids = {msg_id for state, msg_id in zip(told.states, told.msg_ids, strict=True) if state == ACCEPTED and msg_id}
    merged = _copy(told)
    for at, state in enumerate(before.told.states):
        if state == UNKNOWN or told.states[at] == ACCEPTED or before.told.msg_ids[at] in ids:
            continue
        merged.states[at], merged.msg_ids[at] = state, before.told.msg_ids[at]
        said = told.states[at]
        merged.reasons[at] = before.told.reasons[at] if said == UNKNOWN else CONTRADICTED.format(said)
    connection.execute(delete(found).where(found.c.chunk == chunk))
    for msg_id, at in sorted((msg_id, at) for at, msg_id in enumerate(merged.msg_ids) if msg_id):
        if merged.states[at] == ACCEPTED:  # so that whoever reconciles just now gives it to nobody else
            given = {"msg_id": msg_id, "chunk": chunk, "position": at}
            if not insert_once(connection, found, given):
                _take_back(connection, msg_id)
                insert_once(connection, found, given)
    withdraw(connection, chunk, [at for at, state in enumerate(merged.states) if state == ACCEPTED])
    write(connection, chunk, merged, values)


def keep_with_owners(connection: Connection, chunk: int, told: Outcomes) -> list[str]:
    """Keep a chunk, and those to whom message ids of its response were given: the earlier first, as everybody does.

    Args:
        connection: within a transaction.
        chunk: whose response it is.
        told: what it says.

    Returns:
        These message ids.
    """
    if connection.scalar(_ANY_FOUND) is None:  # as nearly always
        return []
    ids = [msg_id for msg_id in told.msg_ids if msg_id is not None]
    wanted = select(found.c.msg_id, found.c.chunk).where(found.c.msg_id.in_(ids), found.c.chunk != chunk)
    given = connection.execute(wanted.order_by(found.c.msg_id)).all()
    for each in sorted({chunk, *(one.chunk for one in given)}) if given else ():
        connection.execute(select(chunks.c.id).where(chunks.c.id == each).with_for_update(key_share=True))
    return [one.msg_id for one in given]


def claim_back(connection: Connection, given: Iterable[str]) -> None:
    """Take the message ids of a response back from whom they were given to before it came, by a report that was wrong.

    Args:
        connection: within a transaction.
        given: these ids.
    """
    for msg_id in given:
        _take_back(connection, msg_id)


def write(connection: Connection, chunk: int, told: Outcomes, values: Mapping[str, Any] | None = None) -> None:
    """Write what is known of an unknown chunk, and what follows: its state and counts."""
    state = ChunkState.UNKNOWN if told.count(UNKNOWN) else ChunkState.DONE
    counts = counted(told, handed_over(connection, chunk))
    changed = {"state": state, "version": chunks.c.version + 1, **counts, **(values or {})}
    connection.execute(update(chunks).where(chunks.c.id == chunk).values(**changed))
    connection.execute(delete(outcomes).where(outcomes.c.chunk == chunk))
    connection.execute(insert(outcomes).values(chunk=chunk, content=pack_outcomes(told)))
    count_accepted_too(connection, chunk, told)


def _take_back(connection: Connection, msg_id: str) -> None:
    """Make who was given a message id unknown again: a response shows that it is another recipient's."""
    given: Any = connection.execute(select(found).where(found.c.msg_id == msg_id)).first()
    there = None if given is None else standing(connection, given.chunk)
    connection.execute(delete(found).where(found.c.msg_id == msg_id))
    if there is None or there.told.msg_ids[given.position] != msg_id:
        return
    told = _copy(there.told)
    at = given.position
    told.states[at], told.msg_ids[at], told.reasons[at] = UNKNOWN, None, TAKEN_BACK
    write(connection, given.chunk, told)
    forget_delivery(connection, given.chunk, told, [at])


def _by_msg_id(one: tuple[int, Shown]) -> str:
    """Say in which order message ids are given: everybody has the same, so that none waits for another in a circle."""
    return one[1].msg_id


def _copy(told: Outcomes) -> Outcomes:
    return Outcomes([*told.states], [*told.msg_ids], [*told.reasons])


def _everybody(state: str, size: int) -> Outcomes:
    return Outcomes([state] * size, [None] * size, [None] * size)
