"""A ledger in PostgreSQL, which many processes and machines run at once."""

import hashlib
import os
import platform
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Float, cast, create_engine, event, func, select, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import Pool, QueuePool

from laaffic_campaigns._errors import LedgerBusyError, LedgerError, LedgerUnavailableError
from laaffic_campaigns._kept.claims import state_folder
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.failures import cause_of
from laaffic_campaigns._kept.migrations import is_current, set_up

_LIMITS = "set local statement_timeout = '120s'; set local lock_timeout = '60s'"  # so that nothing hangs for ever
_IDLE = "set local idle_in_transaction_session_timeout = '60s'"  # a process that was stopped holds nobody up for longer
_WRITE = f"begin isolation level read committed; set local synchronous_commit = on; {_LIMITS}; {_IDLE}"
_READ = f"begin isolation level repeatable read read only; {_LIMITS}; {_IDLE}"
# libpq's own, in seconds: a machine that is gone is noticed.
_CONNECT = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_WAIT = "2s"  # for who holds a lock only for a moment
_LOCK_NOT_AVAILABLE = "55P03"
_CONNECTIONS = 5
# The server, its timeline (another one after a failover or a restore), and the database and tables within it.
_MARK = text(
    "select concat_ws(':', (select system_identifier from pg_control_system()),"
    " left(pg_walfile_name(pg_current_wal_lsn()), 8),"
    " (select oid from pg_database where datname = current_database()),"
    " to_regclass('laaffic_chunks')::oid)"
)
_HOLDER = (
    "select a.application_name, a.backend_start from pg_locks l join pg_stat_activity a on a.pid = l.pid"
    " where l.locktype = 'advisory' and l.granted and l.objsubid = 1"
    " and (l.classid::bigint << 32 | l.objid::bigint) = %s and a.datname = current_database()"
)
_NAME = "laaffic "


