"""One run that really sends: what is sent, what is kept, what is said at the end."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice
from typing import Protocol

from laaffic import BatchResult, Client, Recipient
from laaffic_cli.durable.interrupts import Interrupts
from laaffic_cli.durable.ledger import Ledger, Note
from laaffic_cli.durable.sending import Ending, RecordError, remainder, send
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reading.sources import Source
from laaffic_cli.terminal.streams import NobodyReadsError

_AT_ONCE = 1000


class Report(Protocol):
    """A place where outcomes are written."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def held(self) -> Sequence[Recipient]:
        """The outcomes that it has taken in and writes at the end."""
        ...

    def begin(self) -> None:
        """Write what comes before the first outcome."""
        ...

    def expect(self, recipients: Sequence[Recipient]) -> None:
        """Write down who may be in the next request, if it is a place that outlives this process."""
        ...

    def add(self, recipients: Sequence[Recipient], *, whole: bool = False) -> None:
        """Write outcomes; `whole`: all of them, because another place has failed."""
        ...

    def finish(self, ledger: Ledger) -> None:
        """Write what comes after the last outcome."""
        ...


class Campaign:
    """Sends a source's messages and reports every outcome.

    Whatever goes wrong with a report, the others go on, and the ledger records it.

    Args:
        client: what it is sent with.
        source: the messages, which have been checked.
        reports: where outcomes are written; the first has all of them.
        most: the client's `max_recipients`.
        advance: called with the number of recipients just done.
    """

    def __init__(
        self,
        client: Client,
        source: Source,
        reports: Sequence[Report],
        most: int,
        advance: Callable[[int], None],
    ) -> None:
        self.ledger = Ledger(kept_in=reports[0].name)
        self._client = client
        self._source = source
        self._reports = list(reports)
        self._most = most
        self._advance = advance

    def send(self, recipients: int, interrupts: Interrupts) -> None:
        """Send. Whoever cannot be sent to is written down as well.

        Args:
            recipients: how many there are.
            interrupts: closed.

        Raises:
            BadInputError: a report cannot even be begun. Nothing was sent.
        """
        self._begin()
        ending = send(self._client, self._source, self, self._most, interrupts)
        if ending.note is not None:
            self.ledger.notes.append(ending.note)
        self.ledger.misconfigured = ending.misconfigured
        if ending.done < recipients:
            self.ledger.ended_early = True
            self._write_remainder(ending)

    def expect(self, recipients: Sequence[Recipient]) -> None:
        """Let the reports write down who may be in the next request."""
        for report in tuple(self._reports):
            try:
                report.expect(recipients)
            except Exception as error:  # whatever it is, they are not sent to
                self._lose(report, error)
                raise RecordError("Sending ended, because the next recipients could not be written down.") from None

    def keep(self, result: BatchResult) -> None:
        """Report what a request came to."""
        self.ledger.add_result(result)
        written = self._write(result.recipients)
        with suppress(Exception):  # a bar on a terminal that has gone must not end a run
            self._advance(len(result.recipients))
        if not written:
            raise RecordError("Sending ended, because an outcome could not be written down.")

    def finish(self) -> None:
        """Close the reports."""
        for report in tuple(self._reports):
            try:
                report.finish(self.ledger)
            except Exception as error:  # a traceback's exit code would say that some were rejected
                if self._lose(report, error):
                    self.ledger.untold.extend(report.held)

    def _begin(self) -> None:
        for report in tuple(self._reports):
            try:
                report.begin()
            except OSError as error:
                if not self._is_unwanted(report, error):
                    remedy = "name a file that can be with --output"
                    what = error.filename or report.name
                    raise BadInputError([f"{what} cannot be written ({error.strerror}); {remedy}"]) from None
                self._reports.remove(report)

    def _write(self, recipients: Sequence[Recipient]) -> bool:
        """Write to every report, and return whether no outcome is missing anywhere."""
        kept = failed = False
        for report in tuple(self._reports):
            try:
                report.add(recipients, whole=failed)
                kept = True
            except Exception as error:  # the other places must get the outcomes
                failed |= self._lose(report, error)
        if failed and not kept:
            self.ledger.untold.extend(recipients)
        return not failed

    def _lose(self, report: Report, error: Exception) -> bool:
        """Give a report up, and return whether outcomes are missing because of it."""
        self._reports.remove(report)
        if self._is_unwanted(report, error):
            return False
        # The recipients' states may be known, but whoever reads the record does not know them.
        self.ledger.doubtful = True
        if self.ledger.kept_in == report.name:
            self.ledger.kept_in = None
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        text = f"{report.name} could not be written ({why}): outcomes are missing there."
        self.ledger.notes.append(Note("RecordError", text))
        return True

    def _is_unwanted(self, report: Report, error: Exception) -> bool:
        """Return whether it only went unread, while another place keeps every outcome."""
        return isinstance(error, NobodyReadsError) and self.ledger.kept_in not in {None, report.name}

    def _write_remainder(self, ending: Ending) -> None:
        self._add(ending.left)
        rest = remainder(self._source, ending)
        try:
            while part := list(islice(rest, _AT_ONCE)):
                self._add(part)
        except Exception as error:  # what was sent is still to be reported
            why = str(error) if isinstance(error, BadInputError) else type(error).__name__
            self.ledger.notes.append(Note("Incomplete", f"Not everybody who was not sent to is listed ({why})."))

    def _add(self, recipients: Sequence[Recipient]) -> None:
        self.ledger.add_recipients(recipients)
        self._write(recipients)
