"""Asking the provider something: one query, its response as a table or as JSON, and an exit code."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
from rich.table import Table
from rich.text import Text

from laaffic import Client, ConfigurationError, InvalidMessageError, InvalidTimeError, LaafficError, QueryFailedError
from laaffic_cli.reports.exit_codes import BAD_INPUT, NOT_SENT, REFUSED
from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.streams import Stream, tell
from laaffic_cli.terminal.tables import rendered

Response = TypeVar("Response")
OPTIONS = (
    click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table."),
    click.option("--base-url", metavar="URL", help="The gateway's address, without /v3."),
    click.option("--timeout", type=float, metavar="SECONDS", help="How long to wait for a response."),
)
EPILOG = """\
\b
Exit codes:
  0  the provider responded
  2  bad usage or configuration
  3  the provider refused
  4  no usable response, after three attempts
"""


def query_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of every query."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def ask(query: Callable[[Client], Response], *, as_json: bool, base_url: str | None, timeout: float | None) -> Response:
    """Ask, with the credentials of the environment; when that fails, say why and end with an exit code."""
    try:
        how: dict[str, Any] = {} if timeout is None else {"timeout": timeout}
        with Client(base_url=base_url, **how) as client:
            return query(client)
    except LaafficError as error:
        failure = error
    if as_json:
        Stream("stdout").line(json.dumps({"error": entry_of(failure)}, separators=(",", ":")))
    tell(f"Error: {failure}")
    raise click.exceptions.Exit(code_of(failure))


def entry_of(error: LaafficError) -> dict[str, Any]:
    """Return an error as JSON has it."""
    return {"type": type(error).__name__, "status": error.status, "message": str(error)}


def show(rows: Mapping[str, str | float | None], *, as_json: bool) -> None:
    """Print what came back, a line for each field."""
    out = Stream("stdout")
    if as_json:
        out.line(json.dumps(dict(rows), separators=(",", ":")))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for name, value in rows.items():
        table.add_row(Text(name.replace("_", " ")), Text(printable(str(value))))
    out.write(rendered(table, terminal=out.is_terminal(), wrap=True))


def code_of(error: LaafficError) -> int:
    """Return the exit code of a query that failed."""
    if isinstance(error, ConfigurationError | InvalidMessageError | InvalidTimeError):
        return BAD_INPUT
    return NOT_SENT if isinstance(error, QueryFailedError) else REFUSED
