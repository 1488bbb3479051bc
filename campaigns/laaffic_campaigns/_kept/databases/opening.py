"""Which database an address names."""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.postgres import Postgres
from laaffic_campaigns._kept.databases.sqlite import Sqlite

REMEDY = "Give sqlite:///file.db, sqlite:////absolute/file.db, or postgresql://user@host/database."


def open_database(url: str) -> Database:
    """Open the database of a ledger, and make its tables, or bring them up to date, where it is needed.

    Args:
        url: `sqlite:///…` or `postgresql://…`.

    Raises:
        LedgerError: it is not such an address, its driver is not installed, or a newer version has made the ledger.
        LedgerUnavailableError: it cannot be opened.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number; both may quote a password
        parsed = None
    backend = "" if parsed is None else parsed.get_backend_name()
    if parsed is not None and backend == "sqlite":
        return Sqlite(parsed)
    if parsed is not None and backend in {"postgresql", "postgres"}:
        return Postgres(parsed)
    raise LedgerError("The ledger's address is not one of an SQLite file or of PostgreSQL", hint=REMEDY)
