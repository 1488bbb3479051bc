"""Show how far a campaign is; --watch looks on."""

import click

from laaffic_cli.jobs.continuing.campaigns import json_option, ledger_options, show_status, told_errors
from laaffic_cli.jobs.continuing.ledgers import one_campaign
from laaffic_cli.jobs.running.watching import watch as watch_it
from laaffic_cli.terminal.interrupts import Interrupts


@click.command()
@ledger_options
@json_option
@click.option("--watch", is_flag=True, help="Show it anew every second, until the campaign has ended or Ctrl-C.")
@click.pass_obj
def status(
    interrupts: Interrupts | None, *, words: tuple[str, ...], ledger: str | None, as_json: bool, watch: bool
) -> None:
    """Show how far a campaign is, from any terminal, whoever runs it.

    With --json, the fields are those of `Status.as_dict()`; with --watch as well, a line each time something changed.
    """
    with told_errors(), one_campaign(ledger, words) as (_, campaign):
        if watch:
            watch_it(campaign, interrupts or Interrupts(), as_json=as_json)
        else:
            show_status(campaign.status(), as_json=as_json)
