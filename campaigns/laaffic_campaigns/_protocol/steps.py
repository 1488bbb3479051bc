"""The transactions by which chunks and campaigns change their state. Each is called within one, and commits nothing.

The order that keeps everybody from getting anything twice: a claim is committed before its chunk is posted; a chunk is
posted by nobody but who claimed it; and only a proof that nothing was sent makes it ready again.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from laaffic_campaigns._errors import LedgerError, NoSuchCampaignError
from laaffic_campaigns._kept.chunks import Outcomes, pack_outcomes
from laaffic_campaigns._kept.mark import count_claim
from laaffic_campaigns._kept.schema import campaigns, chunks, incidents, outcomes, payloads
from laaffic_campaigns._protocol.settling import claim_back, keep_with_owners, record_late
from laaffic_campaigns._protocol.states import (
    COUNTS,
    UNKNOWN,
    CampaignState,
    ChunkState,
    campaign_states_before,
    chunk_states_before,
)

# What is done for each request, made once: to make a statement takes longer than SQLite takes to execute it.
_STATE = select(campaigns.c.state).where(campaigns.c.id == bindparam("of")).with_for_update(read=True)
_NEXT = (
    select(chunks.c.id, chunks.c.sequence, chunks.c.size, chunks.c.parent, payloads.c.content)
    .join(payloads)
    .where(
        chunks.c.campaign == bindparam("of"),
        chunks.c.state.in_(chunk_states_before(ChunkState.CLAIMED)),
    )
    .order_by(chunks.c.sequence)
    .limit(1)
    .with_for_update(key_share=True, of=chunks, skip_locked=True)
)
_PAYLOAD = select(payloads.c.content).where(payloads.c.chunk == bindparam("of"))
_CLAIM = (
    update(chunks)
    .where(chunks.c.id == bindparam("of"))
    .values(state=ChunkState.CLAIMED, token=bindparam("mine"), claimed_at=bindparam("at"))
)
_MINE = (chunks.c.id == bindparam("of")) & (chunks.c.token == bindparam("mine"))
_RECORD = {
    state: update(chunks)
    .where(_MINE, chunks.c.state == ChunkState.CLAIMED)
    .values(
        state=state,
        version=chunks.c.version + 1,
        **{name: bindparam(f"new_{name}") for name in ("status", "reason", "posted_at", "recorded_at", *COUNTS)},
    )
    for state in (ChunkState.DONE, ChunkState.UNKNOWN)
}
_FORGET = delete(outcomes).where(outcomes.c.chunk == bindparam("of"))
_KEEP = insert(outcomes)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A chunk that is this process's to post."""

    id: int
    sequence: int
    size: int
    token: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of a chunk after its request."""

    outcomes: Outcomes
    status: str | None
    reason: str | None
    posted_at: float | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A campaign, as it is kept.

    Attributes:
        key: what order ids of ours begin with.
        state: where it is.
        held: whether a person has paused it.
    """

    key: str
    state: str
    held: bool


def campaign_row(connection: Connection, campaign: int, *, to_change: bool = False) -> Kept:
    """Return what is kept of a campaign.

    Args:
        connection: within a transaction.
        campaign: which one.
        to_change: whether to keep others from changing it until this transaction ends.

    Raises:
        NoSuchCampaignError: it is not there any more.
    """
    wanted = select(campaigns.c.key, campaigns.c.state, campaigns.c.held).where(campaigns.c.id == campaign)
    row = connection.execute(wanted.with_for_update(key_share=True) if to_change else wanted).first()
    if row is None:
        raise NoSuchCampaignError("The campaign is not in the ledger any more")
    return Kept(*row)


def move(
    connection: Connection, campaign: int, to: CampaignState, now: float, *, why: str | None = None, held: bool = False
) -> bool:
    """Bring a campaign into a state, and return whether there was a step to it."""
    may = (campaigns.c.id == campaign) & campaigns.c.state.in_(campaign_states_before(to))
    values = {"state": to, "why": why, "held": held, "since": now}
    return bool(connection.execute(update(campaigns).where(may).values(**values)).rowcount)


def pause_for(connection: Connection, campaign: int, why: str, now: float) -> None:
    """Pause a campaign that runs; one that a person has paused stays so."""
    may = (campaigns.c.id == campaign) & (campaigns.c.state == CampaignState.RUNNING)
    connection.execute(update(campaigns).where(may).values(state=CampaignState.PAUSED, why=why, since=now))


def start(connection: Connection, campaign: int, now: float, *, by_hand: bool = True) -> bool:
    """Let a campaign run, unless it has ended or a person has paused it; return whether it runs.

    One that paused for a cause goes on only by hand.

    Raises:
        LedgerError: it is still being filled.
    """
    row = campaign_row(connection, campaign, to_change=True)
    if row.state == CampaignState.LOADING:
        raise LedgerError("The campaign is still being filled", hint="Run it when create() has returned.")
    if row.state == CampaignState.RUNNING:
        return True  # since when stays true
    if row.held or (row.state == CampaignState.PAUSED and not by_hand):
        return False
    # Turns that were given before the pause are nobody's any more: nothing waits for them.
    renewed = {"pace": campaigns.c.pace + 1, "free_at": 0.0}
    connection.execute(update(campaigns).where(campaigns.c.id == campaign).values(**renewed))
    return move(connection, campaign, CampaignState.RUNNING, now)


