"""The built distributions, and new environments that hold the wheel and what it asks for, made without a network."""

import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    """Return the wheel."""
    return next(built.glob("*.whl"))


@pytest.fixture(scope="session")
def new_environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Iterable[str]], Path]:
    """Return a function that makes an environment of the wheel and what requirements ask for, and gives its Python."""

    def make(requirements: Iterable[str]) -> Path:
        folder = tmp_path_factory.mktemp("environment")
        venv.create(folder, with_pip=False, symlinks=True)
        site = next(folder.glob("lib/python*/site-packages"))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)  # built above
        for name in {name for line in requirements for name in required(Requirement(line))} - {"laaffic"}:
            copy(distribution(name), site)
        return folder / "bin" / "python"

    return make


@pytest.fixture(scope="session")
def clean_python(new_environment: Callable[[Iterable[str]], Path]) -> Path:
    """Return the Python of a new environment: the wheel, the base requirements it names, and nothing else."""
    return new_environment(["laaffic"])


def required(requirement: Requirement) -> Iterator[str]:
    """Yield the distribution that a requirement asks for, and those that it asks for in turn."""
    yield requirement.name
    extras = ("", *requirement.extras)
    for wanted in map(Requirement, distribution(requirement.name).requires or []):
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras):
            yield from required(wanted)


def copy(dist: Distribution, into: Path) -> None:
    """Copy an installed distribution's files into another environment."""
    for file in dist.files or []:
        if ".." not in file.parts and file.suffix != ".pyc":
            target = into / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(Path(str(dist.locate_file(file))).read_bytes())
