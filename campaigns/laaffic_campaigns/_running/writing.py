"""Writing down what became of a request: in the ledger, or, while that fails, on this machine's disk."""

from dataclasses import replace

from sqlalchemy import Connection, select

from laaffic_campaigns._kept.chunks import Outcomes, pack_outcomes, unpack_outcomes
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import campaigns, reports
from laaffic_campaigns._kept.spool import Kept, forget, keep, kept
from laaffic_campaigns._protocol.pacing import settings
from laaffic_campaigns._protocol.pacing.brakes import too_much
from laaffic_campaigns._protocol.pacing.pace import SETTINGS
from laaffic_campaigns._protocol.settling import keep_earlier, withdraw_turned_up
from laaffic_campaigns._protocol.splitting import split
from laaffic_campaigns._protocol.states import UNKNOWN
from laaffic_campaigns._protocol.steps import Claimed, Settled, holds, record, release
from laaffic_campaigns._protocol.verdicts import Verdict
from laaffic_campaigns._running.posting import Posted

REPORTED = "nothing of the request was sent, as it seems; but a report came for somebody of it"
_RELEASE, _SPLIT = "release", "split"


def write_down(connection: Connection, campaign: int, done: Posted, now: float) -> bool:
    """Release, split or record what was posted; return whether any of it is ready again.

    Args:
        connection: within a transaction.
        campaign: which one.
        done: what became of it.
        now: by the database's clock.
    """
    claimed, settled, verdict = done.claimed, done.settled, done.verdict
    if not (verdict.release or verdict.refused):
        record(connection, campaign, claimed, settled, now)
        return False
    earlier = keep_earlier(connection, claimed.id)
    mine = holds(connection, claimed)  # before the look for reports: one that comes now waits
    if verdict.release and not mine:
        return True  # it was released before, by a commit that was in doubt
    if _reported(connection, claimed.id):
        nobody_knows = Outcomes([UNKNOWN] * claimed.size, [None] * claimed.size, [None] * claimed.size)
        settled = replace(settled, outcomes=nobody_knows, reason=REPORTED)
    elif _given_back(connection, claimed, settled, verdict):
        withdraw_turned_up(connection, earlier)
        return True
    record(connection, campaign, claimed, settled, now)
    return False


def _given_back(connection: Connection, claimed: Claimed, settled: Settled, verdict: Verdict) -> bool:
    """Make a chunk ready again, whole or in parts; return whether it was still claimed."""
    if verdict.release:
        return release(connection, claimed.token)
    if claimed.size == 1:
        return False
    # Only who is at fault is to be refused in the end.
    noted = {"status": settled.status, "reason": settled.reason, "posted_at": settled.posted_at}
    return split(connection, claimed.id, (claimed.size + 1) // 2, token=claimed.token, **noted) > 0


def _reported(connection: Connection, chunk: int) -> bool:
    """Return whether a report came for somebody of a chunk: then no refusal proves that nothing of it was sent."""
    return connection.scalar(select(reports.c.id).where(reports.c.chunk == chunk).limit(1)) is not None


def brake(connection: Connection, campaign: int) -> str | None:
    """Return why a campaign pauses by its own setting, or None."""
    row = connection.execute(SETTINGS, {"of": campaign}).first()
    limits = None if row is None else settings.read(row).stop_after
    return None if row is None or limits is None else too_much(connection, campaign, row.since, limits)


def kept_on_disk(database: Database, key: str, done: Posted) -> bool:
    """Keep an outcome on this machine's disk; return whether it is there."""
    claimed, settled = done.claimed, done.settled
    told = (settled.status, settled.reason, settled.posted_at)
    return keep(database, Kept(key, claimed.id, claimed.token, pack_outcomes(settled.outcomes), *told, _follows(done)))


def record_what_was_kept(database: Database) -> None:
    """Write down in the ledger what it could not take before.

    Raises:
        LedgerUnavailableError: it cannot take it now either.
    """
    for one in kept(database):
        outcomes = unpack_outcomes(one.content)
        settled = Settled(outcomes, one.status, one.reason, one.posted_at)
        claimed = Claimed(one.chunk, 0, len(outcomes.states), one.token, b"")
        verdict = Verdict(release=one.follows == _RELEASE, refused=one.follows == _SPLIT)
        with database.write() as connection:
            campaign = connection.scalar(select(campaigns.c.id).where(campaigns.c.key == one.key))
            if campaign is not None:
                write_down(connection, campaign, Posted(claimed, settled, verdict), database.now(connection))
        forget(database, one.token)


def _follows(done: Posted) -> str | None:
    if done.verdict.release:
        return _RELEASE
    return _SPLIT if done.verdict.refused else None
