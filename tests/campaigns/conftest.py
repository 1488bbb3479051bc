"""A ledger for each test, in SQLite and in PostgreSQL, and a client for its server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import laaffic
from laaffic_campaigns import Ledger
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.opening import open_database
from support.server import Server
from support.services import NO_POSTGRES, own_schema, postgres


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses a ledger on both databases, or on those that its file names as BACKENDS.

    One that asks for the path of the ledger's file is about SQLite alone.
    """
    if "backend" in metafunc.fixturenames:
        backends = getattr(metafunc.module, "BACKENDS", ["sqlite", "postgresql"])
        metafunc.parametrize("backend", ["sqlite"] if "path" in metafunc.fixturenames else backends)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the ledger is."""
    return tmp_path / "spring.db"


@pytest.fixture
def url(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the address of a ledger of this test's own, which is not made yet."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'spring.db'}"
        return
    server = postgres()
    if server is None:
        pytest.skip(NO_POSTGRES)
    monkeypatch.setenv("LAAFFIC_SPOOL", str(tmp_path / "spool"))
    with own_schema(server) as address:
        yield address


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Return the database of an empty ledger."""
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """Return a ledger of this test's own."""
    with Ledger(url) as opened:
        yield opened


@pytest.fixture
def client(server: Server) -> Iterator[laaffic.Client]:
    """Return a client that sends to the scripted server."""
    with laaffic.Client(base_url=server.url, connect_retries=0) as made:
        yield made