class Postgres(Database):
    """A ledger in PostgreSQL. Its connections are kept, by each process for itself.

    Args:
        url: its address; `options=-csearch_path=…` in it names another schema.

    Raises:
        LedgerError: it cannot be used, its driver is not installed, or a newer version has made the ledger.
        LedgerUnavailableError: it cannot be reached.
    """

    shared = True

    def __init__(self, url: URL) -> None:
        self.where = URL.create("postgresql", host=url.host, port=url.port, database=url.database).render_as_string()
        self._all = _made_engine(url)
        self._reads = self._all.execution_options(laaffic_reads=True)
        self._process = os.getpid()
        self._of_parents: list[Pool] = []  # kept, since to let go of a connection closes it
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise

    @property
    def spool(self) -> Path:
        """Return the folder that LAAFFIC_SPOOL names, or one of this user's.

        Raises:
            LedgerError: nobody knows where this user is at home.
        """
        if named := os.environ.get("LAAFFIC_SPOOL"):
            return Path(named)
        return state_folder()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction that may write, and commit it at the end, on the server's disk.

        Raises:
            LedgerUnavailableError: the database failed. Nothing is written, unless it was the commit that failed.
        """
        with self._translated(), self._engine().begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a transaction that reads one moment's state.

        Raises:
            LedgerUnavailableError: the database failed.
        """
        self._engine()
        with self._translated(), self._reads.begin() as connection:
            yield connection

    @contextmanager
    def locked_for(self, what: str, doing: str, *, name: str = "") -> Iterator[None]:
        """Hold a lock of this ledger, for as long as a connection of its own lives.

        Args:
            what: which of its locks.
            doing: what for, in words for whoever finds it held.
            name: of the campaign that it is for.

        Raises:
            LedgerBusyError: another process holds it, or another thread.
        """
        with self._translated():
            held = self._engine().raw_connection()
            held.detach()
        with closing(held):
            with self._translated(), closing(held.cursor()) as cursor:
                key = _key(_schema(cursor), what, name)
                who = f"{_NAME}{os.getpid()} {platform.node()}"
                cursor.execute("select set_config('application_name', %s, false)", (who,))
                cursor.execute(f"set lock_timeout = '{_WAIT}'")
                try:
                    cursor.execute("select pg_advisory_lock(%s)", (key,))
                except Exception as error:
                    if getattr(error, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                        raise
                    raise _busy(cursor, key, doing) from None
            yield

    def is_free(self, connection: Connection, what: str, name: str) -> bool:
        """Return whether nobody holds a campaign's lock, and keep it so until this transaction ends."""
        key = _key(str(connection.scalar(select(func.current_schema()))), what, name)
        return bool(connection.scalar(select(func.pg_try_advisory_xact_lock(key))))

    def is_surely_free(self, what: str) -> bool:
        """Return False: who runs a campaign holds no lock here, since others may run it too."""
        return False

    def now(self, connection: Connection) -> float:
        """Return what the server's clock says, in seconds since 1970."""
        clock = func.extract("epoch", func.clock_timestamp())
        return float(connection.scalar(select(cast(clock, Float))) or 0)

    def mark(self, connection: Connection) -> str:
        """Return the server's identifier and timeline, and the identifiers of the database and a table of it."""
        return str(connection.scalar(_MARK))

    def claims_seen(self, connection: Connection) -> int:
        """Return 0: to count claims, all machines would have to wait for each other."""
        return 0

    def set_claims_seen(self, claims: int) -> None:
        """Do nothing: claims are not counted."""

    def forget_journal(self) -> None:
        """Do nothing: what was overwritten is with the server until it cleans up."""

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._engine().dispose()

    def _set_up(self) -> None:
        with self.read() as connection:
            if connection.scalar(select(func.current_schema())) is None:
                raise LedgerError("The schema of the ledger is not there", hint="Make it, or name another search_path.")
            current = is_current(connection)
        if current:
            return
        with self.write() as connection:
            schema = str(connection.scalar(select(func.current_schema())))
            connection.execute(text("set local statement_timeout = 0"))  # a step may have to go over millions of rows
            connection.execute(select(func.pg_advisory_xact_lock(_key(schema, "schema", ""))))
            set_up(connection, self.mark)

    def _engine(self) -> Engine:
        if os.getpid() != self._process:  # the parent's connections are not this process's to use
            self._of_parents.append(self._all.pool)
            self._all.dispose(close=False)
            self._process = os.getpid()
        return self._all

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if not isinstance(error, SQLAlchemyError) and not hasattr(error, "sqlstate"):
                raise
            failed = LedgerUnavailableError(f"The ledger's database {self.where} failed: {cause_of(error)}")
        else:
            return
        raise failed from None  # the error may quote what was to be written


def _made_engine(url: URL) -> Engine:
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            # Transactions begin where _begin says. Statements are not prepared, so that a pooler may be between.
            connect_args={name: value for name, value in _CONNECT.items() if name not in url.query}
            | {"autocommit": True, "prepare_threshold": None},
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=_CONNECTIONS,
            max_overflow=_CONNECTIONS,
            pool_timeout=60,
            pool_pre_ping=True,
            pool_recycle=1800,
        )
    except ModuleNotFoundError:
        raise LedgerError(
            "A ledger in PostgreSQL needs psycopg", hint="Install laaffic with its extra `postgres`."
        ) from None
    except (ArgumentError, ImportError):
        raise LedgerError("psycopg cannot be loaded", hint="Install laaffic with its extra `postgres`.") from None
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(_READ if connection.get_execution_options().get("laaffic_reads", False) else _WRITE)


def _schema(cursor: Any) -> str:
    cursor.execute("select current_schema()")
    return str(cursor.fetchone()[0])


def _key(schema: str, what: str, name: str) -> int:
    """Return the number of a lock. Those of one database are told apart by it, whoever else uses some."""
    parts = f"laaffic\n{schema}\n{what}\n{name}".encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(parts, digest_size=8).digest(), signed=True)


def _busy(cursor: Any, key: int, doing: str) -> LedgerBusyError:
    cursor.execute(_HOLDER, (key,))
    row = cursor.fetchone()
    if row is None or not str(row[0]).startswith(_NAME):
        return LedgerBusyError(f"Another process is already {doing}")
    pid, _, host = str(row[0]).removeprefix(_NAME).partition(" ")
    holder = {"pid": pid, "host": host, "since": row[1].isoformat(timespec="seconds"), "doing": doing}
    return LedgerBusyError(f"Process {pid} on {host} is already {doing}, since {holder['since']}", holder=holder)
