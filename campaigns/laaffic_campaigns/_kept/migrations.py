"""The version of a ledger's tables, and the steps from one version to the next.

A step is added together with the change of the tables in `schema.py` that it brings to an old ledger. It uses SQL of
its own, not those tables, which later steps change further.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, inspect, select, update

from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._kept.schema import ledgers, metadata

Steps = Mapping[int, Callable[[Connection], object]]

STEPS: Steps = {}  # by the version from which each leads to the next
VERSION = 1


def is_current(connection: Connection, version: int = VERSION) -> bool:
    """Return whether the tables are there, in this version.

    Raises:
        LedgerError: a newer version has made them.
    """
    found = _version(connection)
    if found is not None and found > version:
        raise LedgerError(
            f"The ledger has version {found}, and this version of laaffic knows versions up to {version}",
            hint="Install the newer version of laaffic that made it.",
        )
    return found == version


def set_up(
    connection: Connection, mark: Callable[[Connection], str], *, steps: Steps = STEPS, version: int = VERSION
) -> None:
    """Make the tables, or bring them from their version to this one; nothing happens when another was quicker.

    Args:
        connection: of a transaction that keeps others from doing the same. Everything is done in it, or nothing.
        mark: tells the place where the ledger is made, once its tables are there.
        steps: from each older version to the next.
        version: the one to reach.
    """
    if is_current(connection, version):
        return
    found = _version(connection)
    if found is None:
        metadata.create_all(connection)
        connection.execute(insert(ledgers).values(version=version, mark=mark(connection), claims=0))
        return
    for before in range(found, version):
        steps[before](connection)
    connection.execute(update(ledgers).values(version=version))


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(ledgers.name):
        return None
    return connection.scalar(select(ledgers.c.version))
