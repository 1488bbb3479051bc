"""The database of a ledger, whichever it is: its transactions, locks, clock and mark."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection


class Database(ABC):
    """Where a ledger is kept. Threads may share it.

    Attributes:
        where: its address, safe to show: no password is in it.
        shared: whether several processes and machines may run its campaigns at once.
    """

    where: str
    shared: bool

    @property
    @abstractmethod
    def spool(self) -> Path:
        """Return the folder for outcomes that cannot be written to the database. It need not exist."""

    @abstractmethod
    def write(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that may write, and commit it at the end, on the disk.

        Raises:
            LedgerUnavailableError: the database failed. Nothing is written, unless it was the commit that failed.
        """

    @abstractmethod
    def read(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that reads one moment's state; keep it short.

        Raises:
            LedgerUnavailableError: the database failed.
        """

    @abstractmethod
    def locked_for(self, what: str, doing: str, *, name: str = "") -> AbstractContextManager[None]:
        """Hold a lock of this ledger, which is let go of when the process ends, however it ends.

        Args:
            what: which of its locks.
            doing: what for, in words for whoever finds it held.
            name: of the campaign that it is for. Only a database that is shared has a lock for each.

        Raises:
            LedgerBusyError: another process holds it, or another thread.
        """

    @abstractmethod
    def is_free(self, connection: Connection, what: str, name: str) -> bool:
        """Return whether nobody holds a campaign's lock, and keep it so until this transaction ends.

        Args:
            connection: of a transaction that writes, of somebody who holds a lock of the same kind.
            what: which lock.
            name: of the campaign.
        """

    @abstractmethod
    def is_surely_free(self, what: str) -> bool:
        """Return whether it is known that nobody holds a lock of this ledger; it only looks, and takes nothing.

        Args:
            what: which lock.
        """

    @abstractmethod
    def now(self, connection: Connection) -> float:
        """Return what the database's clock says, in seconds since 1970: the same for all machines."""

    @abstractmethod
    def mark(self, connection: Connection) -> str:
        """Return what tells this place from every other to which the ledger may be copied."""

    @abstractmethod
    def claims_seen(self, connection: Connection) -> int:
        """Return how many claims were committed at least, by what stands outside of the database; 0 if nothing does.

        Args:
            connection: of a transaction.
        """

    @abstractmethod
    def set_claims_seen(self, claims: int) -> None:
        """Note outside of the database how many claims were committed."""

    @abstractmethod
    def forget_journal(self) -> None:
        """Delete what the database keeps of pages that were overwritten, as far as it lets us."""

    @abstractmethod
    def close(self) -> None:
        """Close the connections that nobody uses."""
