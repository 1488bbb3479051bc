"""`python -m bench`: measure, show the figures beside the goals, and keep them in bench/results/bench.json.

It is a benchmark, not a test: it fails when something cannot be measured, never because it is slow.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.environment import ROOT, clean_python
from bench.goals import judged
from bench.page import into_readme, page
from bench.picture import draw
from bench.report import show
from bench.results import FULL, PAGE, PEERS, PICTURE, QUICK, README, Results, read, write

CLEAN = ("sends", "async", "many", "imports", "size", "clients")  # without what would flatter us
OURS = ("mocks",)  # with what the mocks need
SECTIONS = [*CLEAN, *OURS]
INTERRUPTED = 130


def main() -> int:
    """Run the command; returns its exit status."""
    asked = _parser().parse_args()
    path = QUICK if asked.quick else FULL
    results = read(path)
    try:
        if not asked.show:
            _measure(asked, results, path)
    except KeyboardInterrupt:
        print("bench: interrupted; the sections that were finished are kept", file=sys.stderr)
        return INTERRUPTED
    goals = judged(results, read(PEERS))
    show(results, goals)
    if results and not asked.quick:
        PICTURE.write_text(draw(results, goals), encoding="utf-8")
        PAGE.write_text(page(results, goals, read(PEERS)), encoding="utf-8")
        README.write_text(into_readme(README.read_text(encoding="utf-8"), results, goals), encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repetitions, kept in bench/results/quick.json")
    parser.add_argument("--full", action="store_true", help="ten million receivers too, however long they take")
    parser.add_argument("--only", type=_sections, default=SECTIONS, help=f"some of: {','.join(SECTIONS)}")
    parser.add_argument("--show", action="store_true", help="measure nothing; show what was measured last")
    return parser


def _sections(given: str) -> list[str]:
    sections = given.split(",")
    if unknown := [section for section in sections if section not in SECTIONS]:
        raise argparse.ArgumentTypeError(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    return sections


def _measure(asked: argparse.Namespace, results: Results, path: Path) -> None:
    """Measure what is asked for, and keep each section as soon as it is there."""
    for sections, python in ((CLEAN, clean_python), (OURS, lambda: sys.executable)):
        if wanted := [section for section in sections if section in asked.only]:
            how = ["--quick"] * asked.quick + ["--full"] * asked.full
            for told in _told([python(), "-m", "bench.measure", *wanted, *how]):
                results[told["section"]] = told["told"]
                write(path, results, SECTIONS)


def _told(command: list[str]) -> Iterator[dict[str, Any]]:
    """Run a measuring process, which ends when its standard input does; gives what it tells of each section."""
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101  # it is a pipe
            for line in process.stdout:
                yield json.loads(line)
        except BaseException:
            process.kill()  # its own children end with it
            raise
    if process.returncode:
        raise SystemExit(f"bench: {' '.join(command[1:])} ended with exit status {process.returncode}")


if __name__ == "__main__":
    sys.exit(main())
