"""A small disk, which can be full: a file system in memory, which only root can mount."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from support.started import unprivileged

NO_MOUNT = "needs to mount a tmpfs, which only root may, and not in every container"


class SmallDisk:
    """A disk, which belongs to the user as whom databases run.

    Attributes:
        folder: where it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, left: int) -> None:
        """Leave only so many bytes."""
        with suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))
        with suppress(FileNotFoundError):
            os.truncate(self._ballast, max(0, self._ballast.stat().st_size - left))

    def made(self, name: str) -> Path:
        """Make a folder in it, of the same owner."""
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        os.chown(folder, unprivileged().pw_uid, unprivileged().pw_gid)
        return folder

    def free(self) -> None:
        """Let there be room again."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Mount one, and take it away at the end.

    Raises:
        subprocess.CalledProcessError: it cannot be mounted here.
    """
    user = unprivileged()
    options = f"size={megabytes}m,mode=0700,uid={user.pw_uid},gid={user.pw_gid}"
    with tempfile.TemporaryDirectory(prefix="laaffic-disk-") as name:
        mount, umount = ["mount", "-t", "tmpfs", "-o", options, "laaffic", name], ["umount", name]
        subprocess.run(mount, check=True, capture_output=True)
        try:
            yield SmallDisk(Path(name))
        finally:
            subprocess.run(umount, check=True)


@cache
def can_mount() -> bool:
    """Return whether it can be had here."""
    try:
        with small_disk(1):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False
