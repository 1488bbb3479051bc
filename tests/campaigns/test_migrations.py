"""The tables are made once, whoever comes first, and brought from version to version in one transaction."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, inspect, text

from laaffic_campaigns import LedgerError, LedgerUnavailableError
from laaffic_campaigns._kept.database import Database
from laaffic_campaigns._kept.migrations import VERSION, is_current, set_up
from laaffic_campaigns._kept.opening import open_database

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


def test_many_may_open_a_new_ledger_at_once(url: str) -> None:
    def opened(_: int) -> bool:
        database = open_database(url)
        with database.read() as connection:
            current = is_current(connection)
        database.close()
        return current

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(opened, range(8)))
