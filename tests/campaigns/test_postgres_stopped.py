"""A PostgreSQL that crashes, comes back, or is followed by its standby."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from laaffic_campaigns import Ledger, LedgerUnavailableError
from laaffic_campaigns._kept.databases.opening import open_database
from laaffic_campaigns._kept.mark import WHY, check_mark
from laaffic_campaigns._kept.schema import campaigns
from support.started import NO_PROGRAM, Postgres, programs_of_postgres, started_postgres

pytestmark = pytest.mark.skipif(programs_of_postgres() is None, reason=NO_PROGRAM)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """Return a PostgreSQL of these tests' own."""
    with started_postgres() as running:
        with Ledger(running.url) as ledger:
            ledger.create("spring", [("99900000001", "Hello")])
        yield running


def test_a_crash_is_told_and_what_was_committed_is_there_afterwards(server: Postgres) -> None:
    database = open_database(server.url)
    server.stop("immediate")
    with pytest.raises(LedgerUnavailableError, match=r"failed: (nothing listens there|.*lost|admin shutdown)"):
        check_mark(database)
    with pytest.raises(LedgerUnavailableError, match="nothing listens there"):
        open_database(server.url)
    server.start()
    assert check_mark(database) is None
    with database.read() as connection:
        assert connection.scalar(select(campaigns.c.name)) == "spring"
    database.close()


def test_a_standby_that_was_promoted_has_another_timeline_and_pauses(server: Postgres) -> None:
    database = open_database(server.url)
    assert check_mark(database) is None
    server.stop("fast")
    (server.data / "standby.signal").touch()
    server.start()
    server.run("pg_ctl", "-w", "-D", str(server.data), "promote")
    assert check_mark(database) == WHY
    assert check_mark(database) is None
    database.close()
    with Ledger(server.url) as ledger:
        assert ledger.campaign("spring").status().state == "paused"
