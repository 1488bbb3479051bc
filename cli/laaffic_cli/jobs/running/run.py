"""A run of `send` from the options to the exit code."""

import traceback
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import click

from laaffic import Client, Message
from laaffic_campaigns import Campaign, CampaignExistsError, LedgerBusyError, LedgerError
from laaffic_cli.jobs.continuing import ledgers
from laaffic_cli.jobs.continuing.continuing import ENDED, FILLED, Known, confirm, create, find, free_name, shows_bar
from laaffic_cli.jobs.continuing.fingerprint import Fingerprint
from laaffic_cli.jobs.options.job import Job
from laaffic_cli.jobs.running.dry_run import DryRunTransport, ShowJson, ShowText, dry_run
from laaffic_cli.jobs.running.finishing import ended, finish, result_of
from laaffic_cli.jobs.running.running import Ran, WatchedClient, run_campaign
from laaffic_cli.jobs.running.single import send_single
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reading.sources import FileSource, Source
from laaffic_cli.reading.survey import Survey, survey
from laaffic_cli.reports import exit_codes
from laaffic_cli.reports.export import check_output
from laaffic_cli.reports.json_report import bad_input, begin
from laaffic_cli.reports.result import plain_error
from laaffic_cli.terminal.interrupts import Interrupts
from laaffic_cli.terminal.streams import Stream, tell


def run(job: Job, interrupts: Interrupts) -> int:
    """Do what the options ask for; return the exit code."""
    out = Stream("stdout")
    with interrupts:
        try:
            return _send_single(job, out, interrupts) if job.file is None else _Sending(job, out, interrupts).run()
        except BadInputError as error:
            lines, code, kind = _lines(error), exit_codes.BAD_INPUT, "BadInputError"
        except LedgerBusyError as error:
            lines, code, kind = [busy(error)], exit_codes.BUSY, "LedgerBusyError"
        except click.Abort:
            lines, code, kind = ["Not confirmed."], exit_codes.NOT_SENT, "Interrupted"
        except KeyboardInterrupt:  # while requests may be in flight, signals are taken elsewhere
            lines, code, kind = ["Interrupted."], exit_codes.NOT_SENT, "Interrupted"
        except LedgerError as error:
            tell(f"Error: {error}", "What was in flight may be unknown.")
            return exit_codes.UNKNOWN
        except Exception as error:  # a traceback's exit code would say that some were rejected
            tell(f"Error: {_bug(error)} in the program. What became of the recipients may not be reported in full.")
            return exit_codes.UNKNOWN
    return nothing_sent(out, lines, code, kind=kind, as_json=job.as_json)


def nothing_sent(out: Stream, lines: Iterable[str], code: int, *, kind: str, as_json: bool) -> int:
    """Report a run that ended before anything was sent."""
    lines = list(lines)
    if as_json and not out.used:
        bad_input(out, (plain_error(kind, line) for line in lines), code)
    tell(*(f"Error: {line}" for line in lines), "Nothing was sent.")
    return code


def busy(error: LedgerBusyError) -> str:
    """Say who uses the ledger."""
    return f"{error.args[0] if error.args else 'Another process uses the ledger'}. Wait until it has ended."


class _Sending:
    """`send FILE`: a campaign is found or made, and run."""

    def __init__(self, job: Job, out: Stream, interrupts: Interrupts) -> None:
        self._job = job
        self._out = out
        self._interrupts = interrupts
        self._place = ledgers.given(job.ledger) or ledgers.beside(job.file or "")

    def run(self) -> int:
        """Do it; return the exit code."""
        job = self._job
        with ExitStack() as stack:
            with self._interrupts.break_off():
                job.check_credentials()
                if job.output is not None:
                    self._check_output(job.output)
                source = stack.enter_context(job.open_file())
                if job.dry_run:
                    return _show(job, source, self._out)
                known = _found_or_made(job, source, self._place, stack)
                if source.is_body and source.app_id is None:
                    for _ in source.messages():  # which finds the app id, wherever in the body it stands
                        pass
                client = stack.enter_context(job.make_client(WatchedClient, source.app_id))
            return self._run(known, client)

    def _check_output(self, output: str) -> None:
        check_output(output)
        path = self._place.path
        for other in (self._job.file, None if path is None else str(path)):
            if other is not None and ledgers.is_same_file(output, other):
                raise BadInputError([f"--output: {output} is what is read; name another file"])

    def _run(self, known: Known, client: WatchedClient) -> int:
        job, campaign, before = self._job, known.campaign, known.status
        if before.state in ENDED:
            ran, posted = Ran(before, interrupted=False), None
        else:
            posted = client
            news = None if known.source is None else _goes_on(known)
            try:
                ran = run_campaign(campaign, client, self._interrupts, shown=shows_bar(as_json=job.as_json), news=news)
            except LedgerBusyError:
                if known.source is not None and job.when:
                    tell("What decides when it is posted is changed all the same, for whoever runs it.")
                raise
        result = result_of(campaign, ran, posted, self._place, output=job.output)
        code = finish(result, self._out, self._interrupts, as_json=job.as_json, output=job.output)
        if posted is None:
            # Whoever is unknown may have it already: nobody is shown the way to send to them anew.
            again = "" if known.status.unknown else "; --again sends to everybody anew"
            tell(f"{ended(known.status)}{again}.")
        return code


