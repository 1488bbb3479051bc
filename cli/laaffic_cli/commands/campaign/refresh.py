"""Ask what became of accepted messages, as far as it is not certain yet."""

import click

from laaffic_cli.jobs.asking.campaigns import fate_of
from laaffic_cli.jobs.asking.options import Asking, asking_options
from laaffic_cli.jobs.campaigns import ledger_options
from laaffic_cli.terminal.interrupts import Interrupts

_EXIT_CODES = """\
\b
Exit codes are those of `laaffic report`, about all accepted messages:
  0  all succeeded          1  some failed
  2  bad input or usage     3  the provider refused to be asked
  4  some are not final, or no usable response came
  5  some are not found, or somebody is unknown
"""


@click.command(epilog=_EXIT_CODES)
@ledger_options
@click.option(
    "--older-than",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Only what was posted, and last asked about, longer ago.",
)
@asking_options
@click.pass_obj
def refresh(
    interrupts: Interrupts | None,
    /,
    *,
    words: tuple[str, ...],
    ledger: str | None,
    older_than: float | None,
    **how: object,
) -> None:
    """Ask what became of accepted messages, as far as it is not certain yet. Nothing is sent.

    What came is written into the ledger after every 200, so whatever ends it, the same command goes on. `status` counts
    it, and `export` has it as `delivery`.
    """
    asking = Asking(**how)  # type: ignore[arg-type]  # click has checked them
    with fate_of(interrupts or Interrupts(), asking, ledger, words) as fate:
        code = fate.refresh(older_than)
    raise click.exceptions.Exit(code)
