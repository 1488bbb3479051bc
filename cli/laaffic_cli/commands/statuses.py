"""List the provider's statuses, what they mean and what to do."""

import dataclasses
import json

import click
from rich.table import Table
from rich.text import Text

from laaffic import STATUSES, StatusError
from laaffic_cli.terminal.streams import Stream
from laaffic_cli.terminal.tables import rendered


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def statuses(*, as_json: bool) -> None:
    """List the provider's statuses, what they mean and what to do."""
    out = Stream("stdout")
    if as_json:
        rows = [{**dataclasses.asdict(info), "error": _error(info.code)} for info in STATUSES.values()]
        out.line(json.dumps(rows, separators=(",", ":")))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    table.add_column("CODE", no_wrap=True, justify="right")
    table.add_column("MEANING", ratio=2)
    table.add_column("WHAT TO DO", ratio=3)
    for info in STATUSES.values():
        meaning = Text(info.meaning).append(f"\n{_error(info.code)}" if _error(info.code) else "", style="dim")
        table.add_row(Text(info.code), meaning, Text(info.hint))
    out.write(rendered(table, terminal=out.is_terminal(), wrap=True))
    out.line("Any other status is possible (UnknownStatusError): its recipients are unknown.")


def _error(code: str) -> str | None:
    """Return the name of the exception that a status becomes; None for success."""
    return next((error.__name__ for error in StatusError.__subclasses__() if error.code == code), None)
