"""A run of `send` from the options to the exit code."""

import traceback
from collections.abc import Iterable
from contextlib import ExitStack

from laaffic_cli.durable import exit_codes
from laaffic_cli.durable.campaign import Campaign, Report
from laaffic_cli.durable.interrupts import Interrupts, StoppedError
from laaffic_cli.durable.outcomes_csv import create_outcomes, open_outcomes
from laaffic_cli.jobs.dry_run import DryRunTransport, ShowJson, ShowText, dry_run
from laaffic_cli.jobs.job import Job
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reading.sources import Source
from laaffic_cli.reading.survey import survey
from laaffic_cli.reports.json_report import JsonReport, bad_input, plain_error
from laaffic_cli.reports.table import MAX_ROWS, TableReport
from laaffic_cli.reports.went_wrong import tell_what_went_wrong
from laaffic_cli.terminal.progress import progress
from laaffic_cli.terminal.streams import Stream, tell


def run(job: Job, interrupts: Interrupts) -> int:
    """Do what the options ask for; return the exit code."""
    out = Stream("stdout")
    with interrupts:
        try:
            interrupts.open()
            with ExitStack() as stack:
                return _run(job, out, interrupts, stack)
        except BadInputError as error:
            return nothing_sent(out, _lines(error), exit_codes.BAD_INPUT, kind="BadInputError", as_json=job.as_json)
        # From the first request on, interrupts are taken elsewhere.
        except (KeyboardInterrupt, StoppedError):
            return nothing_sent(out, ["Interrupted."], exit_codes.NOT_SENT, kind="Interrupted", as_json=job.as_json)
        except Exception as error:  # a traceback's exit code would say that some were rejected
            tell(f"Error: {_bug(error)} in the program. What became of the recipients may not be reported in full.")
            return exit_codes.UNKNOWN


def nothing_sent(out: Stream, lines: Iterable[str], code: int, *, kind: str, as_json: bool) -> int:
    """Report a run that ended before anything was sent."""
    lines = list(lines)
    if as_json and not out.used:
        bad_input(out, (plain_error(kind, line) for line in lines), code)
    tell(*(f"Error: {line}" for line in lines), "Nothing was sent.")
    return code


def _run(job: Job, out: Stream, interrupts: Interrupts, stack: ExitStack) -> int:
    job.check_credentials()
    outcomes = stack.enter_context(open_outcomes(job.output)) if job.output is not None else None
    source = stack.enter_context(job.source())
    found = survey(source)
    warning = found.warning()
    if warning:
        tell(f"Warning: {warning}")
    if source.app_id is not None and job.configured_app_id() not in {None, source.app_id}:
        used = "--app-id" if job.app_id else "LAAFFIC_APP_ID"
        tell(f"Warning: {job.file} names another app id than {used}; {used} is used.")
    if job.dry_run:
        return _show(job, source, found.recipients, out)
    client = stack.enter_context(job.make_client(source, None))
    if outcomes is None and not job.as_json and found.recipients > MAX_ROWS:
        outcomes = stack.enter_context(create_outcomes())
        tell(f"Outcomes are kept in {outcomes.name}")
    own: Report = JsonReport(out) if job.as_json else TableReport(out, found.recipients)
    reports = [own] if outcomes is None else [outcomes, own]
    # Two writers on one terminal would write over each other.
    shown = Stream("stderr").is_terminal() and not (job.as_json and out.is_terminal())
    interrupts.close()
    with progress(found.recipients, shown=shown) as advance:
        campaign = Campaign(client, source, reports, job.max_recipients, advance)
        campaign.send(found.recipients, interrupts)
    campaign.finish()
    tell_what_went_wrong(campaign.ledger)
    return campaign.ledger.code


def _show(job: Job, source: Source, recipients: int, out: Stream) -> int:
    placeholders = job.placeholders(source.app_id)
    if placeholders:
        tell(f"Not set, so a placeholder is shown: {placeholders}")
    show = ShowJson(out) if job.as_json else ShowText(out)
    with job.make_client(source, DryRunTransport(show)) as client:
        made_here = dry_run(client, source, out)
    show.finish(recipients)
    if job.as_json:
        tell("Dry run: nothing was sent.")
    if made_here:
        tell("Order ids that you did not give are made anew for each request, so a real send has others.")
    return exit_codes.ALL_ACCEPTED


def _lines(error: BadInputError) -> list[str]:
    return [*error.problems, *([f"and {error.more} more"] if error.more else [])]


def _bug(error: Exception) -> str:
    # Without its words, which may hold a number or a text.
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {place.filename}:{place.lineno}"
