"""The README's examples run, and its tables say what the code says."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

import laaffic
from laaffic._model.errors import class_for
from support.server import Server

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MOCK_README = (ROOT / "mock" / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", README + MOCK_README, re.DOTALL)
COMMANDS = [
    c for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for c in block.splitlines() if c[:8] == "laaffic "
]


@pytest.mark.parametrize("code", PYTHON, ids=lambda code: code.strip().splitlines()[-1])
def test_every_python_example_runs(code: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", server.url)
    if "def test_" in code:
        (tmp_path / "test_readme.py").write_text(code, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", str(tmp_path)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        return
    exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})  # noqa: S102  # the point


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(command: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", server.url)
    copytree(ROOT / "examples", tmp_path, dirs_exist_ok=True)
    arguments = [sys.executable, "-m", "laaffic_cli", *shlex.split(command)[1:]]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_table_of_errors_is_complete_and_right() -> None:
    rows = dict(re.findall(r"^\| `(\w+Error)` \|([^|]*)\|", README, re.MULTILINE))
    public = {name for name in laaffic.__all__ if name.endswith("Error")} - {"LaafficError", "StatusError"}
    assert set(rows) == public
    for code in set(laaffic.STATUSES) - {"0"}:
        assert rows[class_for(code).__name__].strip() == code


def test_the_first_example_is_on_the_first_screen() -> None:
    assert README.index("laaffic.Client()") < len("\n".join(README.splitlines()[:24]))


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "mock/README.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target
