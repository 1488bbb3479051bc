"""Send SMS, and report for every recipient what became of it."""

from collections.abc import Callable
from typing import Any

import click

from laaffic_cli.jobs.options.file_options import file_options, once
from laaffic_cli.jobs.options.job import Job
from laaffic_cli.jobs.options.settings import setting_options
from laaffic_cli.jobs.running.run import nothing_sent, run
from laaffic_cli.reports import exit_codes
from laaffic_cli.terminal.interrupts import Interrupts
from laaffic_cli.terminal.streams import Stream

_HELP = """\
Send SMS, and report for every recipient what became of it.

\b
  laaffic send --to 91856321412,91856321413 --content "See you at 7"
  laaffic send messages.csv --dry-run
  laaffic send people.csv --content "Hi {name}" --output outcomes.csv

FILE is checked whole before anything is sent. Its ending says what it holds:

\b
.csv    columns number and content, and if you like sender_id and order_id;
        comma, semicolon or tab; UTF-8 (.tsv is the same)
.jsonl  an object with the same keys a line (.ndjson is the same)
.json   the provider's request body: {"appId": ..., "array": [...]}

It may be packed with gzip. A FILE of - is standard input.

With --content, the text for each row of a .csv or .jsonl FILE is made from the
row's columns: "Hi {name|customer}, your code is {code}". What follows | stands
where a cell is empty or missing. Write {{ or }} for a brace. With --to, and in a
file's own content, braces are plain text.

A FILE becomes a campaign in a ledger beside it, FILE.laaffic.db, which
remembers everybody. The same command again goes on where it stopped, whatever
ended it, and posts to nobody twice. When all is done, it posts to nobody. With
another FILE, or other options that decide who gets what, it is refused;
--again starts anew. `laaffic campaign` looks after the ledger.

The ledger holds numbers and texts; only its owner may read it.

Ctrl-C lets what is in flight end. A second one leaves that unknown, and ends
at once. Whoever is unknown is never posted to again.

A message of --to has no ledger: the same command again sends it again.
"""


def _environment() -> str:
    return """\
\b
Environment:
  LAAFFIC_API_KEY     the API key     } only from here, because a command
  LAAFFIC_API_SECRET  the API secret  } line can be read by others (ps)
  LAAFFIC_APP_ID      the application's id, if --app-id is not given
  LAAFFIC_BASE_URL    the gateway's address, if --base-url is not given
  LAAFFIC_OWN_ORDER_IDS=0  with --to: no order ids for those that have none
  LAAFFIC_LEDGER      the ledger's address, if --ledger is not given
  NO_COLOR            no colours
"""


def _exit_codes() -> str:
    lines = [f"  {code}  {meaning}" for code, meaning in exit_codes.MEANINGS.items()]
    return "\n".join(["\b", "Exit codes (of several, the most serious, in the order 5, 3, 4, 1, 0):", *lines])


def _joined(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> str | None:
    return ",".join(values) if values else None


def _option(
    name: str, metavar: str, text: str, *, repeatable: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(name, metavar=metavar, help=text, multiple=True, callback=_joined if repeatable else once)


@click.command(help=_HELP, epilog=f"{_environment()}\n{_exit_codes()}")
@click.argument("files", nargs=-1, metavar="[FILE]")
@_option("--to", "NUMBERS", "Recipients with their country code, with commas between them.", repeatable=True)
@_option("--content", "TEXT", "The text for --to, or the template for FILE.")
@_option("--sender-id", "SENDER", "The sender that is shown; in FILE, where a row names none.")
@_option("--order-id", "IDS", "Your own ids, one for each number of --to, with commas between them.", repeatable=True)
@file_options
@_option("--ledger", "URL", "The ledger, such as sqlite:///spring.db; by default beside FILE.")
@_option("--name", "NAME", "The campaign's name in the ledger; by default FILE's.")
@click.option("--again", is_flag=True, help="Send FILE anew to everybody, when it was sent before; asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_option("--output", "OUTCOMES.CSV", "Write every outcome to a file, which may be replaced by a later one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Show how the first requests would go out, three recipients of each, and send nothing.",
)
@_option("--base-url", "URL", "The gateway's address, without /v3.")
@_option("--app-id", "ID", "The application's id; it goes before the one in a .json FILE.")
@click.option("--timeout", type=float, metavar="SECONDS", help="How long to wait for a connection, and for a response.")
@click.option(
    "--max-recipients",
    type=int,
    metavar="N",
    default=1000,
    show_default=True,
    help="At most so many recipients in one request.",
)
@setting_options
@click.pass_context
def send(context: click.Context, /, **options: Any) -> None:
    job = Job(**options)
    misuse = job.misuse()
    if misuse is None:
        context.exit(run(job, context.ensure_object(Interrupts)))
    if job.as_json:
        nothing_sent(Stream("stdout"), [misuse], exit_codes.BAD_INPUT, kind="Usage", as_json=True)
        context.exit(exit_codes.BAD_INPUT)
    raise click.UsageError(misuse, context)