@contextmanager
def campaign_of(job: Job) -> Iterator[Campaign]:
    """Make a file's campaign, or open it where it was made before.

    Raises:
        BadInputError: something in the file is wrong, or it was sent before with something else in it.
        LedgerBusyError: another process fills a campaign of this ledger.
    """
    place = ledgers.given(job.ledger) or ledgers.beside(job.file or "")
    with ExitStack() as stack:
        source = stack.enter_context(job.open_file())
        yield _found_or_made(job, source, place, stack).campaign


def _found_or_made(job: Job, source: FileSource, place: ledgers.Place, stack: ExitStack) -> Known:
    mine = Fingerprint.of(source.digest(), job.fixed(source))
    ledger, name = None, job.campaign_name()
    if place.exists:
        ledger = stack.enter_context(ledgers.opened(place))
        name = free_name(ledger, job)
        known = find(ledger, job, mine)
        if known is not None and known.status.state != FILLED:
            return _with_settings(known, job)
        if known is not None:  # who fills it holds a lock, of which making it anew tells
            name = known.campaign.name
    found = _checked(job, source)
    if ledger is None:  # only now, so that a file in which something is wrong has none
        ledger = stack.enter_context(ledgers.opened(place))
    confirm(ledger, job, mine, found.recipients)
    try:
        campaign = create(ledger, name, job, source, mine)
    except CampaignExistsError:  # another process was quicker
        known = find(ledger, job, mine)
        if known is None or known.status.state == FILLED:
            said = f"Another process has just made campaign {name!r}; give the command again"
            raise BadInputError([said]) from None
        return _with_settings(known, job)
    return Known(campaign, campaign.status(), None)


def _with_settings(known: Known, job: Job) -> Known:
    if job.when and known.status.state not in ENDED:
        known.campaign.set(**job.when)
    return known


def _goes_on(known: Known) -> str:
    status = known.status
    unknown = status.unknown + status.in_flight  # whose process has ended, else this one could not run it
    done = status.recipients - unknown - status.to_go
    counts = f"{done:,} done, {unknown:,} unknown, {status.to_go:,} to go"
    why = status.why or ""
    cause = f" It was paused: {why}" if why and not why.startswith("interrupted") else ""
    return f"Goes on with campaign {status.name!r}: {counts}.{cause}"


def _send_single(job: Job, out: Stream, interrupts: Interrupts) -> int:
    with ExitStack() as stack:
        with interrupts.break_off():
            job.check_credentials()
            if job.output is not None:
                check_output(job.output)
            source = job.source()
            if job.dry_run:
                return _show(job, source, out)
            _checked(job, source)
            client = stack.enter_context(job.make_client(Client, max_recipients=job.max_recipients))
            message = next(item for item in source.messages() if isinstance(item, Message))
            if job.as_json:
                _begin_json(out, is_kept=job.output is not None)
        result = send_single(client, message, job.max_recipients, interrupts, output=job.output)
    return finish(result, out, interrupts, as_json=job.as_json, output=job.output)


def _begin_json(out: Stream, *, is_kept: bool) -> None:
    """See whether the document can be written, where it is the only place for the outcomes."""
    try:
        begin(out)
    except OSError as error:
        if not is_kept:
            raise BadInputError(
                [f"standard output cannot be written ({error.strerror}); name a file that can be with --output"]
            ) from None


def _checked(job: Job, source: Source) -> Survey:
    found = survey(source)
    warning = found.warning()
    if warning:
        tell(f"Warning: {warning}")
    if source.app_id is not None and job.configured_app_id() not in {None, source.app_id}:
        used = "--app-id" if job.app_id else "LAAFFIC_APP_ID"
        tell(f"Warning: {job.file} names another app id than {used}; {used} is used.")
    return found


def _show(job: Job, source: Source, out: Stream) -> int:
    found = _checked(job, source)
    placeholders = job.placeholders(source.app_id)
    if placeholders:
        tell(f"Not set, so a placeholder is shown: {placeholders}")
    show = ShowJson(out) if job.as_json else ShowText(out)
    settings = {"max_recipients": job.max_recipients, "transport": DryRunTransport(show)}
    own = True if job.file is not None else None  # in a ledger, everybody has an order id
    with job.make_client(Client, source.app_id, own_order_ids=own, **settings) as client:
        made_here = dry_run(client, source, out)
    requests = -(-found.recipients // job.max_recipients)
    show.finish(requests, found.recipients)
    if job.as_json:
        tell("Dry run: nothing was sent.")
    elif job.file is not None and not out.gone:
        tell("`laaffic campaign create`, then `preview`, shows texts, segments and cost of all, and sends nothing.")
    if made_here:
        tell("Order ids that you did not give are made anew for each request, so a real send has others.")
    return exit_codes.ALL_ACCEPTED


def _lines(error: BadInputError) -> list[str]:
    return [*error.problems, *([f"and {error.more} more"] if error.more else [])]


def _bug(error: Exception) -> str:
    # Without its words, which may hold a number or a text.
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {place.filename}:{place.lineno}"
