"""The example applications' own tests, as a user runs them: from the wheel, in a new environment, without a network."""

import os
import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", ["otp_app", "django_shop", "fastapi_otp"])
def test_an_example_application_passes_its_tests_from_the_wheel(
    new_environment: Callable[[Iterable[str]], Path], tmp_path: Path, name: str
) -> None:
    folder = copytree(EXAMPLES / name, tmp_path / name, ignore=ignore_patterns("__pycache__", "*.sqlite3"))
    python = new_environment((folder / "requirements.txt").read_text(encoding="utf-8").splitlines())
    user = {name: value for name, value in os.environ.items() if not name.startswith(("LAAFFIC_", "PYTEST_", "PYTHON"))}
    done = subprocess.run([python, "-m", "pytest"], cwd=folder, env=user, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    functions = re.findall(r"^def test_", (folder / "tests" / f"test_{name}.py").read_text("utf-8"), re.MULTILINE)
    [(passed, others)] = re.findall(r"=+ (\d+) passed(.*) in ", done.stdout)
    assert int(passed) >= len(functions) > 0
    assert others == "", "skipped, or with warnings"
