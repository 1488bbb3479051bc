"""What the commands that ask about messages have in common: options, the client, and how they end."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from laaffic import Client, LaafficError
from laaffic_cli.jobs.file_options import once
from laaffic_cli.jobs.query import OPTIONS, code_of, entry_of
from laaffic_cli.reading.opening import STANDARD_INPUT
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reports.exit_codes import BAD_INPUT
from laaffic_cli.terminal.interrupts import Interrupts
from laaffic_cli.terminal.streams import Stream, tell

Command = Callable[..., Any]
AnyClient = TypeVar("AnyClient", bound=Client)
_TABLE_OPTIONS = (
    click.option(
        "--column",
        metavar="NAME=COLUMN",
        multiple=True,
        help="Which column is what, such as msg_id=id; may be repeated.",
    ),
    click.option(
        "--encoding",
        metavar="NAME",
        multiple=True,
        callback=once,
        help="The encoding, such as cp1252; else UTF-8, or what a mark says.",
    ),
    click.option(
        "--delimiter",
        metavar="SIGN",
        multiple=True,
        callback=once,
        help="What parts the cells; else what the header has of , ; and tab.",
    ),
)


def asking_options(command: Command) -> Command:
    """Give a command the options that say who is asked, and how it is shown; `Asking` takes them."""
    for option in reversed((*OPTIONS, click.option("--app-id", metavar="ID", help="The application's id."))):
        command = option(command)
    return command


def table_options(command: Command) -> Command:
    """Give a command the options that say how a file is read, by the names of `FileOptions`."""
    for option in reversed(_TABLE_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who is asked, and how it is shown."""

    as_json: bool
    base_url: str | None
    app_id: str | None
    timeout: float | None

    @contextmanager
    def client(self, kind: Callable[..., AnyClient]) -> Iterator[AnyClient]:
        """Make the client, with the credentials of the environment.

        Args:
            kind: its class.

        Raises:
            ConfigurationError: a setting is missing or unsafe.
        """
        how: dict[str, Any] = {} if self.timeout is None else {"timeout": self.timeout}
        with kind(app_id=self.app_id, base_url=self.base_url, **how) as client:
            yield client

    @contextmanager
    def told_errors(self, interrupts: Interrupts) -> Iterator[None]:
        """Let a signal end it; tell what went wrong, and end with an exit code."""
        try:
            with interrupts, interrupts.break_off():
                yield
                return
        except BadInputError as error:
            more = [f"and {error.more} more"] if error.more else []
            lines, code = [*error.problems, *more], BAD_INPUT
            entries = [{"type": "BadInputError", "status": None, "message": line} for line in lines]
        except LaafficError as error:
            lines, code, entries = [str(error)], code_of(error), [entry_of(error)]
        out = Stream("stdout")
        if self.as_json:
            out.line(compact({"errors": entries, "exit_code": code}))
        tell(*(f"Error: {line}" for line in lines))
        raise click.exceptions.Exit(code)


def beside(name: str, kind: str) -> str:
    """Return the name of a file beside another one: `outcomes.reports.csv`, also of that one itself.

    Raises:
        BadInputError: nothing is beside standard input.
    """
    if name == STANDARD_INPUT:
        raise BadInputError(["Standard input has no place; name a file with --output"])
    path = Path(name)
    stem = path.name.removesuffix(".gz")
    stem = stem.removesuffix(Path(stem).suffix).removesuffix(f".{kind}")
    return str(path.with_name(f"{stem}.{kind}.csv"))


def written(name: str, write: Callable[[], None]) -> None:
    """Write a file.

    Raises:
        BadInputError: it cannot be written.
    """
    try:
        write()
    except OSError as error:
        raise BadInputError([f"{name} could not be written ({error.strerror}); it is what it was"]) from None


def compact(value: Any) -> str:
    """Return JSON on one line, in ASCII, which is JSON in every encoding that a terminal may have."""
    return json.dumps(value, separators=(",", ":"))


def counted(counts: Iterable[tuple[str, int]]) -> str:
    """Return counts in words, but for those that are 0."""
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts if count) or "none"
