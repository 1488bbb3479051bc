"""Take a pause back; the campaign goes on when it is run."""

import click

from laaffic_cli.jobs.continuing.campaigns import json_option, ledger_options, show_status, told_errors
from laaffic_cli.jobs.continuing.ledgers import one_campaign


@click.command()
@ledger_options
@json_option
def resume(*, words: tuple[str, ...], ledger: str | None, as_json: bool) -> None:
    """Take a pause back; the campaign goes on when it is run."""
    with told_errors(), one_campaign(ledger, words) as (_, campaign):
        show_status(campaign.resume(), as_json=as_json)
