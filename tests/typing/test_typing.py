"""Type checkers read the public usage without a complaint."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
USAGE = Path(__file__).with_name("public_usage.py")


def check(command: list[str]) -> str:
    """Run a checker and return what it complains about."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_mypy_strict_reads_the_public_usage() -> None:
    assert not check([sys.executable, "-m", "mypy", "--strict", "--config-file=", str(USAGE)])


def test_pyright_reads_the_public_usage() -> None:
    node = shutil.which("node")
    assert node
    pyright = ROOT / "tools" / "node_modules" / "pyright" / "index.js"
    assert not check([node, str(pyright), "--pythonpath", sys.executable, str(USAGE)])
