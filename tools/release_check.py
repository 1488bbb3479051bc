"""Build what would be released, and check it as its users meet it: `make release-check`.

The wheel and the sdist go to dist/. The wheel is installed into a new environment for each extra, with the versions and
hashes of tools/requirements.txt, and the README's first example sends to the mock.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
DIST = ROOT / "dist"
LOCK = ROOT / "tools" / "requirements.txt"
README = ROOT / "README.md"

# What works with each extra alone; without one, too.
PROGRAMS = {
    "": "import laaffic; assert laaffic.segments('Hello').parts == 1",
    "campaigns": "from laaffic_campaigns import Ledger; Ledger('sqlite:///a.db').close()",
    "celery": "import celery, laaffic_campaigns.celery",
    "cli": "import laaffic_cli, sys; sys.argv[1:] = ['statuses']; sys.exit(laaffic_cli.main())",
    "mock": "from laaffic_mock import Gateway\nwith Gateway() as gateway: assert gateway.messages == []",
    "postgres": "import psycopg, laaffic_campaigns; assert psycopg.pq.version()",
}
SEND_AND_LOOK = """
import os, subprocess, sys
from laaffic_mock import Gateway

with Gateway() as gateway:
    subprocess.run(sys.argv[1:], env={**os.environ, **gateway.environment}, check=True)
    gateway.assert_sent(times=1)
"""


def main() -> int:
    """Check everything; exit 0 when it may be released."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version, extras = project["version"], ["", *project["optional-dependencies"]]
    if set(extras) != set(PROGRAMS):
        say(f"PROGRAMS in {Path(__file__).name} has {sorted(PROGRAMS)}, and pyproject.toml {sorted(extras)}")
        return 1
    with TemporaryDirectory() as made:
        try:
            wheel = build(version)
            environments = {extra: install(wheel, extra, Path(made)) for extra in extras}
            for extra, python in environments.items():
                say(f"it works {told(extra)}")
                run(python, "-W", "error", "-c", PROGRAMS[extra], cwd=made, quietly=True)
            say("the README's first example sends to the mock")
            example = Path(made, "example.py")
            example.write_text(first_example(), encoding="utf-8")
            run(environments["mock"], "-c", SEND_AND_LOOK, environments[""], example, cwd=made)
        except subprocess.CalledProcessError as error:
            say(f"NOT FIT FOR RELEASE: {' '.join(map(str, error.cmd))[:200]}", error.output or "")
            return 1
    before = what_is_left(project)
    say("fit for release" if not before else "it works; before it is released:", *before)
    return 0


def build(version: str) -> Path:
    """Build both archives anew, check their metadata, and return the wheel."""
    say("the wheel and the sdist are built, and their metadata are checked")
    shutil.rmtree(DIST, ignore_errors=True)
    run(BIN / "python", "-m", "build", "--no-isolation", "--outdir", DIST, ROOT, cwd=ROOT, quietly=True)
    wheel, sdist = DIST / f"laaffic-{version}-py3-none-any.whl", DIST / f"laaffic-{version}.tar.gz"
    run(BIN / "twine", "check", "--strict", wheel, sdist, cwd=ROOT)
    return wheel


def install(wheel: Path, extra: str, folder: Path) -> Path:
    """Install the wheel into a new environment, and return its Python."""
    say(f"it is installed {told(extra)}")
    environment = folder / (extra or "alone")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    wanted = folder / f"{environment.name}.txt"
    name = f"laaffic[{extra}]" if extra else "laaffic"
    wanted.write_text(f"{name} @ {wheel.as_uri()} --hash=sha256:{digest}\n", encoding="utf-8")
    run(BIN / "uv", "venv", "--quiet", "--python", sys.executable, environment, cwd=folder)
    python = environment / "bin" / "python"
    pip = (BIN / "uv", "pip", "install", "--quiet", "--python", python)
    run(*pip, "--require-hashes", "--constraint", LOCK, "--requirement", wanted, cwd=folder)
    return python


def first_example() -> str:
    """Return the README's first example."""
    text = README.read_text(encoding="utf-8")
    found: list[str] = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return found[0]


def what_is_left(project: dict[str, Any]) -> list[str]:
    """Return what a person has still to do."""
    left, version = [], project["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)$", changes, re.MULTILINE):
        left.append(f"CHANGELOG.md has no headline `## {version} (<year>-<month>-<day>)`")
    links = re.findall(r"\]\((?!https?:|#)([^)]+)\)", README.read_text(encoding="utf-8"))
    if links:
        left.append(f"{len(links)} links of README.md lead nowhere on an index, which does not have the files")
    if not any(label.strip().lower() == "documentation" for label in project.get("urls", {})):
        left.append(
            "pyproject.toml has no [project.urls] Documentation, so the texts of errors name a command and no address"
        )
    return left


def told(extra: str) -> str:
    """Say with which extra."""
    return f"with the extra `{extra}`" if extra else "without an extra"


def say(line: str, *more: str) -> None:
    """Print a step."""
    print(f"── {line}", *more, sep="\n   ", flush=True)


def run(*command: object, cwd: Path | str, quietly: bool = False) -> None:
    """Run a program, which must succeed; with nothing of this checkout in its environment."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("LAAFFIC_", "PYTHON", "VIRTUAL"))
    }
    pipe, joined = (subprocess.PIPE, subprocess.STDOUT) if quietly else (None, None)
    subprocess.run(list(map(str, command)), cwd=cwd, env=clean, check=True, stdout=pipe, stderr=joined, text=True)


if __name__ == "__main__":
    sys.exit(main())
