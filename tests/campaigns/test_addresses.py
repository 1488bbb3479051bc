"""Which addresses a ledger has, and what an error may say of them."""

import socket
import subprocess
import sys

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from laaffic_campaigns import Ledger, LedgerError, LedgerUnavailableError
from laaffic_campaigns._kept.databases.failures import cause_of
from laaffic_campaigns._kept.databases.opening import open_database
from support.services import NO_POSTGRES, own_schema, postgres

SECRET = "open-sesame"


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        with pytest.raises(LedgerUnavailableError, match=f"127.0.0.1:{port}/shop failed: nothing listens") as caught:
            Ledger(f"postgresql://shop:{SECRET}@127.0.0.1:{port}/shop")
    assert SECRET not in repr(caught.value) + str(caught.value.__context__)


@pytest.mark.parametrize("address", [f"postgresql://u:{SECRET}@host:port/x", f"mysql://u:{SECRET}@host/x", SECRET])
def test_an_address_that_cannot_be_used_is_not_quoted(address: str) -> None:
    with pytest.raises(LedgerError, match=r"Give sqlite:///file\.db.*or postgresql://") as caught:
        Ledger(address)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg"])
def test_every_way_to_write_postgresql_is_understood(scheme: str) -> None:
    server = postgres()
    if server is None:
        pytest.skip(NO_POSTGRES)
    with own_schema(server) as url:
        database = open_database(url.replace("postgresql", scheme, 1))
        assert database.shared
        assert database.where.startswith("postgresql://")
        assert "options" not in database.where
        database.close()


def test_without_its_driver_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['psycopg'] = None; import laaffic_campaigns as c; c.Ledger('postgresql://h/x')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "LedgerError: A ledger in PostgreSQL needs psycopg" in done.stderr
    assert "Install laaffic with its extra `postgres`" in done.stderr


def test_sqlite_needs_no_driver_of_postgresql() -> None:
    program = "import sys; import laaffic_campaigns as c; assert 'psycopg' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('FATAL: password authentication failed for user "shop"', "the user or the password is not accepted"),
        ('FATAL: database "shop" does not exist', "there is no such database or user"),
        ("could not translate host name", "its host is not known"),
        ("anything else: 99900000001", "no connection, or it was lost"),
    ],
)
def test_a_connection_that_fails_is_told_in_words_of_ours(said: str, told: str) -> None:
    assert cause_of(OperationalError("select 1", {}, psycopg.OperationalError(said))) == told


def test_an_error_with_a_code_is_told_by_its_name() -> None:
    found = psycopg.errors.UniqueViolation("Key (number)=(99900000001) already exists")
    assert cause_of(found) == "unique violation (23505)"
