"""The database of a ledger: where it is, and its transactions."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from laaffic_campaigns._errors import LedgerError, LedgerUnavailableError
from laaffic_campaigns._kept.lock import locked
from laaffic_campaigns._kept.schema import is_current, set_up

_REMEDY = "Give sqlite:///file.db, or sqlite:////absolute/file.db."
_BUSY = 60  # seconds to wait for another process's transaction
# Where a lock of one machine says nothing to another, or a commit may not be on the disk.
_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "afs", "fuse.sshfs", "lustre"})
_MOUNTS = Path("/proc/self/mounts")
_FIELDS = 3


class Database:
    """The file of a ledger. Threads may share it.

    Args:
        url: its address, for SQLAlchemy.

    Raises:
        LedgerError: it is not an address of a file, or a newer version has made it.
        LedgerUnavailableError: it cannot be opened.
    """

    def __init__(self, url: str) -> None:
        self.path = _path_of(url)
        if (kind := remote_kind(self.path, _mounts())) is not None:
            raise LedgerError(
                f"The ledger's folder is on a network file system ({kind}), on which no lock and no commit is sure",
                hint="Put it on a disk of this machine.",
            )
        _make_private(self.path)
        self._engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            connect_args={"timeout": _BUSY},
            hide_parameters=True,
            poolclass=NullPool,  # an open connection must not be carried over a fork
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        self._reading = self._engine.execution_options(laaffic_reads=True)
        self._one_writer = threading.Lock()  # SQLite's own way to wait for another writer is to sleep
        try:
            with self.read() as connection:
                current = is_current(connection)
            if not current:
                with self.write() as connection:
                    set_up(connection)
        except LedgerError:
            self.close()
            raise

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction that may write, and commit it at the end.

        Raises:
            LedgerUnavailableError: the database failed. Nothing is written, unless it was the commit that failed.
        """
        with self._one_writer, _translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a transaction that reads one moment's state; keep it short, since writers wait for it.

        Raises:
            LedgerUnavailableError: the database failed.
        """
        with _translated(), self._reading.begin() as connection:
            yield connection

    @property
    def shared(self) -> bool:
        """Whether several processes may run it at once."""
        return False

    def now(self, _: Connection) -> float:
        """Return the time by the database's clock, in seconds since 1970."""
        return time.time()

    def locked_for(self, what: str, doing: str) -> AbstractContextManager[None]:
        """Hold a lock of this ledger.

        Args:
            what: which of its locks.
            doing: what for, in words for whoever finds it held.

        Raises:
            LedgerBusyError: another process holds it, or another thread.
        """
        return locked(self.path.with_name(f"{self.path.name}.{what}.lock"), doing)

    def forget_journal(self) -> None:
        """Delete the journal, which keeps the last pages that were overwritten; the next transaction makes another."""
        with self._one_writer, _translated(), self._engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            if isinstance(driver, sqlite3.Connection):
                driver.execute("pragma journal_mode = delete")
                driver.execute("pragma journal_mode = persist")

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._engine.dispose()


def remote_kind(path: Path, mounts: str) -> str | None:
    """Return the kind of network file system that a path is on, or None.

    Args:
        path: an absolute path.
        mounts: what /proc/self/mounts says.
    """
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) >= _FIELDS:
            point = fields[1].replace("\\040", " ")
            if len(point) >= len(best) and path.is_relative_to(point):
                best, kind = point, fields[2]
    return kind if kind in _REMOTE else None


def _mounts() -> str:
    try:
        return _MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _path_of(url: str) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise LedgerError("The ledger's address is not one of a database", hint=_REMEDY) from None
    if parsed.get_backend_name() != "sqlite" or parsed.query:
        raise LedgerError("The ledger's address is not one of an SQLite file", hint=_REMEDY)
    if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
        raise LedgerError("A ledger in memory forgets what was sent", hint=_REMEDY)
    return Path(parsed.database).resolve()  # so that the lock is the same by whatever name


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:  # to open and close it would drop the locks that this process has on it
        pass
    except OSError as error:
        raise LedgerUnavailableError(f"The ledger's file cannot be opened: {error.strerror}") from None


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or type(error).__name__)  # SQLite's words, in which no value stands
        failed = LedgerUnavailableError(f"The ledger's database failed: {why}")
    else:
        return
    raise failed


def _prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where _begin says
    # Not WAL: SQLite 3.7.0 to 3.51.2 can lose a commit there, and a lost claim is a message that is sent twice.
    for pragma in ("journal_mode = persist", "synchronous = full", "foreign_keys = on", "secure_delete = on"):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("laaffic_reads", False)
    connection.exec_driver_sql("begin" if reads else "begin immediate")
