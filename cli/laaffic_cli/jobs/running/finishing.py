"""After a run: what a campaign came to, told in every place that was asked for."""

from collections.abc import Iterator

from laaffic_campaigns import Campaign, LedgerError, Status
from laaffic_cli.jobs.continuing.ledgers import Place
from laaffic_cli.jobs.running.running import RESUME, Ran, WatchedClient
from laaffic_cli.reports import json_report
from laaffic_cli.reports.exit_codes import UNKNOWN, exit_code
from laaffic_cli.reports.export import export
from laaffic_cli.reports.look import look
from laaffic_cli.reports.result import COUNTED, OPEN, Failure, Result, plain_error
from laaffic_cli.reports.table import print_table
from laaffic_cli.reports.went_wrong import tell_the_untold, tell_what_went_wrong
from laaffic_cli.terminal.interrupts import Interrupts
from laaffic_cli.terminal.streams import NobodyReadsError, Stream, tell


def result_of(
    campaign: Campaign, ran: Ran, client: WatchedClient | None, place: Place, *, output: str | None
) -> Result:
    """Return what a campaign came to.

    Args:
        campaign: the campaign.
        ran: what its run came to.
        client: what has posted; None when nothing was.
        place: of its ledger.
        output: the file that the outcomes are written to, if there is one.
    """
    status = ran.status
    counts: dict[str, int] = {name: getattr(status, name) for name in (*COUNTED, *OPEN)}
    seen = look(campaign.outcomes(), counts)
    refused = client is not None and client.refused and status.state == "paused" and not ran.interrupted
    code = exit_code(
        unknown=bool(status.unknown or status.in_flight) or (client is not None and client.doubtful),
        refused=seen.refused or refused,
        not_sent=bool(status.to_go) or (status.state == "cancelled" and status.not_sent > 0),
        rejected=bool(status.rejected),
    )
    export_it = place.command("export", status.name)
    failures = [*seen.failures]
    if status.why is not None and status.state == "paused":
        why = status.why.replace(RESUME, f"`{place.command('resume', status.name)}`")
        line = f"P{why[1:]}" if why.startswith("paused ") else f"Paused: {why}"
        kind, line = ("Interrupted", "Interrupted.") if ran.interrupted else ("Paused", line)
        sent = "unknown" if status.accepted or status.unknown else "no"
        failures.append(Failure(line, plain_error(kind, why, sent)))
    return Result(
        counts=counts,
        outcomes=campaign.outcomes,
        rows=seen.rows,
        failures=failures,
        discrepancies={} if client is None else client.discrepancies,
        advice=list(_advice(ran, place, output)),
        code=code,
        keeps=output or f"`{export_it}`",
        campaign=status.as_dict(),
    )


def _advice(ran: Ran, place: Place, output: str | None) -> Iterator[str]:
    status = ran.status
    if status.to_go and status.state != "cancelled":
        whom = f"{status.to_go:,} recipient{' is' if status.to_go == 1 else 's are'} to go"
        yield f"{whom}." if status.held else f"{whom}. The same command goes on with them."
    if status.unknown:
        who = output or f"`{place.command('export', status.name)}`"
        ask = f"`{place.command('reconcile', status.name)}` asks the provider about them"
        yield f"Whoever is unknown may have got it. {ask}; {who} says who they are."


def ended(status: Status) -> str:
    """Say that a campaign had ended before; the sentence can go on."""
    what = "was cancelled" if status.state == "cancelled" else "is done: everybody was posted to before"
    counts = f"{status.accepted:,} accepted, {status.rejected:,} rejected, {status.unknown:,} unknown"
    return f"Campaign {status.name!r} {what} ({counts}). Nothing was posted now"


def finish(result: Result, out: Stream, interrupts: Interrupts, *, as_json: bool, output: str | None) -> int:
    """Tell everywhere what a run came to; return the exit code."""
    code = result.code
    try:
        with interrupts.break_off():
            written = _write_output(result, output)
            printed = _print(result, out, as_json=as_json, is_kept=output is not None and written)
            code = code if written and printed else UNKNOWN
            tell_what_went_wrong(result)
    except KeyboardInterrupt:
        tell("Interrupted while the outcomes were shown.")
        code = UNKNOWN if output is not None else code
    return code


def _write_output(result: Result, output: str | None) -> bool:
    """Write the file of outcomes, if one is asked for; return whether nothing is missing."""
    if output is None:
        return True
    try:
        export(output, result.outcomes())
    except (OSError, LedgerError) as error:
        tell(f"Error: {output} could not be written ({_why(error)}): outcomes are missing there.{_remedy(result)}")
        return False
    return True


def _print(result: Result, out: Stream, *, as_json: bool, is_kept: bool) -> bool:
    """Print what is asked for; return whether nothing is missing."""
    try:
        if as_json:
            json_report.write(out, result)
        else:
            print_table(out, result)
    except (OSError, LedgerError) as error:
        if isinstance(error, NobodyReadsError) and (is_kept or (result.campaign is not None and not as_json)):
            return True  # it only went unread, while another place has every outcome
        what = "outcomes are missing there."
        tell(f"Error: standard output could not be written ({_why(error)}): {what}{_remedy(result)}")
        if not is_kept and result.campaign is None:
            tell_the_untold(result)
        return False
    return True


def _remedy(result: Result) -> str:
    return f" {result.keeps} gives them." if result.campaign is not None else ""


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
