"""Show what a campaign sends, before anything is sent."""

import json

import click

from laaffic_cli.jobs.continuing.campaigns import json_option, ledger_options, told_errors
from laaffic_cli.jobs.continuing.ledgers import one_campaign
from laaffic_cli.jobs.running.previewing import preview_table
from laaffic_cli.terminal.streams import Stream
from laaffic_cli.terminal.tables import rendered


@click.command()
@ledger_options
@click.option("--price", metavar="PRICE", help="What one segment costs, such as 0.0075, in any currency.")
@json_option
def preview(*, words: tuple[str, ...], ledger: str | None, price: str | None, as_json: bool) -> None:
    """Show what a campaign sends, from what is frozen: recipients, who is left out, texts, segments, cost and time.

    Nothing is sent. `laaffic campaign create` makes a campaign that posts nothing yet. It shows texts in full.
    """
    out = Stream("stdout")
    with told_errors(), one_campaign(ledger, words) as (_, campaign):
        found = campaign.preview(price)
    if as_json:
        out.line(json.dumps(found.as_dict(), separators=(",", ":")))
    else:
        out.write(rendered(preview_table(found), terminal=out.is_terminal(), wrap=True))
