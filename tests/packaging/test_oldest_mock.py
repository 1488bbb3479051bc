"""`laaffic[mock]` works at both ends of what it allows: the oldest servers, beside an old FastAPI, and the newest."""

import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

LOCK = Path(__file__).with_name("oldest_mock.txt")
OLDEST = {"fastapi": "0.110.0", "starlette": "0.36.3", "uvicorn": "0.27.0", "pyyaml": "6.0.1"}
SUITE = """
import pytest

import laaffic

BATCH = [laaffic.Message("99955500001", "Your code is 4711")]


def test_sent(laaffic_gateway, laaffic_client):
    laaffic_client.send_batch(BATCH)
    laaffic_gateway.assert_sent(to="99955500001", containing="4711", times=1)


@pytest.mark.parametrize("fault", ["accept_then_drop", "cut_headers", "cut_body"])
def test_lost(laaffic_gateway, laaffic_client, fault):
    laaffic_gateway.fail_next(fault)
    with pytest.raises(laaffic.OutcomeUnknownError):
        laaffic_client.send_batch(BATCH)
    laaffic_gateway.assert_sent(times=1)


def test_refused(laaffic_gateway, laaffic_client):
    laaffic_gateway.fail_next("refuse_connection")
    with pytest.raises(laaffic.NotSentError):
        laaffic_client.send_batch(BATCH)
    laaffic_gateway.assert_not_sent()
"""
NO_INDEX = ("connection broken by", "Max retries exceeded")

NewEnvironment = Callable[[Iterable[str]], Path]


@pytest.fixture
def oldest(wheel: Path, tmp_path: Path) -> Path:
    """Return the Python of an environment with the wheel and the oldest of everything, from a package index."""
    folder = tmp_path / "oldest"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--disable-pip-version-check"]
    command = [*pip, "--retries=1", "--only-binary=:all:", "--no-deps", "--require-hashes", "-r", str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and any(words in done.stderr for words in NO_INDEX):
        pytest.skip("there is no package index here")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(next(folder.glob("lib/python*/site-packages")))  # built above
    return python


def run_suite(python: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a small suite that uses the plugin; a warning fails it."""
    (folder / "test_it.py").write_text(SUITE)
    user = {name: value for name, value in os.environ.items() if not name.startswith(("LAAFFIC_", "PYTEST_", "PYTHON"))}
    command = [str(python), "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", "test_it.py"]
    return subprocess.run(command, cwd=folder, env=user, capture_output=True, text=True, check=False)


def test_the_oldest_versions_work(oldest: Path, tmp_path: Path) -> None:
    program = f"import importlib.metadata as m; print({{name: m.version(name) for name in {list(OLDEST)}}})"
    assert subprocess.run([oldest, "-c", program], capture_output=True, text=True, check=True).stdout == f"{OLDEST}\n"
    done = run_suite(oldest, tmp_path)
    assert " 5 passed in " in done.stdout, done.stdout + done.stderr


def test_the_newest_versions_work(new_environment: NewEnvironment, tmp_path: Path) -> None:
    done = run_suite(new_environment(["laaffic[mock]", "pytest"]), tmp_path)
    assert " 5 passed in " in done.stdout, done.stdout + done.stderr


def test_the_oldest_versions_are_the_lower_bounds(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    metadata = archive.read(next(name for name in archive.namelist() if name.endswith("METADATA"))).decode()
    allowed = {line for line in metadata.splitlines() if line.endswith("extra == 'mock'")}
    wanted = {f"{name}>={OLDEST[name].removesuffix('.0')}" for name in OLDEST.keys() - {"fastapi"}}
    assert allowed == {f"Requires-Dist: {bound}; extra == 'mock'" for bound in wanted}
