"""Whose turn it is: the rate of all machines together, and the hours. Each function is called within a transaction."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from laaffic_campaigns._kept.schema import campaigns, chunks
from laaffic_campaigns._protocol.pacing.settings import read
from laaffic_campaigns._protocol.splitting import split
from laaffic_campaigns._protocol.states import CampaignState, ChunkState

# Seconds of the rate that one request may hold at most: larger chunks are cut, or the rate would come in bursts.
_SLICE = 0.25
# How far ahead turns may be given away: more is a clock that was put back.
_AHEAD, _AHEAD_TURNS = 60.0, 200
SETTINGS = select(campaigns).where(campaigns.c.id == bindparam("of"))  # made once: it is read for each request


@dataclass(frozen=True, slots=True)
class Turn:
    """A place in the queue of all who post.

    Attributes:
        at: when the next chunk may be claimed, in seconds since 1970, by the database's clock.
        pace: of the campaign then. Once it is another, the turn is worth nothing.
        size: for how many recipients it is.
    """

    at: float
    pace: int
    size: int = 0


def turn(connection: Connection, campaign: int, now: float, mine: Turn | None) -> Turn | None:
    """Return when the next chunk may be claimed, or None when nothing is posted now.

    Args:
        connection: within a transaction.
        campaign: which one.
        now: by the database's clock.
        mine: the turn that was given before, if any.
    """
    row: Any = connection.execute(SETTINGS, {"of": campaign}).first()
    if row is None or row.state != CampaignState.RUNNING:
        return None
    settings = read(row)
    if settings.hours is not None and (opens_at := settings.hours.opens_at(now)) > now:
        return Turn(opens_at, pace=-1)  # a turn is given when it opens
    if settings.rate is None:
        return Turn(now, row.pace)
    given = mine if mine is not None and _holds_good(mine, row, now) else None
    if given is not None and given.at > now:
        return given
    kept = _locked(connection, campaign)
    if kept is None or kept.pace != row.pace:
        return turn(connection, campaign, now, mine)  # it was set while its row was waited for
    if given is None:
        given = _queued(connection, campaign, now, settings.rate, kept)
    else:
        _fit(connection, campaign, settings.rate, given.size)
    return given


def _holds_good(mine: Turn, row: Any, now: float) -> bool:
    return mine.pace == row.pace and mine.at <= now + _ahead(mine.size / row.rate)


def _queued(connection: Connection, campaign: int, now: float, rate: float, row: Any) -> Turn:
    size = _next_size(connection, campaign, rate)
    if not size:
        return Turn(now, pace=-1)  # there is nothing to claim, which claiming finds out
    takes = size / rate
    at = row.free_at if now <= row.free_at <= now + _ahead(takes) else now
    connection.execute(update(campaigns).where(campaigns.c.id == campaign).values(free_at=at + takes))
    return Turn(at, row.pace, size)


def _ahead(takes: float) -> float:
    return max(_AHEAD, _AHEAD_TURNS * takes)


def _fit(connection: Connection, campaign: int, rate: float, paid: int) -> None:
    """Settle what the next chunk is more or less than what the turn was given for: others claimed meanwhile."""
    more = _next_size(connection, campaign, rate) - paid
    if more:
        settled = campaigns.c.free_at + more / rate
        connection.execute(update(campaigns).where(campaigns.c.id == campaign).values(free_at=settled))


def _locked(connection: Connection, campaign: int) -> Any:
    """Keep everybody else from claiming until this transaction ends."""
    wanted = select(campaigns.c.free_at, campaigns.c.pace).where(campaigns.c.id == campaign)
    return connection.execute(wanted.with_for_update(key_share=True)).first()


def _next_size(connection: Connection, campaign: int, rate: float) -> int:
    """Return how many recipients the next chunk has, once it is small enough for the rate; 0 if there is none."""
    wanted = select(chunks.c.id, chunks.c.size).where(chunks.c.campaign == campaign, chunks.c.state == ChunkState.READY)
    first = connection.execute(
        wanted.order_by(chunks.c.sequence).limit(1).with_for_update(key_share=True, skip_locked=True)
    ).first()
    if first is None:
        return 0
    most = max(1, int(rate * _SLICE))
    if first.size > most:
        split(connection, first.id, most)
    return min(int(first.size), most)
