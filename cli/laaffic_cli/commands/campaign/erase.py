"""Erase the texts or the numbers of a campaign that has ended; outcomes stay."""

import sys

import click

from laaffic_cli.jobs.campaigns import ledger_options, told_errors
from laaffic_cli.jobs.continuing import ENDED
from laaffic_cli.jobs.ledgers import one_campaign
from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.streams import tell


@click.command()
@ledger_options
@click.option("--texts", is_flag=True, help="Erase the texts.")
@click.option("--numbers", is_flag=True, help="Erase the numbers, and the reasons that may quote one.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(*, words: tuple[str, ...], ledger: str | None, texts: bool, numbers: bool, yes: bool) -> None:
    """Erase the texts, the numbers or both of a campaign that has ended, from the ledger's file too. Outcomes stay.

    The same command of `laaffic send` still knows that everybody was posted to. On a terminal it asks first.
    """
    if not (texts or numbers):
        raise click.UsageError("Say what is erased: --texts, --numbers or both.")
    what = " and ".join(word for word, erased in (("texts", texts), ("numbers", numbers)) if erased)
    with told_errors(), one_campaign(ledger, words) as (_, campaign):
        if sys.stdin.isatty() and not yes and campaign.status().state in ENDED:
            click.confirm(
                f"Erase the {what} of {printable(campaign.name)!r}? Nobody can bring them back.", abort=True, err=True
            )
        if texts:
            campaign.erase_texts()
        if numbers:
            campaign.erase_numbers()
        tell(f"The {what} of campaign {campaign.name!r} are erased.")
