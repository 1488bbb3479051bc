"""The results on disk, and what they were measured on."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parents[1]
FULL = _HERE / "results" / "bench.json"
PEERS_FILE = _HERE / "results" / "peers.json"
PAGE = _HERE.parent / "docs" / "performance.md"

Results = dict[str, Any]


def read(path: Path) -> Results:
    """Read results; there may be none yet."""
    found: Results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def write(path: Path, results: Results) -> None:
    """Write results."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def measured_on() -> dict[str, str]:
    """Return the date and the machine, without anything of its owner."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
