"""Write what is known of every recipient as CSV, at any time."""

from collections.abc import Iterator

import click

from laaffic_campaigns import Campaign, Outcome
from laaffic_cli.jobs.continuing.campaigns import ledger_options, told_errors
from laaffic_cli.jobs.continuing.ledgers import one_campaign
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reports.export import check_output, lines
from laaffic_cli.reports.export import export as export_to
from laaffic_cli.terminal.streams import Stream

_STATES = ("to_go", "in_flight", "accepted", "rejected", "not_sent", "unknown")


@click.command()
@ledger_options
@click.option("--output", metavar="OUTCOMES.CSV", help="Write to a file; by default to standard output.")
@click.option(
    "--state", "states", type=click.Choice(_STATES), multiple=True, help="Only those in this state; may be given again."
)
def export(*, words: tuple[str, ...], ledger: str | None, output: str | None, states: tuple[str, ...]) -> None:
    """Write what is known of every recipient as CSV, at any time, also while the campaign runs.

    The file is written beside and moved into place; only its owner may read it. Its `row` counts the rows of FILE
    from 1, without the header.
    """
    with told_errors(), one_campaign(ledger, words) as (_, campaign):
        outcomes = _those(campaign, states)
        try:
            if output is None:
                out = Stream("stdout")
                for line in lines(outcomes):
                    if out.gone:
                        return
                    out.write(line)
            else:
                check_output(output)
                export_to(output, outcomes)
        except OSError as error:
            raise BadInputError([f"{output or 'standard output'} cannot be written ({error.strerror})"]) from None


def _those(campaign: Campaign, states: tuple[str, ...]) -> Iterator[Outcome]:
    return (outcome for outcome in campaign.outcomes() if not states or outcome.state in states)
