"""Erase the texts of a campaign that has ended; outcomes stay."""

import click

from laaffic_cli.jobs.campaigns import ledger_options, told_errors
from laaffic_cli.jobs.ledgers import one_campaign
from laaffic_cli.terminal.streams import tell


@click.command()
@ledger_options
@click.option("--texts", is_flag=True, help="Erase the texts.")
def erase(*, words: tuple[str, ...], ledger: str | None, texts: bool) -> None:
    """Erase the texts of a campaign that has ended, from the ledger's file too. Numbers and outcomes stay.

    The same command of `laaffic send` still knows that everybody was posted to.
    """
    if not texts:
        raise click.UsageError("Say what is erased: --texts")
    with told_errors(), one_campaign(ledger, words) as (_, campaign):
        campaign.erase_texts()
        tell(f"The texts of campaign {campaign.name!r} are erased.")
