"""The mark of a ledger: by it, one that was copied or restored is told from the one that knows what was posted.

A ledger that goes back in time has lost claims, and would post them again. So whoever runs it looks at the mark first.
"""

from sqlalchemy import Connection, select, update

from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.migrations import is_current
from laaffic_campaigns._kept.schema import CLAIMS, campaigns, ledgers

WHY = (
    "the ledger was restored or copied (or its file was moved): what was posted since is not in it."
    " Find out who got something first; then resume() lets it go on. If it was only moved, resume() is enough"
)
_CLAIMS = select(ledgers.c.claims)
_MAY_POST = ("ready", "running", "paused")
_COUNT = update(ledgers).values(claims=ledgers.c.claims + 1)


def count_claim(connection: Connection) -> None:
    """Count a claim, in its own transaction, where only one process claims: in SQLite.

    Args:
        connection: of a transaction that writes.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(_COUNT)
        connection.info[CLAIMS] = connection.scalar(_CLAIMS)


def check_mark(database: Database) -> str | None:
    """Pause every campaign that has not ended, when this is not the ledger that it was; then take it for what it is.

    Call it before anything is claimed, and each minute.

    Args:
        database: of the ledger.

    Returns:
        Why they were paused; None when all is as it was.

    Raises:
        LedgerError: a newer version has brought the ledger up to date.
        LedgerUnavailableError: the database failed.
    """
    with database.read() as connection:
        if not is_current(connection):
            raise LedgerError("The tables of the ledger are gone", hint="Open it anew.")
        if _is_the_same(database, connection):
            return None
    with database.write() as connection:
        before = connection.scalar(select(ledgers.c.mark).with_for_update(key_share=True))
        if _is_the_same(database, connection):  # another process was quicker
            return None
        connection.execute(update(ledgers).values(mark=database.mark(connection)))
        if before is None:  # it never had one
            return None
        claims = _pause_all(database, connection)
    database.set_claims_seen(claims)
    return WHY


def pause_if_older(database: Database, connection: Connection) -> int | None:
    """Pause every campaign when the ledger went back in time since the last claim; to be asked before each.

    Args:
        database: of the ledger.
        connection: of the transaction that is about to claim.

    Returns:
        How many claims there are now, to be noted when the transaction is committed; None when all is as it was.
    """
    if database.shared or int(connection.scalar(_CLAIMS) or 0) >= database.claims_seen(connection):
        return None
    return _pause_all(database, connection)


def _pause_all(database: Database, connection: Connection) -> int:
    values = {"state": "paused", "held": True, "why": WHY, "since": database.now(connection)}
    paces = {"pace": campaigns.c.pace + 1}
    connection.execute(update(campaigns).where(campaigns.c.state.in_(_MAY_POST)).values(**values, **paces))
    return int(connection.scalar(_CLAIMS) or 0)


def _is_the_same(database: Database, connection: Connection) -> bool:
    seen = database.claims_seen(connection)  # read first: whoever claims meanwhile commits before it is seen
    mark, claims = connection.execute(select(ledgers.c.mark, ledgers.c.claims)).one()
    return bool(mark == database.mark(connection)) and int(claims) >= seen
