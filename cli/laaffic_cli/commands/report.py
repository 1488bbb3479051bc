"""Ask what became of messages, by their message ids."""

import click

from laaffic import Client
from laaffic_cli.jobs.asking.options import Asking, asking_options, table_options
from laaffic_cli.jobs.asking.report import report_file, report_ids
from laaffic_cli.jobs.file_options import once
from laaffic_cli.reading.opening import FileOptions
from laaffic_cli.terminal.interrupts import Interrupts

_HELP = """\
Ask what became of messages, by their message ids. This sends nothing.

\b
  laaffic report 2207201629421000001
  laaffic report --from outcomes.csv

With --from, the message ids are those of the column msg_id of a CSV, such as
the outcomes of `laaffic send --output` and `laaffic campaign export`. A file
beside it, OUTCOMES.reports.csv, gets the same rows and, behind them, delivery
and delivered_at, and what the message cost where the provider says it. Given
itself, that file is brought up to date: those that succeeded or failed are not
asked for again.

Not found is no failure: what is in the provider's queue is not listed either.
The provider knows the messages of the last 90 to 120 days.
"""
_EXIT_CODES = """\
\b
Exit codes (of several, the most serious, in the order 5, 3, 4, 1, 0):
  0  all succeeded
  1  some failed
  2  bad input, usage or configuration; nothing was asked
  3  the provider refused
  4  some are pending, or were not asked for: no usable response came
  5  some are not found, or the file calls them unknown
"""


@click.command(help=_HELP, epilog=_EXIT_CODES)
@click.argument("msg_ids", nargs=-1, metavar="[MSG_ID]...")
@click.option(
    "--from",
    "source",
    metavar="OUTCOMES.CSV",
    multiple=True,
    callback=once,
    help="The message ids of a file; - is standard input.",
)
@click.option(
    "--output", metavar="FILE", multiple=True, callback=once, help="Write there; with --from, else beside it."
)
@table_options
@asking_options
@click.pass_obj
def report(
    interrupts: Interrupts | None,
    /,
    *,
    msg_ids: tuple[str, ...],
    source: str | None,
    output: str | None,
    column: tuple[str, ...],
    encoding: str | None,
    delimiter: str | None,
    **how: object,
) -> None:
    if bool(msg_ids) == (source is not None):
        raise click.UsageError("Give message ids, or a file with --from OUTCOMES.CSV.")
    if msg_ids and (column or encoding or delimiter):
        raise click.UsageError("--column, --encoding and --delimiter go with --from.")
    asking = Asking(**how)  # type: ignore[arg-type]  # click has checked them
    with asking.told_errors(interrupts or Interrupts()), asking.client(Client) as client:
        if source is None:
            code = report_ids(client, msg_ids, asking, output)
        else:
            options = FileOptions(column=column, encoding=encoding, delimiter=delimiter)
            code = report_file(client, source, options, asking, output)
    raise click.exceptions.Exit(code)
