"""Section `size`: what laaffic and everything that it needs take on disk, as pip installs it, with bytecode."""

from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from pip._vendor.packaging.requirements import Requirement  # in every environment that venv makes

from bench.effort import Effort, rounded

PACKAGES = ("laaffic", "httpx", "orjson")
ROOT = "laaffic"


def measure(effort: Effort) -> dict[str, Any]:
    """Measure megabytes by package."""
    effort.tell("adding up the files")
    sizes = {found.name: _megabytes(found) for found in closure(ROOT)}
    return {
        "repeat": {"times": 1},
        "total_mb": rounded(sum(sizes.values())),
        "packages_mb": {name: rounded(size) for name, size in sorted(sizes.items(), key=lambda pair: -pair[1])},
    }


def closure(root: str) -> list[Distribution]:
    """Return a package and all that it needs in this environment, without extras."""
    found: dict[str, Distribution] = {}
    wanted = [root]
    while wanted:
        name = wanted.pop().lower().replace("_", "-")
        if name in found:
            continue
        found[name] = distribution(name)
        for line in found[name].requires or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                wanted.append(needed.name)
    return list(found.values())


def _megabytes(package: Distribution) -> float:
    paths = [Path(str(package.locate_file(file))) for file in package.files or []]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6
