"""Find out which unknown recipients were accepted, by the provider's records."""

import click

from laaffic_cli.jobs.asking.campaigns import fate_of
from laaffic_cli.jobs.asking.options import Asking, asking_options
from laaffic_cli.jobs.campaigns import ledger_options
from laaffic_cli.terminal.interrupts import Interrupts

_EXIT_CODES = """\
\b
Exit codes, about the whole campaign, are those of `laaffic send`:
  0  all accepted           1  some rejected
  2  bad input or usage     3  the provider refused to be asked
  4  somebody is to go, or no usable response came
  5  somebody is unknown, or in flight
"""


@click.command(epilog=_EXIT_CODES)
@ledger_options
@asking_options
@click.pass_obj
def reconcile(interrupts: Interrupts | None, /, *, words: tuple[str, ...], ledger: str | None, **how: object) -> None:
    """Find out which unknown recipients were accepted, by the provider's records. Nothing is sent.

    It compares numbers and counts, with everything in mind that this ledger knows of them. Nobody is called rejected
    or not sent, since records list only what is finished: ask again later. It cannot see who else sends with the same
    app id. It may be given while the campaign runs.
    """
    asking = Asking(**how)  # type: ignore[arg-type]  # click has checked them
    with fate_of(interrupts or Interrupts(), asking, ledger, words) as fate:
        code = fate.reconcile()
    raise click.exceptions.Exit(code)
