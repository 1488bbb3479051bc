"""The clean environment: what laaffic needs, a wheel built from this checkout, and nothing that would flatter it.

httpx imports click, rich and pygments where it finds them. The environment for development has them; a user's need not.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "bench" / "requirements.txt"
FOLDER = ROOT / "bench" / ".venv"
FLATTERING = ("click", "rich", "pygments")


def clean_python() -> str:
    """Make the environment if it is not there or no longer fits; returns its Python, with this checkout installed."""
    python = FOLDER / "bin" / "python"
    stamp = FOLDER / ".ready"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest() + f" {sys.version}\n"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        print("  making bench/.venv", file=sys.stderr)
        _run(sys.executable, "-m", "venv", "--clear", str(FOLDER))
        _run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(REQUIREMENTS))
        stamp.write_text(wanted, encoding="utf-8")
    print("  building laaffic, and installing it into bench/.venv", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, str(ROOT))
        (wheel,) = Path(folder).glob("*.whl")
        _run(str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", str(wheel))
    found = [name for name in FLATTERING if list(FOLDER.glob(f"lib/python*/site-packages/{name}"))]
    if found:
        raise SystemExit(f"bench: {', '.join(found)} must not be in bench/.venv: look into bench/requirements.txt")
    return str(python)


def _run(*command: str) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if ran.returncode:
        raise SystemExit(f"bench: {' '.join(command)} failed:\n{ran.stdout}{ran.stderr}")
