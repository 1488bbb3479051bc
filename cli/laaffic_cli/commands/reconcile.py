"""Find out which unknown recipients of a file were accepted, by the provider's records."""

import click

from laaffic import Client
from laaffic_cli.jobs.asking.options import Asking, asking_options, table_options
from laaffic_cli.jobs.asking.reconcile import Job
from laaffic_cli.jobs.asking.reconcile import reconcile as reconcile_file
from laaffic_cli.jobs.asking.times import Zone
from laaffic_cli.jobs.file_options import once
from laaffic_cli.jobs.settings import zone_given
from laaffic_cli.reading.opening import FileOptions
from laaffic_cli.terminal.interrupts import Interrupts

_HELP = """\
Find out which unknown recipients of a file of outcomes were accepted, by the
provider's records. This sends nothing.

\b
  laaffic reconcile outcomes.csv
  laaffic reconcile outcomes.csv --known other.csv --reports pushed.jsonl

OUTCOMES.CSV is what `laaffic send --output` and `laaffic campaign export`
write. A new file beside it, OUTCOMES.reconciled.csv, has the same rows: whoever
was found is accepted there, with a message id, and of everybody else who is
unknown, the reason says why. Nobody is ever called rejected or not sent, since
records list only what is finished: give the same command again later.

A record has a number and no order id. So a message that somebody else sent to
the same number with the same app id looks like the lost one: give the outcomes
of all other messages with --known. Where the records fit in two ways, nobody
is chosen.

The records are read from five minutes before the first of the unknown was
posted until now. The provider keeps them for 90 days.
"""
_EXIT_CODES = """\
\b
Exit codes, about the whole file (of several, the most serious, in this order):
  5  somebody is still unknown
  4  the file has recipients who are to go
  1  some are rejected
  0  everybody else is accepted
And when nothing could be found out, so that nothing is written:
  2  bad input, usage or configuration; nothing was asked
  3  the provider refused
  4  no usable response, after three attempts
"""


@click.command(help=_HELP, epilog=_EXIT_CODES)
@click.argument("file", metavar="OUTCOMES.CSV")
@click.option("--output", metavar="FILE", multiple=True, callback=once, help="Write there, not beside OUTCOMES.CSV.")
@click.option("--known", metavar="FILE", multiple=True, help="Outcomes of other messages; may be given again.")
@click.option("--reports", metavar="FILE", multiple=True, help="Reports that were pushed to you, a JSON object a line.")
@click.option(
    "--sent-between",
    nargs=2,
    metavar="START END",
    help="When those were posted whose posted_at the file does not have: dates or times.",
)
@click.option(
    "--zone", metavar="NAME", multiple=True, callback=zone_given, help="Whose START and END; else this machine's."
)
@table_options
@asking_options
@click.pass_obj
def reconcile(
    interrupts: Interrupts | None,
    /,
    *,
    file: str,
    output: str | None,
    known: tuple[str, ...],
    reports: tuple[str, ...],
    sent_between: tuple[str, str] | None,
    zone: str | None,
    column: tuple[str, ...],
    encoding: str | None,
    delimiter: str | None,
    **how: object,
) -> None:
    if zone is not None and sent_between is None:
        raise click.UsageError("--zone goes with --sent-between.")
    asking = Asking(**how)  # type: ignore[arg-type]  # click has checked them
    with asking.told_errors(interrupts or Interrupts()):
        times, option = Zone(zone), "--sent-between"
        job = Job(
            name=file,
            options=FileOptions(column=column, encoding=encoding, delimiter=delimiter),
            known=known,
            reports=reports,
            sent_between=sent_between and (times.start(option, sent_between[0]), times.end(option, sent_between[1])),
            output=output,
        )
        with asking.client(Client) as client:
            code = reconcile_file(client, job, asking)
    raise click.exceptions.Exit(code)
