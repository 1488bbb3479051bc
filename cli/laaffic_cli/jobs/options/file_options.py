"""The options of every command that reads a file of messages."""

from collections.abc import Callable
from typing import Any

import click


def once(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> str | None:
    """Refuse an option that is given twice: the last would win, and the first be lost without a word."""
    if len(values) > 1:
        raise click.BadParameter("give it once", context, parameter)
    return values[0] if values else None


def _option(name: str, metavar: str, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, metavar=metavar, help=text, multiple=True, callback=once)


_OPTIONS = (
    click.option(
        "--column",
        metavar="NAME=COLUMN",
        multiple=True,
        help="Which column of FILE is what, such as number=phone; may be given again.",
    ),
    _option("--encoding", "NAME", "The encoding of FILE, such as cp1252; else UTF-8, or what a mark in it says."),
    _option("--delimiter", "SIGN", "What parts the cells of a .csv FILE; else what its header has of , ; and tab."),
    click.option("--unique", is_flag=True, help="Send each number only the first of its messages in FILE."),
    _option("--exclude", "FILE", "Numbers that get nothing: one a line, or the column number of a CSV."),
    _option("--invalid-to", "BAD.CSV", "Write the rows that cannot be sent there, and send the others."),
)


def file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, each by the name that `FileOptions` has for it."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
