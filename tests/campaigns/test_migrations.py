"""The tables are made once, whoever comes first, and brought from version to version in one transaction."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, inspect, text

from laaffic_campaigns import Ledger, LedgerError, LedgerUnavailableError
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.opening import open_database
from laaffic_campaigns._kept.migrations import VERSION, is_current, set_up

NEWER = VERSION + 1


def adds_a_column(connection: Connection) -> None:
    connection.execute(text("alter table laaffic_campaigns add column made_up integer"))


def adds_and_breaks_off(connection: Connection) -> None:
    adds_a_column(connection)
    connection.execute(text("select nothing from nowhere"))


def columns(database: Database) -> set[str]:
    with database.read() as connection:
        return {column["name"] for column in inspect(connection).get_columns("laaffic_campaigns")}


def brought_up(database: Database, step: object) -> None:
    with database.write() as connection:
        set_up(connection, database.mark, steps={VERSION: step}, version=NEWER)  # type: ignore[dict-item]  # one of the above


def test_a_step_brings_a_ledger_to_the_next_version(database: Database) -> None:
    brought_up(database, adds_a_column)
    brought_up(database, adds_a_column)  # nothing happens: another was quicker
    assert "made_up" in columns(database)
    with database.read() as connection:
        assert is_current(connection, NEWER)
        with pytest.raises(LedgerError, match="newer version"):
            is_current(connection)


def test_a_step_that_breaks_off_changes_nothing(database: Database) -> None:
    with pytest.raises(LedgerUnavailableError):
        brought_up(database, adds_and_breaks_off)
    assert "made_up" not in columns(database)
    with database.read() as connection:
        assert is_current(connection)


def shape(database: Database) -> dict[str, object]:
    """Return the columns, keys and indexes of all tables, as far as they do not depend on how they were written."""
    with database.read() as connection:
        look = inspect(connection)
        return {
            table: (
                [(one["name"], bool(one["nullable"])) for one in look.get_columns(table)],
                look.get_pk_constraint(table)["constrained_columns"],
                sorted((one["constrained_columns"], one["referred_table"]) for one in look.get_foreign_keys(table)),
                sorted(one["column_names"] for one in look.get_unique_constraints(table)),
                sorted(str(one["name"]) for one in look.get_indexes(table) if not one.get("duplicates_constraint")),
            )
            for table in look.get_table_names()
        }


def test_a_ledger_of_the_first_version_gets_the_tables_of_a_new_one(ledger: Ledger, database: Database) -> None:
    ledger.create("spring", [("99900000001", "Hello")])
    new = shape(database)
    with database.write() as connection:
        for table in ("reports", "deliveries", "delivered", "found", "resends"):
            connection.execute(text(f"drop table laaffic_{table}"))
        connection.execute(text("update laaffic_ledger set version = 1"))
        set_up(connection, database.mark)
    assert shape(database) == new
    assert ledger.campaign("spring").status().to_go == 1


def test_many_may_open_a_new_ledger_at_once(url: str) -> None:
    def opened(_: int) -> bool:
        database = open_database(url)
        with database.read() as connection:
            current = is_current(connection)
        database.close()
        return current

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(opened, range(8)))
