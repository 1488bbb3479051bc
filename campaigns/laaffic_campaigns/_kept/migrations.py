"""The version of a ledger's tables, and the steps from one version to the next.

A step is added together with the change of the tables in `schema.py` that it brings to an old ledger. It uses SQL of
its own, not those tables, which later steps change further.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, inspect, select, text, update

from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._kept.schema import ledgers, metadata

Steps = Mapping[int, Callable[[Connection], object]]

_DELIVERY = """
create table laaffic_reports (id {serial}, chunk {key} references laaffic_chunks (id) on delete cascade,
    position integer, msg_id varchar not null, state varchar(16) not null, order_id varchar not null, number varchar,
    received_at {real}, reason varchar, at {real} not null, unique (msg_id, state, order_id));
create index laaffic_reports_by_chunk on laaffic_reports (chunk);
create table laaffic_deliveries (chunk {key} not null primary key references laaffic_chunks (id) on delete cascade,
    campaign {key} not null references laaffic_campaigns (id) on delete cascade,
    succeeded integer not null, failed integer not null, asked_at {real});
create index laaffic_deliveries_by_campaign on laaffic_deliveries (campaign, succeeded, failed);
create table laaffic_delivered (chunk {key} not null primary key references laaffic_chunks (id) on delete cascade,
    content {blob} not null);
create table laaffic_found (msg_id varchar not null primary key,
    chunk {key} not null references laaffic_chunks (id) on delete cascade, position integer not null);
create index laaffic_found_by_chunk on laaffic_found (chunk);
create table laaffic_resends (child {key} not null primary key references laaffic_chunks (id) on delete cascade,
    parent {key} not null references laaffic_chunks (id) on delete cascade,
    campaign {key} not null references laaffic_campaigns (id) on delete cascade,
    positions {blob} not null, accepted_too integer not null);
create index laaffic_resends_by_parent on laaffic_resends (parent);
create index laaffic_resends_by_campaign on laaffic_resends (campaign)
"""


def _add_delivery(connection: Connection) -> None:
    """Add the tables of what became of accepted messages. What is there is left as it is."""
    sqlite = connection.dialect.name == "sqlite"
    serial = "integer not null primary key" if sqlite else "bigserial primary key"
    types = {
        "serial": serial,
        "key": "integer" if sqlite else "bigint",
        "real": "float",
        "blob": "blob" if sqlite else "bytea",
    }
    for statement in _DELIVERY.format(**types).split(";"):
        connection.execute(text(statement))


STEPS: Steps = {1: _add_delivery}  # by the version from which each leads to the next
VERSION = 2


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
