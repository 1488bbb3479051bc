"""Let no more be posted, for ever."""

import click

from laaffic_cli.jobs.campaigns import json_option, ledger_options, show_status, told_errors
from laaffic_cli.jobs.continuing import ENDED
from laaffic_cli.jobs.ledgers import one_campaign
from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.streams import tell


@click.command()
@ledger_options
@json_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def cancel(*, words: tuple[str, ...], ledger: str | None, as_json: bool, yes: bool) -> None:
    """Let no more be posted, for ever. Who was not posted to yet is not sent to. What is in flight ends.

    One that has ended stays as it is.
    """
    with told_errors(), one_campaign(ledger, words) as (_, campaign):
        status = campaign.status()
        if status.state in ENDED:
            what = "cancelled already" if status.state == "cancelled" else "done: there is nobody left to send to"
            tell(f"Campaign {campaign.name!r} is {what}. Nothing is changed.")
            show_status(status, as_json=as_json)
            return
        if not yes:
            click.confirm(
                f"Cancel {printable(campaign.name)!r}? {status.to_go:,} recipients would never be sent to.",
                abort=True,
                err=True,
            )
        show_status(campaign.cancel(), as_json=as_json)
