"""Let no more be posted until it is resumed, wherever it runs."""

import click

from laaffic_cli.jobs.continuing.campaigns import json_option, ledger_options, show_status, told_errors
from laaffic_cli.jobs.continuing.ledgers import one_campaign


@click.command()
@ledger_options
@json_option
def pause(*, words: tuple[str, ...], ledger: str | None, as_json: bool) -> None:
    """Let no more be posted until it is resumed, wherever it runs. What is in flight ends."""
    with told_errors(), one_campaign(ledger, words) as (_, campaign):
        show_status(campaign.pause(), as_json=as_json)
