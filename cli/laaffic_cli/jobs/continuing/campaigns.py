"""What the commands of `laaffic campaign` have in common: options, errors, and how a status is shown."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from laaffic_campaigns import LedgerBusyError, LedgerError, Status
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reports.exit_codes import BAD_INPUT, BUSY, UNKNOWN
from laaffic_cli.reports.result import COUNTED
from laaffic_cli.reports.table import COLOURS
from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.spans import clock, hour, span
from laaffic_cli.terminal.streams import Stream, tell
from laaffic_cli.terminal.tables import rendered

_SHOWN = ("to_go", "in_flight", *COUNTED)
_WORDS = "[LEDGER] [NAME]"


def ledger_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the words and options that say which campaign is meant."""
    command = click.option("--ledger", metavar="URL", help="The ledger's address, such as sqlite:///spring.db.")(
        command
    )
    return click.argument("words", nargs=-1, metavar=_WORDS)(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(command)


@contextmanager
def told_errors() -> Iterator[None]:
    """Tell what is wrong, and end with an exit code."""
    try:
        yield
    except BadInputError as error:
        lines, code = [*error.problems], BAD_INPUT
    except LedgerBusyError as error:
        lines, code = [str(error)], BUSY
    except LedgerError as error:
        lines, code = [str(error)], UNKNOWN if error.sent == "unknown" else BAD_INPUT
    else:
        return
    tell(*(f"Error: {line}" for line in lines))
    raise click.exceptions.Exit(code)


def show_status(status: Status, *, as_json: bool) -> None:
    """Print how far a campaign is."""
    out = Stream("stdout")
    if as_json:
        out.line(json.dumps(status.as_dict(), separators=(",", ":")))
    else:
        out.write(rendered(status_table(status), terminal=out.is_terminal(), wrap=True))


def status_table(status: Status) -> Table:
    """Return how far a campaign is, as a table that fits into 80 columns."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text("campaign"), Text(printable(status.name), "bold"))
    table.add_row(Text("state"), Text(f"{status.state} since {clock(status.since)}"))
    if status.unattended:
        goes_on = "the same `send`, or `laaffic campaign run`, goes on"
        table.add_row(Text(""), Text(f"Nobody runs it now: {goes_on}"))
    if status.why is not None:
        table.add_row(Text("why"), Text(printable(status.why).replace("resume()", "`laaffic campaign resume`")))
    width = len(f"{status.recipients:,}")
    table.add_row(Text("recipients"), Text(f"{status.recipients:,}"))
    for name in _SHOWN:
        count: int = getattr(status, name)
        table.add_row(Text(f"  {name}"), Text(f"{count:>{width},}", COLOURS[name] if count else "dim"))
        for what, said in _delivery(status) if name == "accepted" else ():
            table.add_row(Text(f"    {what}"), Text(f"{said:>{width},}"))
    for name, value in _pace(status):
        table.add_row(Text(name), Text(value))
    return table


def _delivery(status: Status) -> Iterator[tuple[str, int]]:
    """Yield what was heard of the accepted, once there is something."""
    if status.delivered or status.failed:
        yield from (("delivered", status.delivered), ("failed", status.failed), ("not final", status.not_final))
    if status.sent_twice:
        yield "sent twice", status.sent_twice


def _pace(status: Status) -> Iterator[tuple[str, str]]:
    """Yield what is set, and what is known of how fast it goes."""
    if status.rate is not None:
        yield "rate", f"{status.rate:,g}/s at most"
    if status.not_between is not None:
        yield "not between", f"{'-'.join(status.not_between)} {status.zone}"
    if status.stop_after is not None:
        yield "stop after", ", ".join(f"{state} {share:g}" for state, share in status.stop_after.items())
    if status.concurrency is not None:
        yield "concurrency", str(status.concurrency)
    if status.waits_until is not None:
        yield "waits until", hour(status.waits_until)
    if status.per_second:
        yield "speed", f"{status.per_second:,.0f}/s"
    if status.seconds_left is not None:
        yield "time left", span(status.seconds_left)
