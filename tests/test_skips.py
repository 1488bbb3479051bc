"""A skipped test fails the run unless its reason is on the list."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FEW_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}


@pytest.mark.parametrize("workers", [[], ["-p", "xdist", "-n", "2"]], ids=["alone", "xdist"])
def test_a_skipped_test_fails_the_run(tmp_path: Path, workers: list[str]) -> None:
    here = Path(__file__).parent
    for name in ("conftest.py", "allowed_skips.txt"):
        (tmp_path / name).write_bytes((here / name).read_bytes())
    (tmp_path / "test_it.py").write_text("import pytest\n@pytest.mark.skip\ndef test_that(): ...\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-o", f"pythonpath={here}", *workers, "."]
    environment = {**os.environ, **FEW_PLUGINS}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "test_that was skipped, and is not in allowed_skips.txt" in done.stdout

    with (tmp_path / "allowed_skips.txt").open("a") as allowed:
        allowed.write("test_it.py::test_that: shown above\n")
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0
