"""`python -m bench`: measure, and write the figures to bench/results/bench.json and docs/performance.md.

It is a benchmark, not a test: it fails when something cannot be measured, never because it is slow.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from operator import truediv
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.figures.goals import CAMPAIGNS
from bench.figures.page import page
from bench.figures.results import FULL, PAGE, PEERS_FILE, Results, measured_on, read, write
from bench.ledgers.measure import FULL as LARGE
from bench.ledgers.measure import QUICK, measure_campaigns
from bench.mocks import measure_mocks
from bench.started.environments import BENCH, NotMadeError, peer
from bench.started.processes import ROOT, ChildError
from bench.started.server import server

SLOW = 0.05
MILLION = 1_000_000
SCALES = {
    "CPU µs": 1e6,
    "CPU µs, none": 1e6,
    "CPU µs, ours": 1e6,
    "CPU µs a recipient": 1e6,
    "CPU ms": 1e3,
    "peak MiB": 2**-20,
    "connections": 1.0,
}
PACKAGES = ("laaffic", "httpx", "httpx2", "orjson", "pyperf", "sqlalchemy", "psycopg", "celery")


class Effort(NamedTuple):
    """How often pyperf measures a benchmark: rounds in a process each; values, and warm-up values, in each process."""

    rounds: int
    values: int
    warmups: int


GROUPS = {
    "sends": Effort(8, 5, 1),
    "order_ids": Effort(8, 5, 1),
    "clients": Effort(5, 3, 1),
    "at_once": Effort(5, 1, 0),
    "connections": Effort(1, 1, 0),
    "imports": Effort(2, 10, 1),
    "campaign": Effort(1, 1, 0),
}
SECTIONS = [*GROUPS, "size", "mocks", "campaigns"]


def main() -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of each, to try it out; nothing is written")
    parser.add_argument("--only", type=_sections, help=f"some of {','.join(SECTIONS)}; nothing is written")
    parser.add_argument("--show", action="store_true", help="measure nothing; write the page of what was measured last")
    asked = parser.parse_args()
    try:
        results = read(FULL) if asked.show else _measure(asked.only or SECTIONS, quick=asked.quick)
    except KeyboardInterrupt:
        return 130
    except (NotMadeError, ChildError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    text = page(results, read(PEERS_FILE))
    print(text)
    if asked.show or not (asked.quick or asked.only):
        PAGE.write_text(text, encoding="utf-8")
    if not (asked.show or asked.quick or asked.only):
        write(FULL, results)
    return 0


def _sections(given: str) -> list[str]:
    sections = given.split(",")
    if unknown := [section for section in sections if section not in SECTIONS]:
        raise argparse.ArgumentTypeError(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    return sections


def _measure(wanted: list[str], *, quick: bool) -> Results:
    print("  making the virtual environments", file=sys.stderr)
    BENCH.make()
    user = peer("laaffic")  # what a user has: laaffic, what it needs, and nothing else
    user.make()
    runs: dict[str, list[float]] = {}
    with server() as prompt, server(SLOW) as slow:
        options = [f"--server={prompt}", f"--slow={slow}", f"--imports={user.python}"]
        options.append(f"--recipients={MILLION // 10 if quick else MILLION}")
        for group, effort in GROUPS.items():
            if group in wanted:
                runs |= _group(group, Effort(1, 1, effort.warmups) if quick else effort, options)
    tables: dict[str, Any] = {}
    for name, values in runs.items():
        table, row, column = name.split("|")
        row_of = tables.setdefault(table, {}).setdefault(row, {})
        row_of[column] = _rounded(median(values) * SCALES[column])
        for other in ("httpx bytes", "httpx json"):
            if to := runs.get(f"{table}|{other}|{column}"):
                # Round by round: the machine is not equally fast in all of them.
                row_of[f"/ {other}"] = _rounded(median(map(truediv, values, to)))
        if none := runs.get(f"{table}|{row}|CPU µs, none") if column == "CPU µs, ours" else None:
            row_of["ours / none"] = _rounded(median(map(truediv, values, none)))
    if "size" in wanted:
        tables["size"] = {"laaffic and all it needs": {"MB": _rounded(user.megabytes())}}
    if "mocks" in wanted:
        print("  the mocks", file=sys.stderr)
        tables["the mocks"] = measure_mocks(0.5 if quick else 5.0)
    left_out: dict[str, str] = {}
    if "campaigns" in wanted:
        rows, left_out = measure_campaigns(QUICK if quick else LARGE)
        tables[CAMPAIGNS] = {
            row: {column: _rounded(figure) for column, figure in of.items()} for row, of in rows.items()
        }
    versions = {name: BENCH.version_of(name) for name in PACKAGES}
    return {"measured_on": measured_on() | versions, "tables": tables, "left_out": left_out}


def _group(group: str, effort: Effort, options: list[str]) -> dict[str, list[float]]:
    """Let pyperf run the rounds of a group; returns the median of each round by benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        kept = str(Path(folder) / "pyperf.json")
        for number in range(effort.rounds):
            print(f"  {group}: round {number + 1} of {effort.rounds}", file=sys.stderr)
            how = ["-q", "-p1", f"-n{effort.values}", f"-w{effort.warmups}", f"--append={kept}"]
            _run("bench.measure", group, *how, *options)
        found: dict[str, list[float]] = json.loads(_run("bench.figures.values", kept))
    return found


def _run(module: str, *arguments: str) -> str:
    command = [str(BENCH.python), "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def _rounded(figure: float) -> float:
    return float(f"{figure:.4g}")


if __name__ == "__main__":
    sys.exit(main())
