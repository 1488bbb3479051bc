"""A stranger's test suite: a folder with nothing but the tests, run by a pytest of its own."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., pytest.RunResult]

# The other plugins that are installed here take longer to load than most of these suites to run.
FEW_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p laaffic -p anyio -p xdist"}
ALL_PLUGINS = dict.fromkeys(FEW_PLUGINS, "")

# With CI or BUILD_NUMBER, pytest's summary repeats whole messages.
_NOT_THEIRS = ("LAAFFIC_", "PYTEST_", "CI", "BUILD_NUMBER")

MESSAGE = 'MESSAGE = laaffic.Message("99955500001", "Your code is 4711")'


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Return the folder of the stranger's suite."""
    return tmp_path


@pytest.fixture
def bare_environment() -> dict[str, str]:
    """Return the environment of somebody who has configured nothing."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_THEIRS)}
    return {**given, **FEW_PLUGINS}


@pytest.fixture
def command_line() -> list[str]:
    """Return the command that runs a suite. Warnings are errors, so whatever is left open fails it."""
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error"]


@pytest.fixture
def run(suite: Path, bare_environment: dict[str, str], command_line: list[str]) -> Run:
    """Return a function that runs tests, given as text, and returns what pytest said."""

    def run_suite(tests: str, *arguments: str, **environment: str) -> pytest.RunResult:
        head = f"import laaffic\nimport pytest\n\n{MESSAGE}\n\n"
        (suite / "test_it.py").write_text(head + textwrap.dedent(tests), encoding="utf-8")
        command = [*command_line, *arguments]
        done = subprocess.run(
            command, cwd=suite, env={**bare_environment, **environment}, capture_output=True, text=True, check=False
        )
        sys.stdout.write(done.stdout + done.stderr)  # for a failure's report
        return pytest.RunResult(done.returncode, done.stdout.splitlines(), done.stderr.splitlines(), 0.0)

    return run_suite
