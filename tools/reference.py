"""Make the pages of docs/ that are reference: commands from the code, statuses from the contract.

With --check, report whether what is committed is what would be made.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import click

import laaffic
from laaffic_cli._main import cli

DOCS = Path(__file__).resolve().parent.parent / "docs"
MADE = "<!-- Made by `make docs` from {}. Do not edit. -->"
WIDTH = 100


def commands_page() -> str:
    """Return the page of all commands: what each says with --help."""
    made = MADE.format("`cli/laaffic_cli/commands`")
    head = "What each command says with `--help`; [the command line](command-line.md) tells how they work together."
    return "\n".join(["# Commands\n", f"{made}\n", f"{head}\n", *_helps(cli, click.Context(cli, info_name="laaffic"))])


def _helps(command: click.Command, context: click.Context) -> Iterator[str]:
    context.terminal_width = context.max_content_width = WIDTH
    shown = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield f"## {context.command_path}\n\n```text\n{shown}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _helps(below, type(context)(below, info_name=name, parent=context))


def statuses_page() -> str:
    """Return the page of the provider's statuses."""
    errors = {kind.code: kind.__name__ for kind in laaffic.StatusError.__subclasses__()} | {"-31": "IPRestrictedError"}
    rows = [
        f"| `{code}` | `{info.name}` | {info.meaning} | {info.hint} | {'yes' if info.definite else 'no'} |"
        f" {'' if code == '0' else f'`{errors.get(code, laaffic.UnknownStatusError.__name__)}`'} |"
        for code, info in laaffic.STATUSES.items()
    ]
    return f"""\
# Statuses

{MADE.format("`openapi.yaml`")}

What the provider's statuses mean, as in `laaffic.STATUSES`; `laaffic explain -10` says more about each. *Certain* is
whether it says for certain that the request was refused: after a status that is not, whoever is not listed as accepted
is `unknown`. Any other status is possible, and is an `UnknownStatusError`.

| status | name | meaning | what to do | certain | exception |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 on any difference")
    check = parser.parse_args().check
    pages = {DOCS / "commands.md": commands_page(), DOCS / "statuses.md": statuses_page()}
    if check:
        changed = [path.name for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text]
        print(
            f"out of date: {', '.join(changed)}; run `make docs`"
            if changed
            else "the pages of reference are up to date"
        )
        return 1 if changed else 0
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
