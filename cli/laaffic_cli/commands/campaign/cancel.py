"""Let no more be posted, for ever."""

import click

from laaffic_cli.jobs.campaigns import json_option, ledger_options, show_status, told_errors
from laaffic_cli.jobs.ledgers import one_campaign
from laaffic_cli.terminal.shown import printable


@click.command()
@ledger_options
@json_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def cancel(*, words: tuple[str, ...], ledger: str | None, as_json: bool, yes: bool) -> None:
    """Let no more be posted, for ever. Who was not posted to yet is not sent to. What is in flight ends."""
    with told_errors(), one_campaign(ledger, words) as (_, campaign):
        if not yes:
            to_go = campaign.status().to_go
            click.confirm(
                f"Cancel {printable(campaign.name)!r}? {to_go:,} recipients would never be sent to.",
                abort=True,
                err=True,
            )
        show_status(campaign.cancel(), as_json=as_json)
