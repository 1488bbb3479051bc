"""Send again to those who are unknown, or who were rejected; says how many, and asks first."""

import click

from laaffic_cli.jobs.asking.campaigns import fate_of
from laaffic_cli.jobs.asking.options import Asking, asking_options
from laaffic_cli.jobs.continuing.campaigns import ledger_options
from laaffic_cli.terminal.interrupts import Interrupts

_EXIT_CODES = """\
\b
Exit codes:
  0  it is done, or nobody can be sent to again
  2  bad input, usage or configuration; nothing is changed
  3  the provider refused to be asked; nothing is changed
  4  no usable response came; nothing is changed
"""


@click.command(epilog=_EXIT_CODES)
@ledger_options
@click.option("--unknown", is_flag=True, help="Those whose outcome is not known; they may get it twice.")
@click.option("--rejected", is_flag=True, help="Those whom the provider did not accept.")
@click.option("--content", metavar="TEXT", help="With --rejected, another text, the same for all.")
@click.option("--dry-run", is_flag=True, help="Only say how many, and what remains uncertain.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@asking_options
@click.pass_obj
def resend(
    interrupts: Interrupts | None,
    /,
    *,
    words: tuple[str, ...],
    ledger: str | None,
    unknown: bool,
    rejected: bool,
    content: str | None,
    dry_run: bool,
    yes: bool,
    **how: object,
) -> None:
    """Send again to those who are unknown, or who were rejected. It says how many, and asks first.

    It posts nothing itself: `laaffic campaign run` does. However often it is given, nobody gets into it twice.

    Who is unknown may get it twice. So it first makes sure that the provider does not accept the first request any
    more, by its own clock, and reads its records: whoever has one is accepted, and left out. That there is no record
    proves nothing.
    """
    if unknown == rejected:
        raise click.UsageError("Say to whom: --unknown or --rejected.")
    if unknown and content is not None:
        raise click.UsageError("--content goes with --rejected: who is unknown may have got the text already.")
    asking = Asking(**how)  # type: ignore[arg-type]  # click has checked them
    with fate_of(interrupts or Interrupts(), asking, ledger, words) as fate:
        code = fate.resend(unknown=unknown, content=content, dry_run=dry_run, yes=yes)
    raise click.exceptions.Exit(code)
