"""What is shown and what is kept."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.peers.peer import ONE_REQUEST

_GOAL = 0.75
_KEPT = Path(__file__).parents[1] / "results" / "peers.json"


class Row(NamedTuple):
    """One peer, measured."""

    name: str
    version: str
    single_cpu_us: float
    single_x_laaffic: float | None
    receiver_cpu_us: float
    how: str
    import_ms: float
    installed_mb: float


class Report(NamedTuple):
    """All of a run."""

    machine: dict[str, str | int]
    rounds: int
    calls: int
    rows: dict[str, Row]
    failed: dict[str, str]
    notes: dict[str, str]

    @property
    def goal(self) -> dict[str, Any] | None:
        """Return the goal and how it was met; None when one of the two was not measured."""
        twilio = self.rows.get("twilio")
        if not (twilio and twilio.single_x_laaffic):
            return None
        measured = round(1 / twilio.single_x_laaffic, 3)
        name = "CPU per single send / twilio's"
        return {"name": name, "goal": _GOAL, "measured": measured, "met": measured <= _GOAL}


def show(report: Report, console: Console) -> None:
    """Print the table, the cheapest first, and what stands beside it."""
    console.print(_table(report.rows, report.failed))
    console.print("A receiver is one of a thousand, sent to in one request where not 1,000 calls are said.")
    for name, note in report.notes.items():
        console.print(f"{name} {note}")
    for why in report.failed.values():
        console.print(f"failed: {why}", style="red")
    console.print(f"{report.machine['processor']}, {report.machine['cores']} cores; {report.machine['python']}")
    console.print(f"{report.rounds} rounds of {report.calls} single sends; medians")
    if goal := report.goal:
        verdict = "met" if goal["met"] else "missed"
        console.print(f"{goal['name']}: measured {goal['measured']}, goal <= {goal['goal']}, {verdict}")


def _table(rows: dict[str, Row], failed: Iterable[str]) -> Table:
    table = Table(title="CPU time of the process that sends", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in ("peer", "version"):
        table.add_column(heading, no_wrap=True)
    for heading in (
        "µs a\nsend",
        "x\nours",
        "µs a\nreceiver",
        "import\nms",
        "x\nours",
        "MB in-\nstalled",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("1,000\nsent as", no_wrap=True)
    ours = rows.get("laaffic")
    for row in sorted(rows.values(), key=lambda row: row.single_cpu_us):
        table.add_row(
            row.name,
            row.version,
            f"{row.single_cpu_us:,.0f}",
            f"{row.single_x_laaffic:.2f}" if row.single_x_laaffic else "",
            f"{row.receiver_cpu_us:,.1f}",
            f"{row.import_ms:,.0f}",
            f"{row.import_ms / ours.import_ms:.2f}" if ours else "",
            f"{row.installed_mb:.1f}",
            row.how.removeprefix(ONE_REQUEST),
        )
    for name in failed:
        table.add_row(name, "failed")
    return table


def keep(report: Report) -> Path:
    """Write everything down, and return where."""
    kept = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": report.machine,
        "rounds": report.rounds,
        "calls": report.calls,
        "peers": [row._asdict() for _, row in sorted(report.rows.items())],
        "goal": report.goal,
    }
    _KEPT.parent.mkdir(exist_ok=True)
    _KEPT.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return _KEPT
