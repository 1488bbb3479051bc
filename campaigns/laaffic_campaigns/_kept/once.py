"""Writing a row that may be there already."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row, unless one that must be unique is there; return whether it was inserted.

    Args:
        connection: of a transaction that writes.
        table: where.
        values: of the row.
    """
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return bool(connection.execute(insert(table).values(**values).on_conflict_do_nothing()).rowcount)
