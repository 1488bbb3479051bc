"""The results on disk: one section is measured anew without touching the others."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "results"
FULL = FOLDER / "bench.json"
QUICK = FOLDER / "quick.json"  # a quick run is for looking; it does not replace what was measured with patience
PEERS = FOLDER / "peers.json"
PAGE = FOLDER.parent.parent / "docs" / "performance.md"
README = FOLDER.parent.parent / "README.md"
PICTURE = FOLDER.parent.parent / "docs" / "bench.svg"

Results = dict[str, Any]


def read(path: Path) -> Results:
    """Read results; there may be none yet."""
    found: Results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def write(path: Path, results: Results, order: list[str]) -> None:
    """Write results, in that order of sections."""
    path.parent.mkdir(exist_ok=True)
    ordered = {section: results[section] for section in order if section in results}
    path.write_text(json.dumps(ordered, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
