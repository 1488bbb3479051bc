"""The command line of laaffic. It uses only what `laaffic` makes public, and nothing imports it."""

import sys

__all__ = ["main"]

_NEEDED = frozenset({"click", "rich", "sqlalchemy"})


def main() -> int:
    """Run the command line.

    Returns:
        The exit code; `laaffic send --help` lists what each one says.
    """
    try:
        from laaffic_cli._main import run  # noqa: PLC0415  # only here can a missing extra be reported in one line

        return run()  # which imports a command when it is used
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        sys.stderr.write("The command line needs click, rich and SQLAlchemy: install laaffic with its extra `cli`\n")
        return 2
