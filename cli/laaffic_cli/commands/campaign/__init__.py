"""Look after campaigns: how far they are, and what became of whom."""

import sys

import click

from laaffic_cli._folder import FolderGroup

_HELP = """\
Look after campaigns: how far they are, and what became of whom.

\b
  laaffic campaign status customers.csv
  laaffic campaign status customers.csv --watch
  laaffic campaign export customers.csv --state unknown --output who.csv
  laaffic campaign pause --ledger postgresql://... spring

LEDGER is a file, FILE.laaffic.db or the FILE that it is beside. It is left out
where --ledger, or the environment variable LAAFFIC_LEDGER, gives an address.
NAME is left out where a ledger has only one campaign.
"""


@click.group(cls=FolderGroup, folder=sys.modules[__name__], help=_HELP)
def campaign() -> None:
    pass
