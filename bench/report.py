"""The results as tables on the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from bench.goals import Judged
from bench.results import Results
from bench.tables import TABLES, Rows

WIDTH = 100


def show(results: Results, goals: list[Judged]) -> None:
    """Print what there is, and the goals last."""
    console = Console(width=WIDTH, highlight=False)
    for section, (title, tables) in TABLES.items():
        if section in results:
            console.print(f"\n[bold]{title}[/bold]  [dim]{_repeat(results[section]['repeat'])}[/dim]")
            for number, rows in enumerate(tables(results[section])):
                console.print(Padding(_table(rows), (min(number, 1), 0, 0, 2), expand=False))
                for note in rows.notes:
                    console.print(f"  {note}")
    console.print("\n[bold]Measured on[/bold]")
    for line in _measured_on(results):
        console.print(Padding(line, (0, 0, 0, 2), expand=False))
    console.print("\n[bold]Goals[/bold]")
    rows = Rows(["", "goal", "aim", "measured", ""], [_goal(judged) for judged in goals])
    console.print(Padding(_table(rows), (0, 0, 0, 2), expand=False))
    for judged in goals:
        if judged.missed_by > 0 and judged.goal.why_missed:
            console.print(Padding(f"{judged.goal.about}: {judged.goal.why_missed}", (1, 0, 0, 2), expand=False))


def _goal(judged: Judged) -> list[str]:
    measured = "" if judged.measured is None else judged.written(judged.measured)
    aim = "" if judged.goal.aim is None else f"{judged.goal.aim:g}"
    return [judged.goal.about, judged.wanted, aim, measured, judged.verdict]


def _table(given: Rows) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="italic")
    for place, heading in enumerate(given.headings):
        table.add_column(heading, justify="right" if place else "left")
    for row in given.rows:
        table.add_row(*row)
    return table


def _measured_on(results: Results) -> Iterator[str]:
    """Say where each section was measured, once for those that were measured in the same place on the same day."""
    where: dict[str, list[str]] = {}
    versions: dict[str, set[str]] = {}
    for section, told in results.items():
        machine = told["machine"]
        words = f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, {machine['python']}"
        where.setdefault(f"{words}, on {told['date']}", []).append(section)
        for package, version in told["versions"].items():
            versions.setdefault(package, set()).add(version)
    for words, sections in where.items():
        yield f"{words}: {', '.join(sections)}"
    yield ", ".join(f"{package} {' and '.join(sorted(found))}" for package, found in versions.items())


def _repeat(repeat: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {_times(value)}" for name, value in repeat.items())


def _times(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name} {count}" for name, count in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)
