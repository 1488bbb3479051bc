"""Find what Prism needs: Node.js, and Prism's own package."""

import json
import os
import shutil
import subprocess
import warnings
from pathlib import Path

from laaffic_mock.prism.errors import PrismError

MIN_NODE = 20
PRISM_VERSION = "5.14.2"
PRISM = Path("node_modules", "@stoplight", "prism-cli")
BESIDE = Path(__file__).resolve().parents[2]  # `mock/` in a checkout
_OWN = Path(__file__).resolve().relative_to(BESIDE)


def environment() -> dict[str, str]:
    """Copy the environment without what changes how Prism runs: NODE_ENV=production makes it crash."""
    return {
        name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "NODE_ENV", "NODE_OPTIONS"}
    }


def find_node() -> str:
    """Find `node` on PATH; raises PrismError when there is none or it is too old."""
    remedy = f"install Node.js {MIN_NODE} or newer (nodejs.org)"
    node = shutil.which("node")
    if node is None:
        raise PrismError(f"Prism needs Node.js, and there is no `node` on PATH: {remedy}", missing=True)
    try:
        command = [node, "--version"]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True, timeout=30)
        major = int(done.stdout.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise PrismError(f"{node} does not say its version: {remedy}", missing=True) from error
    if major < MIN_NODE:
        raise PrismError(f"{node} is Node.js {done.stdout.strip()}, too old for Prism: {remedy}", missing=True)
    return node


def find_prism() -> Path:
    """Find the folder of Prism's npm package: in the checkout, else in the current folder or one above it.

    Where one of these is the checkout that is installed here as a copy, it is looked for in its `mock/`, too.

    Raises PrismError when it is in none of them, and warns about a version that the mock was not tested with.
    """
    here = Path.cwd()
    for folder in (BESIDE, *(place for above in (here, *here.parents) for place in _places(above))):
        package = folder / PRISM / "package.json"
        if package.is_file():
            break
    else:
        in_checkout = (BESIDE / "package.json").is_file()
        remedy = "make setup" if in_checkout else f"npm install @stoplight/prism-cli@{PRISM_VERSION}"
        within = f" in {here}" if not in_checkout else ""
        text = f"Prism is not installed, neither in {BESIDE} nor in {here} or above it: run `{remedy}`{within}"
        raise PrismError(text, missing=True)
    version = json.loads(package.read_text(encoding="utf-8"))["version"]
    if version != PRISM_VERSION:
        text = (
            f"{package.parent} is Prism {version}; the mock is tested with {PRISM_VERSION}, and 5.16 hangs on bad JSON"
        )
        warnings.warn(text, stacklevel=3)
    return package.parent


def _places(folder: Path) -> list[Path]:
    """Return where in a folder Prism may be: of a `mock/` in it only if this very file is there, too."""
    copied = folder / "mock" / _OWN
    ours = copied.is_file() and copied.read_bytes() == Path(__file__).read_bytes()
    return [folder, folder / "mock"] if ours else [folder]
