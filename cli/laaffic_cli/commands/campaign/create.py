"""Make a campaign of a file, and post nothing yet."""

from typing import Any

import click

from laaffic_cli.commands.send import send
from laaffic_cli.jobs.continuing import ledgers
from laaffic_cli.jobs.continuing.campaigns import show_status, told_errors
from laaffic_cli.jobs.options.job import Job
from laaffic_cli.jobs.running.run import campaign_of
from laaffic_cli.terminal.interrupts import Interrupts
from laaffic_cli.terminal.streams import tell

_OF_SENDING = {
    "to", "order_id", "output", "dry_run", "base_url", "app_id", "timeout"
}  # fmt: skip
_HELP = """\
Make a campaign of a file, and post nothing yet.

FILE and its options are those of `laaffic send`; `laaffic campaign run` and the
same options of `laaffic send` post it.
"""


def _create(*, as_json: bool, **options: Any) -> None:
    job = Job(**options, as_json=as_json)
    misuse = job.misuse()
    if misuse is not None:
        raise click.UsageError(misuse)
    interrupts = click.get_current_context().find_object(Interrupts) or Interrupts()
    with interrupts, told_errors(), interrupts.break_off(), campaign_of(job) as campaign:
        status = campaign.status()
        show_status(status, as_json=as_json)
        if status.state == "ready":
            place = ledgers.given(job.ledger) or ledgers.beside(job.file or "")
            tell(f"Nothing is posted yet: `{place.command('run', campaign.name)}` posts it.")


create = click.Command(
    "create",
    callback=_create,
    help=_HELP,
    params=[parameter for parameter in send.params if parameter.name not in _OF_SENDING],
)
