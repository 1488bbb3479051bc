"""`laaffic campaign reconcile`, `refresh` and `resend`: what a person asks and decides after a campaign was posted."""

import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import click

from laaffic import Client, DeliveryReport, SentRecord
from laaffic_campaigns import Campaign, Resent, Status
from laaffic_cli.jobs.asking.options import Asking, compact, counted
from laaffic_cli.jobs.continuing.campaigns import show_status, told_errors
from laaffic_cli.jobs.continuing.continuing import shows_bar
from laaffic_cli.jobs.continuing.ledgers import Place, one_campaign
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reading.template import Template
from laaffic_cli.reports.exit_codes import exit_code
from laaffic_cli.terminal.interrupts import Interrupts
from laaffic_cli.terminal.progress import Bar
from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.spans import hour
from laaffic_cli.terminal.streams import Stream, tell

_NOW_AND_THEN = 1000  # records


class AskingClient(Client):
    """A client that says how far its queries are."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._seen = 0
        self._say: Callable[[int], None] = lambda _: None

    @contextmanager
    def watched(self, what: str, total: int | None, *, shown: bool) -> Iterator[None]:
        """Show meanwhile how many records or reports have come."""
        self._seen = 0
        with Bar(total, 0, shown=shown, what=what) as bar:
            self._say = bar.at
            try:
                yield
            finally:
                self._say = lambda _: None

    def get_reports(self, msg_ids: Iterable[str], **how: Any) -> list[DeliveryReport]:
        """Ask, and count."""
        reports = super().get_reports(msg_ids, **how)
        self._seen += len(reports)
        self._say(self._seen)
        return reports

    def iter_sent_records(self, start: datetime, end: datetime, **how: Any) -> Generator[SentRecord]:
        """Ask, and count."""
        return self._counted(super().iter_sent_records(start, end, **how))

    def _counted(self, records: Iterator[SentRecord]) -> Generator[SentRecord]:
        for record in records:
            self._seen += 1
            if self._seen % _NOW_AND_THEN == 0:
                self._say(self._seen)
            yield record


class Fate:
    """One campaign about which something is asked.

    Args:
        campaign: which one.
        place: of its ledger.
        client: what asks.
        asking: how it is shown.
    """

    def __init__(self, campaign: Campaign, place: Place, client: AskingClient, asking: Asking) -> None:
        self._campaign = campaign
        self._place = place
        self._client = client
        self._asking = asking
        self._shown = shows_bar(as_json=asking.as_json)

    def reconcile(self) -> int:
        """Find lost outcomes again; return the exit code."""
        with self._client.watched("Asking for the records", None, shown=self._shown):
            found = self._campaign.reconcile(self._client)
        status = self._campaign.status()
        code = _code(status)
        lost = found.found + found.still_unknown
        line = f"{lost:,} unknown: {found.found:,} found, {found.still_unknown:,} still unknown"
        self._tell(line, found.as_dict(), status, code)
        if not lost:
            tell("Nobody was unknown, so nothing was asked.")
        export, again = self._command("export"), self._command("resend")
        if found.found:
            tell(f"A file that was exported before still has what it had: `{export} --output FILE` writes it anew.")
        if found.still_unknown:
            tell(
                "Records list only what is finished, so that somebody is in none proves nothing: give the same command "
                "again later; an hour is a good time. Whose number has more records than messages in this ledger was "
                "sent something else with this app id, so nobody knows which record is whose.",
                f"`{export} --state unknown` says who they are, and why they were not found.",
                f"No page of the provider says after how long nothing more will come. `{again} --unknown --dry-run` "
                "says how many could be sent to again, and may then get it twice.",
            )
        return code

    def refresh(self, older_than: float | None) -> int:
        """Ask about accepted messages that are not final; return the exit code."""
        open_ = self._campaign.status().not_final
        with self._client.watched("Asking", open_, shown=self._shown):
            found = self._campaign.refresh_reports(self._client, older_than=older_than)
        status = self._campaign.status()
        code = exit_code(
            unknown=bool(found.not_found or status.unknown or status.in_flight),
            not_sent=bool(status.not_final),
            rejected=bool(status.failed),
        )
        counts = found.as_dict()
        said = counted((name, count) for name, count in counts.items() if name != "asked")
        line = f"{found.asked:,} asked for" + (f": {said}" if found.asked else "")
        self._tell(line, counts, status, code)
        if found.not_found:
            tell("Not found is no failure: what is in the provider's queue is not listed either. Ask again later.")
        return code

    def resend(self, *, unknown: bool, content: str | None, dry_run: bool, yes: bool) -> int:
        """Send again to the unknown, or else to the rejected; return the exit code.

        Raises:
            BadInputError: nobody can be asked.
            click.Abort: the answer is no.
        """
        text = None if content is None else _plain(content)

        def resend(*, dry_run: bool) -> Resent:
            with self._client.watched("Asking for the records", None, shown=self._shown and unknown):
                return self._campaign.resend(
                    self._client, unknown=unknown, rejected=not unknown, content=text, dry_run=dry_run
                )

        plan = resend(dry_run=True)
        if dry_run or not plan.recipients:
            return self._resent(plan)
        if not yes:
            self._confirm(plan)
        done = resend(dry_run=False)
        return self._resent(replace(done, found=plan.found + done.found))

    def _confirm(self, plan: Resent) -> None:
        if not sys.stdin.isatty():
            raise BadInputError(
                ["resend asks first; where nobody can be asked, give --yes, or --dry-run to see how many"]
            )
        tell(*_plan(plan))
        whom = f"{plan.recipients:,} recipient{'s' * (plan.recipients != 1)}"
        click.confirm(f"Send to {whom} of {printable(self._campaign.name)!r} again?", abort=True, err=True)

    def _resent(self, resent: Resent) -> int:
        if self._asking.as_json:
            Stream("stdout").line(compact({**resent.as_dict(), "errors": [], "exit_code": 0}))
        else:
            out = Stream("stdout")
            for line in _plan(resent):
                out.sentence(line)
        if resent.dry_run:
            tell("Nothing is changed, but for what was found." if resent.found else "Nothing is changed.")
        elif resent.recipients:
            tell(f"Nothing is posted yet: `{self._command('run')}` posts it.")
        return 0

    def _tell(self, line: str, counts: dict[str, Any], status: Status, code: int) -> None:
        if self._asking.as_json:
            Stream("stdout").line(compact({**counts, "campaign": status.as_dict(), "errors": [], "exit_code": code}))
            return
        show_status(status, as_json=False)
        Stream("stdout").sentence(line)

    def _command(self, verb: str) -> str:
        return self._place.command(verb, self._campaign.name)


@contextmanager
def fate_of(interrupts: Interrupts, asking: Asking, ledger: str | None, words: tuple[str, ...]) -> Iterator[Fate]:
    """Open the campaign that is meant; tell what goes wrong, and end with an exit code."""
    with (
        asking.told_errors(interrupts),
        told_errors(),
        one_campaign(ledger, words) as (place, campaign),
        asking.client(AskingClient) as client,
    ):
        yield Fate(campaign, place, client, asking)


def _plan(resent: Resent) -> Iterator[str]:
    """Yield who is sent to again, and what remains uncertain."""
    if resent.found:
        found = (
            f"{resent.found:,} of the unknown {'was' if resent.found == 1 else 'were'} found in the provider's records"
        )
        yield f"{found}: accepted, and not sent to again."
    if resent.recipients:
        whom = f"{resent.recipients:,} recipient{'s' * (resent.recipients != 1)}"
        requests = f"{resent.requests:,} request{'s' * (resent.requests != 1)}"
        yield f"{whom} {'can be' if resent.dry_run else 'will be'} sent to again, in {requests} at most."
    else:
        yield "Nobody can be sent to again."
    if resent.uncertain:
        who = "They" if resent.uncertain == resent.recipients else f"{resent.uncertain:,} of them"
        yield f"{who} may get it twice: that no record shows the first message does not prove that it was not sent."
    for one in resent.excluded:
        yield f"{one.recipients:,} {'is' if one.recipients == 1 else 'are'} not sent to again: {one.why}."
    if resent.not_before is not None:
        yield f"The first of those for whom it is too early can be sent to again at {hour(resent.not_before)}."


def _plain(content: str) -> str:
    """Return a text for everybody, written as `--content` of `send` is.

    Raises:
        BadInputError: it has a field, which would go out as it stands.
    """
    try:
        template = Template(content)
    except ValueError as error:
        raise BadInputError([f"--content: {error}"]) from None
    if template.columns:
        remedy = "a ledger keeps texts and no columns; write the same text for all, and {{ or }} for a brace"
        raise BadInputError([f"--content: {{{template.columns[0]}}} cannot be filled in; {remedy}"])
    return template.fill({})


def _code(status: Status) -> int:
    return exit_code(
        unknown=bool(status.unknown or status.in_flight),
        not_sent=bool(status.to_go) or (status.state == "cancelled" and status.not_sent > 0),
        rejected=bool(status.rejected),
    )
