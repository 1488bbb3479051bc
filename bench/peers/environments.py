"""A virtual environment for each peer, made when it is first needed or when what it holds has changed.

It holds what `requirements/NAME.txt` pins and nothing else, not even pip. laaffic's holds the checkout besides, as a
wheel that is built anew each time.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from venv import EnvBuilder

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]


class NotMadeError(Exception):
    """A virtual environment cannot be made; the text names it and says why."""


def make(name: str) -> None:
    """Make a peer's environment, unless it is there.

    Raises:
        NotMadeError: the packages cannot be had, or the checkout cannot be built.
    """
    requirements = _HERE / "requirements" / f"{name}.txt"
    done = _folder(name) / ".done"
    wanted = f"{sys.version}\n{requirements.read_text(encoding='utf-8')}"
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        EnvBuilder(clear=True, symlinks=os.name != "nt").create(_folder(name))
        _pip_install(name, "--require-hashes", "--only-binary", ":all:", "-r", str(requirements))
        done.write_text(wanted, encoding="utf-8")
    if name == "laaffic":
        _install_checkout(name)


def python_of(name: str) -> Path:
    """Return the interpreter of a peer's environment."""
    return Path(_path(name, "scripts")) / ("python.exe" if os.name == "nt" else "python")


def version_of(name: str, package: str) -> str:
    """Return the version of the peer's own package."""
    return next(found.version for found in _installed(name) if found.name.lower() == package)


def megabytes_of(name: str) -> float:
    """Return what the peer and everything it needs take on the disk, as pip installed them, compiled files included."""
    files = (file for found in _installed(name) for file in found.files or ())
    return sum(path.stat().st_size for path in {Path(str(file.locate())) for file in files} if path.exists()) / 1e6


def _installed(name: str) -> Iterator[Distribution]:
    return iter(distributions(path=[_path(name, "purelib")]))


def _folder(name: str) -> Path:
    return _HERE / ".venvs" / name


def _path(name: str, kind: str) -> str:
    base = str(_folder(name))
    return sysconfig.get_path(kind, "venv", {"base": base, "platbase": base})


def _install_checkout(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _run(name, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, str(_ROOT))
        (wheel,) = Path(folder).glob("*.whl")
        _pip_install(name, "--no-deps", "--force-reinstall", str(wheel))


def _pip_install(name: str, *arguments: str) -> None:
    pip = ("-m", "pip", "--python", str(python_of(name)), "--disable-pip-version-check")
    _run(name, *pip, "install", "--quiet", *arguments)


def _run(name: str, *arguments: str) -> None:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise NotMadeError("\n".join([f"{name}: its virtual environment cannot be made", *said[-5:]]))
