"""Ask which messages were sent in a time."""

import click

from laaffic import Client
from laaffic_cli.jobs.asking.options import Asking, asking_options
from laaffic_cli.jobs.asking.records import records as ask_for_records
from laaffic_cli.jobs.asking.records import span_of
from laaffic_cli.jobs.file_options import once
from laaffic_cli.jobs.settings import zone_given
from laaffic_cli.terminal.interrupts import Interrupts

_HELP = """\
Ask which messages were sent in a time, of whoever sent them with the app id.
This sends nothing.

\b
  laaffic records --from 2026-11-01 --to 2026-11-24 --output records.csv
  laaffic records --from 2026-11-24T08:00 --zone Europe/Berlin

A date is the whole day, and a time is one of this machine's zone, unless --zone
or the time itself says otherwise: 2026-11-24T08:00+01:00. The provider keeps
records for 90 days. They list only what is finished.

Without --output, the first 100 are shown, and all are counted.
"""
_EXIT_CODES = """\
\b
Exit codes:
  0  the provider responded
  2  bad usage or configuration; nothing was asked
  3  the provider refused
  4  no usable response, after three attempts; no file is written
"""


@click.command(help=_HELP, epilog=_EXIT_CODES)
@click.option("--from", "start", metavar="TIME", required=True, help="The beginning: a date or a time.")
@click.option("--to", "end", metavar="TIME", help="The end: a date, which it includes, or a time; else now.")
@click.option(
    "--zone",
    metavar="NAME",
    multiple=True,
    callback=zone_given,
    help="Whose times, such as Europe/Berlin; else this machine's.",
)
@click.option("--output", metavar="RECORDS.CSV", multiple=True, callback=once, help="Write all of them there.")
@asking_options
@click.pass_obj
def records(
    interrupts: Interrupts | None,
    /,
    *,
    start: str,
    end: str | None,
    zone: str | None,
    output: str | None,
    **how: object,
) -> None:
    asking = Asking(**how)  # type: ignore[arg-type]  # click has checked them
    with asking.told_errors(interrupts or Interrupts()):
        span = span_of(start, end, zone)
        with asking.client(Client) as client:
            code = ask_for_records(client, span, asking, output)
    raise click.exceptions.Exit(code)
