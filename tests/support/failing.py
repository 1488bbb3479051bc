"""A database that fails when it is told to: before, between or after the statements of a transaction."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from laaffic_campaigns import LedgerUnavailableError
from laaffic_campaigns._kept.databases.database import Database

AFTER_COMMIT = -1
BEFORE_COMMIT = -2


class Failing(Database):
    """Another database, whose next transactions that write fail as planned.

    Args:
        inner: the database.

    Attributes:
        plan: for each of the next ones where it fails: at which statement, counted from 0, `BEFORE_COMMIT`, or
            `AFTER_COMMIT`, when nobody knows that it is written; None for one that does not fail.
    """

    def __init__(self, inner: Database) -> None:
        self.inner = inner
        self.where, self.shared = inner.where, inner.shared
        self.plan: list[int | None] = []

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction, and fail in it as planned."""
        fails = self.plan.pop(0) if self.plan else None
        with self.inner.write() as connection:
            if fails is not None and fails >= 0:
                _fail_at(connection, fails)
            yield connection
            if fails == BEFORE_COMMIT:
                raise _failure()
        if fails == AFTER_COMMIT:
            raise _failure()

    def read(self) -> AbstractContextManager[Connection]:
        """Read; it never fails."""
        return self.inner.read()

    @property
    def spool(self) -> Path:
        """Return the other one's."""
        return self.inner.spool

    def locked_for(self, what: str, doing: str, *, name: str = "") -> AbstractContextManager[None]:
        """Hold the other one's lock."""
        return self.inner.locked_for(what, doing, name=name)

    def is_free(self, connection: Connection, what: str, name: str) -> bool:
        """Ask the other one."""
        return self.inner.is_free(connection, what, name)

    def is_surely_free(self, what: str) -> bool:
        """Ask the other one."""
        return self.inner.is_surely_free(what)

    def now(self, connection: Connection) -> float:
        """Return what the other one's clock says."""
        return self.inner.now(connection)

    def mark(self, connection: Connection) -> str:
        """Return the other one's."""
        return self.inner.mark(connection)

    def claims_seen(self, connection: Connection) -> int:
        """Ask the other one."""
        return self.inner.claims_seen(connection)

    def set_claims_seen(self, claims: int) -> None:
        """Tell the other one."""
        self.inner.set_claims_seen(claims)

    def forget_journal(self) -> None:
        """Tell the other one."""
        self.inner.forget_journal()

    def close(self) -> None:
        """Close the other one."""
        self.inner.close()


def _failure() -> LedgerUnavailableError:
    return LedgerUnavailableError("the test wants it to fail")


def _fail_at(connection: Connection, statement: int) -> None:
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen > statement:
            raise _failure()

    event.listen(connection, "before_cursor_execute", count)
