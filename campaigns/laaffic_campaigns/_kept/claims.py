"""How many claims there were, as it is noted outside of an SQLite ledger: one that goes back in time has fewer.

One note is beside the ledger. The other is in a folder of this user's, so that it does not go back together with the
ledger's own folder. Neither is synced: should one be lost, an older state is not noticed, and nothing else happens.
"""

import hashlib
import os
from pathlib import Path

from laaffic_campaigns._errors import LedgerError

_NAME_SIZE = 16  # bytes


def noted(path: Path) -> int:
    """Return how many claims a note says there were; 0 when there is none."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def note(path: Path, claims: int) -> None:
    """Note how many claims there were.

    Raises:
        OSError: it cannot be written.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(handle, b"%020d" % claims, 0)
    finally:
        os.close(handle)


def state_folder() -> Path:
    """Return the folder for what this user's programs keep from run to run, by the XDG base directories.

    Raises:
        LedgerError: nobody knows where this user is at home.
    """
    if state := os.environ.get("XDG_STATE_HOME"):
        return Path(state) / "laaffic"
    try:
        home = Path.home()
    except RuntimeError:
        home = Path()
    if not home.is_absolute():
        raise LedgerError("There is no home folder for what cannot be written", hint="Set LAAFFIC_SPOOL.")
    return home / ".local" / "state" / "laaffic"


def note_of(key: str, mark: str) -> str:
    """Return the name of a ledger's note, from which nothing about it can be read.

    Args:
        key: of its first campaign, which no other ledger has but a copy.
        mark: where it is, which no copy has.
    """
    return hashlib.blake2b(f"{key}\n{mark}".encode("utf-8", "replace"), digest_size=_NAME_SIZE).hexdigest() + ".claims"
