"""Whether too much goes wrong: the share of the last recipients that are rejected or unknown."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from laaffic_campaigns._kept.schema import chunks

_LAST = 1000  # recipients
_FEWEST = 100  # fewer say nothing


def too_much(connection: Connection, campaign: int, since: float, limits: Mapping[str, float]) -> str | None:
    """Return what goes wrong too often, in words; None when it does not.

    Args:
        connection: within a transaction.
        campaign: which one.
        since: outcomes from before do not count, so that it can go on after a look at them.
        limits: the share for each state.
    """
    seen = 0
    counts = dict.fromkeys(limits, 0)
    recorded = (
        select(chunks.c.size, *(chunks.c[state] for state in limits))
        .where(chunks.c.campaign == campaign, chunks.c.recorded_at >= since)
        .order_by(chunks.c.recorded_at.desc())
        .limit(_LAST)
    )
    for row in connection.execute(recorded):
        seen += row.size
        for state in limits:
            counts[state] += getattr(row, state)
        if seen >= _LAST:
            break
    if seen < _FEWEST:
        return None
    for state, limit in limits.items():
        if counts[state] >= limit * seen:
            return (
                f"{counts[state]} of the last {seen} recipients are {state}, and stop_after is {limit:g}. "
                "Look at their reasons; run it again, and it goes on."
            )
    return None
