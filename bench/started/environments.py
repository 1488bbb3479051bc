"""Virtual environments, made when they are first needed or when their requirements have changed.

Each holds what its requirements pin and nothing else, not even pip: nothing that would flatter or burden what is
measured. laaffic is installed as a wheel of this checkout, built anew each time.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import NamedTuple
from venv import EnvBuilder

_HERE = Path(__file__).parents[1]


class NotMadeError(Exception):
    """A virtual environment cannot be made; the text names it and says why."""


class Environment(NamedTuple):
    """A virtual environment: where it is, and what it holds."""

    folder: Path
    requirements: Path
    with_checkout: bool

    def make(self) -> None:
        """Make it, unless it is there, and install this checkout where it belongs.

        Raises:
            NotMadeError: the packages cannot be had, or the checkout cannot be built.
        """
        done = self.folder / ".done"
        wanted = f"{sys.version}\n{self.requirements.read_text(encoding='utf-8')}"
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            EnvBuilder(clear=True, symlinks=os.name != "nt").create(self.folder)
            self._pip_install("--require-hashes", "--only-binary", ":all:", "-r", str(self.requirements))
            done.write_text(wanted, encoding="utf-8")
        if self.with_checkout:
            with tempfile.TemporaryDirectory() as built:
                self._run("-m", "build", "--wheel", "--no-isolation", "--outdir", built, str(_HERE.parent))
                (wheel,) = Path(built).glob("*.whl")
                self._pip_install("--no-deps", "--force-reinstall", str(wheel))

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return Path(self._path("scripts")) / ("python.exe" if os.name == "nt" else "python")

    def installed(self) -> list[Distribution]:
        """Return what is installed."""
        return list(distributions(path=[self._path("purelib")]))

    def version_of(self, package: str) -> str:
        """Return the version of a package."""
        return next(found.version for found in self.installed() if found.name.lower() == package)

    def megabytes(self) -> float:
        """Return what all packages take on disk, compiled files included."""
        files = {Path(str(file.locate())) for found in self.installed() for file in found.files or ()}
        return sum(path.stat().st_size for path in files if path.exists()) / 1e6

    def _path(self, kind: str) -> str:
        base = str(self.folder)
        return sysconfig.get_path(kind, "venv", {"base": base, "platbase": base})

    def _pip_install(self, *arguments: str) -> None:
        pip = ("-m", "pip", "--python", str(self.python), "--disable-pip-version-check")
        self._run(*pip, "install", "--quiet", *arguments)

    def _run(self, *arguments: str) -> None:
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            output = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            raise NotMadeError("\n".join([f"{self.folder.name} cannot be made", *output[-5:]]))


def peer(name: str) -> Environment:
    """The environment of one SDK, laaffic's own among them: what a user of it has."""
    peers = _HERE / "peers"
    return Environment(peers / ".venvs" / name, peers / "requirements" / f"{name}.txt", name == "laaffic")


BENCH = Environment(_HERE / ".venv", _HERE / "requirements.txt", with_checkout=True)
