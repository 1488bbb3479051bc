"""What goes to standard error after a run: each thing that went wrong once, and what to do now."""

from contextlib import suppress

from laaffic_cli.reports.result import Result
from laaffic_cli.reports.table import outcomes_table
from laaffic_cli.terminal.streams import Stream, tell


def tell_what_went_wrong(result: Result) -> None:
    """Tell; after a run in which everybody was accepted and no response was odd, nothing."""
    for failure in result.failures:
        tell(failure.line)
    for text, responses in result.discrepancies.items():
        if not any(text in failure.line for failure in result.failures):
            tell(f"Warning, in {responses} response{'' if responses == 1 else 's'}: {text}")
    tell(*result.advice) if result.advice else None


def tell_the_untold(result: Result) -> None:
    """Show outcomes that could be written nowhere else."""
    err = Stream("stderr")
    tell("These outcomes could be written nowhere else:")
    with suppress(OSError):
        err.write(outcomes_table(list(result.outcomes()), terminal=err.is_terminal()))
    tell(result.summary())
