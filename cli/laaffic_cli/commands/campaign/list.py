"""List the campaigns of a ledger."""

import json

import click
from rich.table import Table
from rich.text import Text

from laaffic_campaigns import Status
from laaffic_cli.jobs.continuing.campaigns import json_option, ledger_options, told_errors
from laaffic_cli.jobs.continuing.ledgers import meant, opened
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reports.table import COLOURS
from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.spans import clock
from laaffic_cli.terminal.streams import Stream
from laaffic_cli.terminal.tables import rendered

_COUNTS = ("to_go", "in_flight", "accepted", "rejected", "not_sent", "unknown")


@click.command("list")
@ledger_options
@json_option
def list_(*, words: tuple[str, ...], ledger: str | None, as_json: bool) -> None:
    """List the campaigns of a ledger, the oldest first. NAME is not used."""
    with told_errors():
        place, name = meant(ledger, words)
        if name is not None:
            raise BadInputError(["`list` takes a ledger alone; `status` shows one campaign"])
        with opened(place) as there:
            found = [campaign.status() for campaign in there.campaigns()]
    out = Stream("stdout")
    if as_json:
        out.line(json.dumps([status.as_dict() for status in found], separators=(",", ":")))
    else:
        out.write(rendered(_table(found), terminal=out.is_terminal()))


def _table(found: list[Status]) -> Table:
    # Counts that nobody has would make it wider than a terminal.
    counts = [name for name in _COUNTS if any(getattr(status, name) for status in found)]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("CAMPAIGN", overflow="fold", max_width=24)
    table.add_column("STATE", no_wrap=True)
    table.add_column("SINCE", no_wrap=True)
    for name in counts:
        table.add_column(name.replace("_", " ").upper(), justify="right", no_wrap=True)
    for status in found:
        cells = [Text(printable(status.name)), Text(status.state), Text(clock(status.since)[:16])]
        cells += [Text(f"{getattr(status, name):,}", COLOURS[name]) for name in counts]
        table.add_row(*cells)
    return table
