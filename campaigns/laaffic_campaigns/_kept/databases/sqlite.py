"""A ledger in an SQLite file."""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from laaffic_campaigns._errors import LedgerError, LedgerUnavailableError
from laaffic_campaigns._kept.claims import note, note_of, noted, state_folder
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.forks import in_use
from laaffic_campaigns._kept.databases.lock import is_surely_free, locked
from laaffic_campaigns._kept.migrations import is_current, set_up
from laaffic_campaigns._kept.schema import CLAIMS, campaigns

_logger = logging.getLogger("laaffic.campaigns")

_REMEDY = "Give sqlite:///file.db, or sqlite:////absolute/file.db."
_BUSY = 60  # seconds to wait for another process's transaction
# Where a lock of one machine says nothing to another, or a commit may not be on the disk.
_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "afs", "fuse.sshfs", "lustre"})
_MOUNTS = Path("/proc/self/mounts")
_FIELDS = 3
# Only a campaign that was filled to the end stays: one claims only from such a one.
_FIRST_KEY = select(campaigns.c.key).where(campaigns.c.state != "loading").order_by(campaigns.c.id).limit(1)


class Sqlite(Database):
    """A ledger in a file on a disk of this machine. One process at a time runs its campaigns.

    Args:
        url: its address.

    Raises:
        LedgerError: it is not an address of a file, or a newer version has made it.
        LedgerUnavailableError: it cannot be opened.
    """

    shared = False

    def __init__(self, url: URL) -> None:
        self.path = _path_of(url)
        self.where = str(self.path)
        if (kind := remote_kind(self.path, _mounts())) is not None:
            raise LedgerError(
                f"The ledger's folder is on a network file system ({kind}), on which no lock and no commit is sure",
                hint="Put it on a disk of this machine.",
            )
        self._notes = _folder_of_notes()
        self._key: str | None = None  # of the first campaign, once there is one
        if not self.path.exists():
            self._refuse_if_gone()
        elif not self.path.is_file():
            what = "a folder" if self.path.is_dir() else "no file, but a device or the like"
            raise LedgerError(f"The ledger's address, {self.path}, is that of {what}", hint="Name a file in a folder.")
        _make_private(self.path)
        self._engine = create_engine(
            # Whoever takes the file away while it is run gets no new one in its place.
            URL.create("sqlite", database=self.path.as_uri(), query={"mode": "rw", "uri": "true"}),
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
                    if not is_current(connection):
                        self._refuse_if_gone()
                    set_up(connection, self.mark)
        except LedgerError:
            self.close()
            raise

    def _refuse_if_gone(self) -> None:
        """Refuse to begin anew where a ledger has posted: a new one would send to everybody again.

        Raises:
            LedgerError: there was one.
        """
        if noted(self._beside("claims")):
            beside = self._beside("claims").name
            raise LedgerError(
                f"The ledger that was here is gone: {beside} says that it has posted",
                hint=f"Put it back. To begin anew, and send to everybody, delete {beside}, too.",
            )

    @property
    def spool(self) -> Path:
        """Return a folder beside the file."""
        return self._beside("spool")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction that may write, and commit it at the end.

        Raises:
            LedgerUnavailableError: the database failed. Nothing is written, unless it was the commit that failed.
        """
        with in_use(), self._one_writer, _translated(), self._engine.connect() as connection:
            with connection.begin():
                yield connection
            claims = connection.info.pop(CLAIMS, None)
            if claims is not None:
                self.set_claims_seen(claims)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a transaction that reads one moment's state; keep it short, since writers wait for it.

        Raises:
            LedgerUnavailableError: the database failed.
        """
        with in_use(), _translated(), self._reading.begin() as connection:
            yield connection

    def locked_for(self, what: str, doing: str, *, name: str = "") -> AbstractContextManager[None]:
        """Hold a lock of this ledger; it has one of each kind for all campaigns.

        Args:
            what: which of its locks.
            doing: what for, in words for whoever finds it held.
            name: does not matter here.

        Raises:
            LedgerBusyError: another process holds it, or another thread.
        """
        return locked(self._beside(f"{what}.lock"), doing)

    def is_free(self, connection: Connection, what: str, name: str) -> bool:
        """Return True: who holds the ledger's one lock holds each campaign's."""
        return True

    def is_surely_free(self, what: str) -> bool:
        """Return whether it is known that nobody holds a lock; False where this system cannot be asked."""
        return is_surely_free(self._beside(f"{what}.lock"))

    def now(self, connection: Connection) -> float:
        """Return what this machine's clock says, in seconds since 1970."""
        return time.time()

    def mark(self, connection: Connection) -> str:
        """Return device, inode and path of the file."""
        return self._place()

    def _place(self) -> str:
        try:
            found = self.path.stat()
        except OSError as error:
            raise LedgerUnavailableError(f"The ledger's file cannot be found: {error.strerror}") from None
        # Linux numbers file systems without a device of their own, such as Btrfs, anew whenever they are mounted.
        device = found.st_dev if os.major(found.st_dev) else 0
        return f"{device}:{found.st_ino}:{self.path}"

    def claims_seen(self, connection: Connection) -> int:
        """Return the larger number of the two that are noted, beside the ledger and with this user."""
        if self._notes is not None and self._key is None:
            self._key = connection.scalar(_FIRST_KEY)
            with suppress(OSError):
                self._notes.mkdir(mode=0o700, parents=True, exist_ok=True)
        elsewhere = self._elsewhere()
        return max(noted(self._beside("claims")), 0 if elsewhere is None else noted(elsewhere))

    def set_claims_seen(self, claims: int) -> None:
        """Note the number beside the ledger, and with this user where that can be done."""
        try:
            note(self._beside("claims"), claims)
        except OSError as error:
            _logger.warning("the number of claims cannot be written beside the ledger: %s", error.strerror)
        elsewhere = self._elsewhere()
        if elsewhere is not None:
            try:
                note(elsewhere, claims)
            except OSError:
                self._notes = None  # as in a container, whose home may not be one

    def _elsewhere(self) -> Path | None:
        """Return the file of this user's with the number of claims; None where there can be none."""
        if self._notes is None or self._key is None:
            return None
        with suppress(LedgerError):
            return self._notes / note_of(self._key, self._place())
        return None

    def forget_journal(self) -> None:
        """Delete the journal, which keeps the last pages that were overwritten; the next transaction makes another."""
        with in_use(), self._one_writer, _translated(), self._engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            if isinstance(driver, sqlite3.Connection):
                driver.execute("pragma journal_mode = delete")
                driver.execute("pragma journal_mode = persist")

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._engine.dispose()

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{suffix}")


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


def _folder_of_notes() -> Path | None:
    try:
        folder = state_folder()
    except LedgerError:
        return None
    return None if remote_kind(folder, _mounts()) else folder  # a server would be asked at each claim


def _mounts() -> str:
    try:
        return _MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _path_of(url: URL) -> Path:
    if url.query or (url.database or "").startswith("file:"):
        raise LedgerError("The ledger's address is not one of an SQLite file", hint=_REMEDY)
    if not url.database or url.database == ":memory:":
        raise LedgerError("A ledger in memory forgets what was sent", hint=_REMEDY)
    return Path(url.database).resolve()  # so that the lock is the same by whatever name


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:  # to open and close it would drop the locks that this process has on it
        pass
    except OSError as error:
        raise LedgerUnavailableError(
            f"The ledger's file cannot be made: {error.strerror}",
            hint=f"See to it that the folder {path.parent} is there and can be written, or name another file.",
        ) from None


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None)
        why = str(cause or type(error).__name__)  # SQLite's words, in which no value stands
        is_other = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB
        hint = "Name another file: what is there is something else, or damaged." if is_other else None
        failed = LedgerUnavailableError(f"The ledger's database failed: {why}", hint=hint)
    else:
        return
    raise failed from None


def _prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where _begin says
    # Not WAL: SQLite 3.7.0 to 3.51.2 can lose a commit there, and a lost claim is a message that is sent twice.
    for pragma in ("journal_mode = persist", "synchronous = full", "foreign_keys = on", "secure_delete = on"):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("laaffic_reads", False)
    connection.exec_driver_sql("begin" if reads else "begin immediate")
