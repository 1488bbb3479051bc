"""Another process's work in PostgreSQL, in a thread, which waits for a lock that a test's transaction holds."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Connection, text

from laaffic_campaigns._kept.databases.database import Database

T = TypeVar("T")
_WAITING = text(  # for it, or for who waits for it
    "with recursive held (pid) as (select cast(:holder as integer) union select other.pid"
    " from pg_stat_activity other join held on held.pid = any(pg_blocking_pids(other.pid))) select count(*) from held"
)


class Beside(Generic[T]):
    """Something that is done in a thread.

    Args:
        does: what.
    """

    def __init__(self, does: Callable[[], T]) -> None:
        self._does = does
        self._did: list[T] = []
        self._failures: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def goes_on(self) -> bool:
        """Return whether it has not ended yet."""
        return self._thread.is_alive()

    def ended(self) -> T:
        """Return what it returns, or raise what it raises."""
        self._thread.join()
        if self._failures:
            raise self._failures[0]
        return self._did[0]

    def _run(self) -> None:
        try:
            self._did.append(self._does())
        except BaseException as error:  # noqa: BLE001  # raised by ended()
            self._failures.append(error)


def held_up(database: Database, holder: Connection, does: Callable[[], T]) -> Beside[T]:
    """Begin something, and return when it waits for a transaction.

    Args:
        database: in which to look.
        holder: of the transaction that is waited for.
        does: what to begin.
    """
    pid = holder.scalar(text("select pg_backend_pid()"))
    before, begun = _waiting(database, pid), Beside(does)
    while begun.goes_on():
        if _waiting(database, pid) > before:
            return begun
    raise AssertionError("it has waited for nobody")


def _waiting(database: Database, pid: int) -> int:
    with database.read() as connection:
        return int(connection.scalar(_WAITING, {"holder": pid}) or 0)
