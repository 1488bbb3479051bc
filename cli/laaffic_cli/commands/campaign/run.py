"""Run a campaign, or let it go on."""

import click

from laaffic_cli.jobs.continuing.campaigns import json_option, ledger_options, told_errors
from laaffic_cli.jobs.continuing.continuing import ENDED, shows_bar
from laaffic_cli.jobs.continuing.ledgers import one_campaign
from laaffic_cli.jobs.options.job import Job
from laaffic_cli.jobs.running.finishing import ended, finish, result_of
from laaffic_cli.jobs.running.running import Ran, WatchedClient, run_campaign
from laaffic_cli.reports.export import check_output
from laaffic_cli.terminal.interrupts import Interrupts
from laaffic_cli.terminal.streams import Stream, tell


@click.command()
@ledger_options
@json_option
@click.option("--output", metavar="OUTCOMES.CSV", help="Write every outcome to a file.")
@click.option("--base-url", metavar="URL", help="The gateway's address, without /v3.")
@click.option("--app-id", metavar="ID", help="The application's id.")
@click.option("--timeout", type=float, metavar="SECONDS", help="How long to wait for a connection, and for a response.")
@click.option(
    "--concurrency", type=click.IntRange(1, 100), metavar="N", help="So many requests in flight; else what is set."
)
@click.pass_context
def run(
    context: click.Context,
    *,
    words: tuple[str, ...],
    ledger: str | None,
    as_json: bool,
    output: str | None,
    base_url: str | None,
    app_id: str | None,
    timeout: float | None,
    concurrency: int | None,
) -> None:
    """Run a campaign, or let it go on: post everything that was not posted yet.

    Whatever ends it, the same command goes on where it stopped. The exit codes are those of `laaffic send`.
    """
    interrupts = context.find_object(Interrupts) or Interrupts()
    job = Job(base_url=base_url, app_id=app_id, timeout=timeout)
    out = Stream("stdout")
    with interrupts, told_errors(), one_campaign(ledger, words) as (place, campaign):
        job.check_credentials()
        if output is not None:
            check_output(output)
        with job.make_client(WatchedClient) as client:
            before = campaign.status()
            ran = Ran(before, interrupted=False)
            if before.state not in ENDED:
                shown = shows_bar(as_json=as_json)
                ran = run_campaign(campaign, client, interrupts, concurrency=concurrency, shown=shown)
            result = result_of(campaign, ran, client, place, output=output)
        code = finish(result, out, interrupts, as_json=as_json, output=output)
        if before.state in ENDED:
            tell(f"{ended(before)}.")
        context.exit(code)
