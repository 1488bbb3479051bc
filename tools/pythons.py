"""Run the tests on every Python that is on PATH, each in an environment of its own under .venvs/."""

import argparse
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENVS = ROOT / ".venvs"
LOCK = ROOT / "tools" / "requirements.txt"
SUITES = ["tests/unit", "tests/wire", "tests/fuzz", "tests/matrix", "tests/plugin"]
OLDEST = 11


def candidates() -> dict[str, list[Path]]:
    """Every `python3.x` on PATH that is new enough, by name and in the order of PATH; they need not start."""
    found: dict[str, list[Path]] = {}
    for folder in map(Path, os.get_exec_path()):
        for program in folder.glob("python3.*"):
            minor = re.fullmatch(r"python3\.(\d+)", program.name)
            if minor and int(minor[1]) >= OLDEST:
                found.setdefault(program.name, []).append(program)
    return dict(sorted(found.items(), key=lambda item: int(item[0].partition(".")[2])))


def starts(program: Path) -> bool:
    """Whether it is the Python that its name promises; a version manager's shim may be none."""
    code = "import sys, venv, ensurepip; print('python%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([program, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == program.name


def environment(program: Path) -> Path:
    """Make its environment from the locked requirements, unless it is there, and return that environment's Python."""
    folder = VENVS / program.name
    python = folder / "bin" / "python"
    made_from = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = folder / "made-from"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != made_from:
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([program, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], check=True)
        stamp.write_text(made_from, encoding="utf-8")
    return python


def results(options: list[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield a name, what became of it, and whether that is a failure."""
    for name, programs in candidates().items():
        program = next(filter(starts, programs), None)
        if program is None:
            yield name, "skipped: it does not start", False
            continue
        try:
            python = environment(program)
        except subprocess.CalledProcessError as error:
            yield name, f"no environment: {error}", True
            continue
        version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.strip()
        print(f"\n{version} ({program})", flush=True)
        command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", *options, *SUITES]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
            last = ""
            for line in running.stdout or ():
                print(line, end="", flush=True)
                last = line.strip("= \n") or last
        yield version, last, running.returncode != 0


def main() -> int:
    """Run them all; 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    _, options = parser.parse_known_args()  # for pytest
    told = list(results(options))
    print(*(f"\n{name}: {what}" for name, what, _ in told), sep="")
    return int(not told or any(failed for *_, failed in told))


if __name__ == "__main__":
    sys.exit(main())
