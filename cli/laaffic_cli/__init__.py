"""The command line of laaffic. It uses only what `laaffic` makes public, and nothing imports it."""

import sys

__all__ = ["main"]

_NEEDED = frozenset({"click", "rich", "sqlalchemy"})
_MISSING = (
    "The command line needs click, rich and SQLAlchemy: install laaffic with its extra `cli`. Only"
    " `laaffic explain` works without them\n"
)


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
    return _without_extras(sys.argv[1:])


def _without_extras(arguments: list[str]) -> int:
    # Errors name this command, also where the SDK alone is installed.
    if arguments[:1] == ["explain"]:
        from laaffic_cli.explaining.plain import explain  # noqa: PLC0415  # needed by nothing else here
        from laaffic_cli.terminal.streams import make_ready  # noqa: PLC0415  # the same

        make_ready()
        return explain(arguments[1:])
    sys.stderr.write(_MISSING)
    return 2
