"""A ledger for each test, and a client for its server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import laaffic
from laaffic_campaigns import Ledger
from support.server import Server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the ledger is."""
    return tmp_path / "spring.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """Return a ledger of this test's own."""
    with Ledger(f"sqlite:///{path}") as opened:
        yield opened


@pytest.fixture
def client(server: Server) -> Iterator[laaffic.Client]:
    """Return a client that sends to the scripted server."""
    with laaffic.Client(base_url=server.url, connect_retries=0) as made:
        yield made
