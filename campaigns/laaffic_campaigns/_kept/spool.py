"""Outcomes that cannot be written to the database: a file each, until somebody can."""

import logging
import os
import re
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from sqlalchemy import select

from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._kept.chunks import unpack_outcomes
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import campaigns

_logger = logging.getLogger("laaffic.campaigns")
_TOKEN = re.compile(r"[0-9A-Za-z]{1,32}")
_KEPT, _DAMAGED, _BEGUN = ".outcomes", ".damaged", ".begun"


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a chunk.

    Attributes:
        key: of its campaign.
        chunk: its id.
        token: by which it was claimed.
        content: its outcomes, packed.
        status: the provider's, for the request.
        reason: the same.
        posted_at: when it was posted, in seconds since 1970; None if it was not.
        follows: what else is to be done with the chunk, if anything.
    """

    key: str
    chunk: int
    token: str
    content: bytes
    status: str | None
    reason: str | None
    posted_at: float | None
    follows: str | None = None

    def __repr__(self) -> str:
        """Show nothing that may be a number or quote a text."""
        return f"Kept(key={self.key!r}, chunk={self.chunk})"


def keep(database: Database, record: Kept) -> bool:
    """Keep an outcome on this machine's disk, and return whether it is there. What is there is replaced.

    Args:
        database: the one that cannot be written.
        record: the outcome.
    """
    try:
        folder = database.spool
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        values = {**asdict(record), "content": b64encode(record.content).decode()}
        begun = folder / f"{_name(record.token)}{_BEGUN}"
        _write(begun, orjson.dumps({name: _plain(value) for name, value in values.items()}))
        begun.replace(folder / f"{record.token}{_KEPT}")
        _sync(folder)
        _sync(folder.parent)  # the folder itself may be new
    except (OSError, LedgerError) as error:
        _logger.warning("an outcome cannot be kept beside the ledger either: %s", type(error).__name__)
        return False
    return True


def forget(database: Database, token: str) -> None:
    """Delete an outcome that stands in the database now. To record one once more would do no harm.

    Args:
        database: the one in which it stands.
        token: by which it was claimed.
    """
    with suppress(OSError, LedgerError):
        (database.spool / f"{_name(token)}{_KEPT}").unlink(missing_ok=True)


def kept(database: Database) -> list[Kept]:
    """Return the outcomes that are kept for campaigns of this ledger. A file that cannot be read is set aside.

    Raises:
        LedgerUnavailableError: the database failed.
    """
    try:
        files = sorted(database.spool.glob(f"*{_KEPT}"))
    except (OSError, LedgerError):
        return []
    found = [record for record in map(_read, files) if record is not None]
    if not found:
        return []
    with database.read() as connection:  # the folder may be that of several ledgers
        wanted = select(campaigns.c.key).where(campaigns.c.key.in_({record.key for record in found}))
        ours = set(connection.scalars(wanted))
    return [record for record in found if record.key in ours]


def _read(file: Path) -> Kept | None:
    try:
        values = orjson.loads(file.read_bytes())
        record = Kept(**{**values, "content": b64decode(values["content"], validate=True)})
        unpack_outcomes(record.content)
        whole = f"{record.token}{_KEPT}" == file.name and type(record.chunk) is int and type(record.key) is str
        float(record.posted_at or 0)
    except FileNotFoundError:  # another process has recorded it
        return None
    except OSError as error:
        _logger.warning("%s cannot be read: %s", file.name, error.strerror)
        return None
    except Exception:  # noqa: BLE001  # whatever stands in it, nobody else's outcomes are held up by it
        whole = False
    if not whole:
        _logger.warning("%s is damaged, and set aside: who is in it stays unknown", file.name)
        with suppress(OSError):
            file.replace(file.with_suffix(_DAMAGED))
        return None
    return record


def _write(file: Path, content: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(handle)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _name(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise LedgerError("A token is letters and digits")
    return token


def _plain(value: object) -> object:
    """Return a text as UTF-8 can hold it."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
