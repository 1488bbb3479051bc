"""The states of campaigns and chunks, and every step that there is from one to another. Pure.

A chunk is what one request posts. There is no step from unknown to ready: what may have been sent is not sent again.
Whom a person sends to again, by a command with its guards, gets a chunk of its own.
"""

from collections.abc import Mapping
from enum import StrEnum


class CampaignState(StrEnum):
    """Where a campaign is."""

    LOADING = "loading"
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class ChunkState(StrEnum):
    """Where a chunk is: unknown is one of which nobody, or not everybody, has a certain outcome.

    One that is split has handed its recipients over to smaller ones.
    """

    READY = "ready"
    CLAIMED = "claimed"
    DONE = "done"
    UNKNOWN = "unknown"
    SPLIT = "split"


CAMPAIGN_STEPS: Mapping[CampaignState, frozenset[CampaignState]] = {
    CampaignState.LOADING: frozenset({CampaignState.READY}),
    CampaignState.READY: frozenset({CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.CANCELLED}),
    CampaignState.RUNNING: frozenset(
        {CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.DONE, CampaignState.CANCELLED}
    ),
    CampaignState.PAUSED: frozenset(
        {CampaignState.PAUSED, CampaignState.READY, CampaignState.RUNNING, CampaignState.CANCELLED}
    ),
    # Only for those whom a person sends to again. What a cancelled one had to go is settled first: it stays not sent.
    CampaignState.DONE: frozenset({CampaignState.READY}),
    CampaignState.CANCELLED: frozenset({CampaignState.READY}),
}
CHUNK_STEPS: Mapping[ChunkState, frozenset[ChunkState]] = {
    ChunkState.READY: frozenset({ChunkState.CLAIMED, ChunkState.SPLIT, ChunkState.DONE}),
    ChunkState.CLAIMED: frozenset({ChunkState.READY, ChunkState.DONE, ChunkState.UNKNOWN, ChunkState.SPLIT}),
    ChunkState.UNKNOWN: frozenset({ChunkState.UNKNOWN, ChunkState.DONE}),
    ChunkState.DONE: frozenset(),
    ChunkState.SPLIT: frozenset(),
}
ENDED = frozenset({CampaignState.DONE, CampaignState.CANCELLED})

TO_GO = "to_go"
IN_FLIGHT = "in_flight"
NOT_SENT = "not_sent"
UNKNOWN = "unknown"
ACCEPTED = "accepted"
REJECTED = "rejected"
COUNTS = (ACCEPTED, REJECTED, NOT_SENT, UNKNOWN)


def campaign_states_before(after: CampaignState) -> list[CampaignState]:
    """Return the states from which a campaign may come into another."""
    return [state for state, steps in CAMPAIGN_STEPS.items() if after in steps]


def chunk_states_before(after: ChunkState) -> list[ChunkState]:
    """Return the states from which a chunk may come into another."""
    return [state for state, steps in CHUNK_STEPS.items() if after in steps]


def state_without_outcome(chunk: str, campaign: str) -> str:
    """Return what is known of the recipients of a chunk that has no outcome."""
    if chunk == ChunkState.DONE:  # it was cancelled with its campaign
        return NOT_SENT
    if chunk == ChunkState.READY:
        return NOT_SENT if campaign == CampaignState.CANCELLED else TO_GO
    return IN_FLIGHT if chunk == ChunkState.CLAIMED else UNKNOWN