def claim(connection: Connection, campaign: int, token: str, now: float) -> Claimed | None:
    """Claim the next chunk of a campaign that runs; None when there is none, or when it does not run.

    Only once this is committed may the chunk be posted.
    """
    if connection.scalar(_STATE, {"of": campaign}) != CampaignState.RUNNING:
        return None
    found = connection.execute(_NEXT, {"of": campaign}).first()
    if found is None:
        return None
    connection.execute(_CLAIM, {"of": found.id, "mine": token, "at": now})
    count_claim(connection)
    # Of a chunk that was made from another, somebody may have been taken out after the statement above had begun.
    content = found.content if found.parent is None else connection.execute(_PAYLOAD, {"of": found.id}).scalar_one()
    return Claimed(found.id, found.sequence, found.size, token, content)


def record(connection: Connection, campaign: int, claimed: Claimed, settled: Settled, now: float) -> bool:
    """Record what became of a chunk, as often as it takes; return whether the token was its own.

    An outcome that comes with a token of nobody's is kept as an incident, and pauses the campaign.
    """
    told, content = settled.outcomes, pack_outcomes(settled.outcomes)
    chunk, token = claimed.id, claimed.token
    state = ChunkState.UNKNOWN if told.count(UNKNOWN) else ChunkState.DONE
    values = {"status": settled.status, "reason": settled.reason, "posted_at": settled.posted_at, "recorded_at": now}
    counts = {name: told.count(name) for name in COUNTS}
    given = {f"new_{name}": value for name, value in {**values, **counts}.items()}
    given_before = keep_with_owners(connection, chunk, told)
    if connection.execute(_RECORD[state], {"of": chunk, "mine": token, **given}).rowcount:
        connection.execute(_FORGET, {"of": chunk})
        connection.execute(_KEEP, {"chunk": chunk, "content": content})
        claim_back(connection, given_before)
        return True
    mine = select(chunks.c.state, chunks.c.recorded_at).where(_MINE).with_for_update(key_share=True)
    before = connection.execute(mine, {"of": chunk, "mine": token}).first()
    if before is not None:
        # It was taken for dead, and may be settled by records since; or this is written once more.
        if before.state == ChunkState.UNKNOWN or (before.state == ChunkState.DONE and before.recorded_at is None):
            record_late(connection, chunk, told, values)
        return True
    connection.execute(insert(incidents).values(campaign=campaign, chunk=chunk, token=token, at=now, content=content))
    why = "An outcome came for a chunk that somebody else claimed. It is kept; ask the maintainers of laaffic."
    move(connection, campaign, CampaignState.PAUSED, now, why=why, held=True)
    return False


def holds(connection: Connection, claimed: Claimed) -> bool:
    """Return whether a chunk is still claimed, or was settled, by its token; a commit in doubt is waited for."""
    token = select(chunks.c.token).where(chunks.c.id == claimed.id).with_for_update(key_share=True)
    return bool(connection.scalar(token) == claimed.token)


def release(connection: Connection, token: str) -> bool:
    """Make a chunk ready again, on proof that nothing of it was sent; return whether it was still claimed so."""
    may = (chunks.c.token == token) & chunks.c.state.in_(chunk_states_before(ChunkState.READY))
    values = {"state": ChunkState.READY, "token": None, "claimed_at": None}
    return bool(connection.execute(update(chunks).where(may).values(**values)).rowcount)


def sweep(connection: Connection, claimed_before: float | None = None) -> int:
    """Let go of what the dead have claimed: it is unknown.

    Whoever holds the ledger's lock knows that all are dead; others go by the age of the claim. A wrong verdict does no
    harm: nobody posts it again, and the outcome still counts when it comes.
    """
    dead = chunks.c.state == ChunkState.CLAIMED
    if claimed_before is not None:
        dead &= chunks.c.claimed_at < claimed_before
    return int(
        connection.execute(update(chunks).where(dead).values(state=ChunkState.UNKNOWN, unknown=chunks.c.size)).rowcount
    )


def finish(connection: Connection, campaign: int, now: float) -> bool:
    """Note that a campaign is done, when no chunk is left; return whether there is nothing more to claim."""
    # Who is to be sent to again comes in under the same lock: of a campaign that is done, nobody would be posted to.
    connection.execute(select(campaigns.c.id).where(campaigns.c.id == campaign).with_for_update(key_share=True))
    left = set(connection.scalars(select(chunks.c.state).where(chunks.c.campaign == campaign).distinct()))
    if not left & {ChunkState.READY, ChunkState.CLAIMED}:
        move(connection, campaign, CampaignState.DONE, now)
        return True
    return ChunkState.READY not in left or campaign_row(connection, campaign).state != CampaignState.RUNNING
