"""The provider's book in a test of campaigns: what it was sent, and whether a ledger claims only what stands there."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from laaffic_campaigns._kept.chunks import unpack_outcomes, unpack_payload
from laaffic_campaigns._kept.schema import campaigns, chunks, outcomes, payloads
from laaffic_campaigns._protocol.again import links
from laaffic_campaigns._protocol.states import ChunkState

COUNTS = ("accepted", "rejected", "not_sent", "unknown")
_EVERY_CHUNK = (
    select(
        chunks,
        campaigns.c.key.label("key"),
        campaigns.c.state.label("campaign_state"),
        payloads.c.content.label("payload"),
        outcomes.c.content.label("outcomes"),
    )
    .join(campaigns, campaigns.c.id == chunks.c.campaign)
    .outerjoin(payloads, payloads.c.chunk == chunks.c.id)
    .outerjoin(outcomes, outcomes.c.chunk == chunks.c.id)
)


@dataclass
class Book:
    """What was posted, and what of it the provider took.

    Attributes:
        taken: number and order id by message id.
        posts: how often each order id was posted without a proof that nobody of its request got anything.
    """

    taken: dict[str, tuple[str, str]] = field(default_factory=dict)
    posts: Counter[str] = field(default_factory=Counter)

    def take(self, numbers: list[str], order_ids: list[str]) -> list[str]:
        """Take messages, and return their ids."""
        made = []
        for number, order_id in zip(numbers, order_ids, strict=True):
            made.append(f"m{len(self.taken)}")
            self.taken[made[-1]] = (number, order_id)
        return made

    def judge(self, connection: Connection, recipients: int) -> None:
        """Hold a ledger against it."""
        found: list[Any] = [*connection.execute(_EVERY_CHUNK)]
        away = defaultdict[int, set[int]](set)
        children = set[int]()
        for link in links(connection, parents=[chunk.id for chunk in found]):
            assert not away[link.parent].intersection(link.positions)
            away[link.parent].update(link.positions)
            children.add(link.child)
        live, wires, ids = Counter[str](), list[str](), list[tuple[str, str]]()
        for chunk in found:
            if chunk.state == ChunkState.SPLIT:
                assert chunk.payload is None
                continue
            payload = unpack_payload(chunk.payload)
            assert len(payload.numbers) == chunk.size
            live.update(number for at, number in enumerate(payload.numbers) if at not in away[chunk.id])
            order_ids = payload.wire_order_ids(chunk.key, chunk.sequence)
            wires += order_ids
            ids += self._agrees(chunk, payload.numbers, order_ids, away[chunk.id])
            assert chunk.campaign_state != "done" or chunk.state in {ChunkState.DONE, ChunkState.UNKNOWN}
        assert len(live) == live.total() == recipients
        assert len(wires) == len(set(wires))
        assert max(self.posts.values(), default=0) <= 1  # each request once, those that are sent again too
        assert len(ids) == len({msg_id for msg_id, _ in ids})
        for msg_id, number in ids:
            assert self.taken[msg_id][0] == number
        posted = Counter(number for number, order_id in self.taken.values())
        for number, times in posted.items():
            assert times <= 1 + sum(number in unpack_payload(c.payload).numbers for c in found if c.id in children)

    def _agrees(self, chunk: Any, numbers: list[str], order_ids: list[str], away: set[int]) -> list[tuple[str, str]]:
        """Return the message ids that a chunk claims, and whose they are."""
        counted = {name: getattr(chunk, name) for name in COUNTS}
        if chunk.state == ChunkState.READY:
            assert not any(self.posts[order_id] for order_id in order_ids)
        if chunk.outcomes is None:
            assert sum(counted.values()) in {0, chunk.size - len(away)}
            return []
        told = unpack_outcomes(chunk.outcomes)
        states = [state for at, state in enumerate(told.states) if at not in away]
        assert counted == {name: states.count(name) for name in COUNTS}
        taken = {order_id for _, order_id in self.taken.values()}
        claims = []
        for at, state in enumerate(told.states):
            if state == "accepted":
                claims.append((str(told.msg_ids[at]), numbers[at]))
            elif state != "unknown":
                assert order_ids[at] not in taken
        return claims
