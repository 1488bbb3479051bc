"""The command `laaffic` and its subcommands."""

import io
import logging
import signal
import traceback
from importlib.metadata import version

import click

from laaffic_cli import commands
from laaffic_cli._folder import FolderGroup
from laaffic_cli.terminal.interrupts import Interrupts
from laaffic_cli.terminal.streams import make_ready, tell

_INTERRUPTED = 128 + signal.SIGINT
_BUG = 1  # as Python itself ends


@click.group(cls=FolderGroup, folder=commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("laaffic"), prog_name="laaffic", message="%(prog)s %(version)s")
def cli() -> None:
    """Send SMS through the Laaffic gateway, and know for every recipient what became of it."""


def run() -> int:
    """Run the command that the process was started with; return the exit code."""
    make_ready()
    logging.getLogger("laaffic").addHandler(logging.NullHandler())  # every outcome is shown or written down anyway
    try:
        return int(cli.main(prog_name="laaffic", standalone_mode=False, obj=Interrupts(lasting=True)) or 0)
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        tell(*said.getvalue().rstrip("\n").split("\n"))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        # Before `send` begins or after it has told everything: what its exit codes claim is not known here.
        tell("Interrupted.")
        return _INTERRUPTED
    except ModuleNotFoundError:
        raise  # an extra is missing, which is told where this is called
    except Exception:  # a bug: as Python tells of it, but for what a terminal acts upon
        tell(*traceback.format_exc().rstrip("\n").split("\n"))
        return _BUG
