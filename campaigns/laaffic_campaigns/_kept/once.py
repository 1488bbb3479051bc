"""Writing a row that may be there already."""

from typing import Any

from sqlalchemy import Connection, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row, unless one that must be unique is there; return whether it was inserted.

    Args:
        connection: of a transaction that writes.
        table: where.
        values: of the row.
    """
    if connection.dialect.name == "sqlite":  # old ones have no RETURNING
        statement = sqlite.insert(table).values(**values).on_conflict_do_nothing()
        return bool(connection.execute(statement).rowcount)
    added: Any = postgresql.insert(table).values(**values).on_conflict_do_nothing().returning(literal_column("1"))
    return connection.execute(added).first() is not None
