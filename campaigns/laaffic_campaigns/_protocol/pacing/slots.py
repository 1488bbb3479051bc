"""Who keeps a campaign going where an engine wakes its workers: a slot for each message that the engine carries round.

A slot's message names it and has a ticket. There is one of them at a time, so that pumps do not multiply, whatever the
engine loses, delivers twice, or delivers late. Too few or too many change how quickly a campaign goes on, and no more:
who gets what is decided by claims. Each function is called within a transaction.
"""

import math
import uuid
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from laaffic_campaigns._kept.schema import campaigns, chunks, slots
from laaffic_campaigns._protocol.pacing.settings import read
from laaffic_campaigns._protocol.states import CampaignState, ChunkState

_GOES_ON = frozenset({CampaignState.READY, CampaignState.RUNNING})
_LOST = 2.0  # slices: a slot of which nobody has heard for longer needs another message
_MOST_DOUBLINGS = 6  # of that time, when message after message waits in a long queue


class Ticket(NamedTuple):
    """What the engine is to carry round."""

    slot: int
    ticket: str


def campaigns_with_slots(connection: Connection) -> list[tuple[int, str]]:
    """Return the ids and names of the campaigns that an engine keeps going, or kept going until they ended."""
    wanted = select(campaigns.c.id, campaigns.c.name).where(campaigns.c.id.in_(select(slots.c.campaign)))
    return [(one.id, one.name) for one in connection.execute(wanted.order_by(campaigns.c.id))]


def fill(connection: Connection, campaign: int, now: float, seconds: float, *, at_once: bool = False) -> list[Ticket]:
    """Let there be as many slots as are of use, and return what is to be sent for those that are new or lost.

    Args:
        connection: of a transaction that writes.
        campaign: which one. It has no slots any more when it does not go on by itself: paused, done, cancelled.
        now: by the database's clock.
        seconds: how long a slice is.
        at_once: whether a message that waits is taken for lost, however fresh. There may be two of it then, of which
            the first that comes is worth something.
    """
    row: Any = connection.execute(
        select(campaigns).where(campaigns.c.id == campaign).with_for_update(key_share=True)
    ).first()
    if row is None or row.state not in _GOES_ON:
        connection.execute(delete(slots).where(slots.c.campaign == campaign))
        return []
    wanted = _wanted(connection, row, now, seconds)
    connection.execute(delete(slots).where(slots.c.campaign == campaign, slots.c.slot >= wanted))
    there = {one.slot: one for one in connection.execute(select(slots).where(slots.c.campaign == campaign))}
    tickets = []
    for slot in range(wanted):
        if slot not in there:
            made = Ticket(slot, uuid.uuid4().hex)
            connection.execute(insert(slots).values(campaign=campaign, **made._asdict(), seen_at=now, resent=0))
            tickets.append(made)
        elif _is_lost(there[slot], now, seconds, at_once=at_once):
            # The same ticket again: should the first message only be late, the second is worth nothing.
            again = {"runner": None, "seen_at": now, "resent": there[slot].resent + 1}
            mine = (slots.c.campaign == campaign) & (slots.c.slot == slot)
            connection.execute(update(slots).where(mine).values(**again))
            tickets.append(Ticket(slot, there[slot].ticket))
    return tickets


def begin(
    connection: Connection, campaign: int, given: Ticket, now: float, seconds: float, *, redelivered: bool = False
) -> str | None:
    """Take a slot for a slice, and return a token for it; None for a message that is worth nothing.

    Args:
        connection: of a transaction that writes.
        campaign: which one.
        given: what the message says.
        now: by the database's clock.
        seconds: how long a slice is.
        redelivered: whether the engine says that whoever had this message is gone.
    """
    runner = uuid.uuid4().hex
    mine = (slots.c.campaign == campaign) & (slots.c.slot == given.slot) & (slots.c.ticket == given.ticket)
    if not redelivered:  # nobody was seen in the future: that is a clock that was put back
        longest = _LOST * seconds
        mine &= or_(slots.c.runner.is_(None), slots.c.seen_at < now - longest, slots.c.seen_at > now + longest)
    taken = connection.execute(update(slots).where(mine).values(runner=runner, seen_at=now, resent=0)).rowcount
    return runner if taken else None


def end(connection: Connection, campaign: int, slot: int, runner: str, *, now: float, seconds: float) -> list[Ticket]:
    """Let go of a slot after a slice, and return what is to be sent: for this slot, and for others that are lost.

    Nothing is sent by somebody whose slot was given to another meanwhile.
    """
    # Before the slot, as everybody does who looks at several.
    connection.execute(select(campaigns.c.id).where(campaigns.c.id == campaign).with_for_update(key_share=True))
    following = Ticket(slot, uuid.uuid4().hex)
    mine = (slots.c.campaign == campaign) & (slots.c.slot == slot)
    values = {"ticket": following.ticket, "runner": None, "seen_at": now}
    if not connection.execute(update(slots).where(mine, slots.c.runner == runner).values(**values)).rowcount:
        return []
    others = fill(connection, campaign, now, seconds)
    goes_on = connection.scalar(select(slots.c.slot).where(mine)) is not None
    return [following, *others] if goes_on else others


def forget(connection: Connection, campaign: int) -> None:
    """Take all slots of a campaign away: what is under way for them is worth nothing."""
    connection.execute(delete(slots).where(slots.c.campaign == campaign))


def of_use(concurrency: int | None, rate: float | None, ready: int) -> int:
    """Return how many slots are of use. Pure.

    Args:
        concurrency: what the campaign says.
        rate: recipients a second. A slot that posts one request a second to one recipient is enough for each of them.
        ready: how many requests are to be made.
    """
    most = concurrency or 1
    return max(1, min(most, ready, most if rate is None else math.ceil(rate)))


def _wanted(connection: Connection, row: Any, now: float, seconds: float) -> int:
    settings = read(row)
    if settings.hours is not None and settings.hours.opens_at(now) > now + seconds:
        return 1  # which lets the others in when the hours open
    ready = select(chunks.c.id).where(chunks.c.campaign == row.id, chunks.c.state == ChunkState.READY)
    some = ready.limit(settings.concurrency or 1).subquery()
    return of_use(settings.concurrency, settings.rate, connection.scalar(select(func.count()).select_from(some)) or 0)


def _is_lost(slot: Any, now: float, seconds: float, *, at_once: bool) -> bool:
    if slot.runner is None and at_once:
        return True
    patience = _LOST * seconds * 2 ** min(slot.resent, _MOST_DOUBLINGS)
    return bool(abs(now - slot.seen_at) > patience)  # in the future: a clock that was put back
