"""One run that really sends: what is sent, what is kept, what is said at the end."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Protocol

from laaffic import BatchResult, Client, Recipient
from laaffic_cli._interrupts import Interrupts, StoppedError
from laaffic_cli._ledger import Ledger, Note
from laaffic_cli._problem import BadInputError
from laaffic_cli._sending import Ending, RecordError, remainder, send
from laaffic_cli._sources import Source

_AT_ONCE = 1000


class Report(Protocol):
    """A place where outcomes are written."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def begin(self) -> None:
        """Write what comes before the first outcome."""
        ...

    def add(self, recipients: Sequence[Recipient], *, whole: bool = False) -> None:
        """Write outcomes; `whole`: all of them, because another place has failed."""
        ...

    def finish(self, ledger: Ledger) -> None:
        """Write what comes after the last outcome."""
        ...


class Campaign:
    """Sends a source's messages and reports every outcome.

    Args:
        client: what it is sent with.
        source: the messages, which have been checked.
        reports: where outcomes are written, the safest place first.
        advance: is told of the receivers done.
    """

    def __init__(
        self, client: Client, source: Source, reports: Sequence[Report], advance: Callable[[int], None]
    ) -> None:
        self.ledger = Ledger()
        self._client = client
        self._source = source
        self._reports = list(reports)
        self._advance = advance

    def send(self, receivers: int, interrupts: Interrupts) -> None:
        """Send. Whoever cannot be sent to is written down as well.

        Args:
            receivers: how many there are.
            interrupts: closed.

        Raises:
            BadInputError: a report cannot even be begun. Nothing was sent.
        """
        for report in self._reports:
            try:
                report.begin()
            except OSError as error:
                raise BadInputError([f"{report.name} cannot be written ({error.strerror})"]) from None
        ending = send(self._client, self._source, self._keep, interrupts)
        if ending.note is not None:
            self.ledger.notes.append(ending.note)
        self.ledger.misconfigured = ending.misconfigured
        if ending.done < receivers:
            self.ledger.ended_early = True
            self._write_remainder(ending, interrupts)

    def finish(self) -> None:
        """Close the reports."""
        for report in self._reports:
            try:
                report.finish(self.ledger)
            except OSError as error:
                self._note_loss(report, error)

    def _keep(self, result: BatchResult) -> None:
        self.ledger.add_result(result)
        self._advance(len(result.recipients))
        if not self._write(result.recipients):
            raise RecordError("Sending ended, because an outcome could not be written down.")

    def _write(self, recipients: Sequence[Recipient]) -> bool:
        """Write to every report, and tell whether each could be written."""
        complete = True
        for report in tuple(self._reports):
            try:
                report.add(recipients, whole=not complete)
            except OSError as error:
                complete = False
                self._reports.remove(report)
                self._note_loss(report, error)
        return complete

    def _note_loss(self, report: Report, error: OSError) -> None:
        # The receivers' states may be known, but whoever reads the record does not know them.
        self.ledger.doubtful = True
        text = f"{report.name} could not be written ({error.strerror}): outcomes are missing there."
        self.ledger.notes.append(Note("RecordError", text))

    def _write_remainder(self, ending: Ending, interrupts: Interrupts) -> None:
        interrupts.forget()
        rest = remainder(self._source, ending)
        try:
            interrupts.open()
            while part := list(islice(rest, _AT_ONCE)):
                interrupts.close()
                self.ledger.add_recipients(part)
                self._write(part)
                interrupts.open()
        except (BadInputError, StoppedError, KeyboardInterrupt) as error:
            why = str(error) or "interrupted once more"
            self.ledger.notes.append(Note("Incomplete", f"Not everybody who was not sent to is listed ({why})."))
        finally:
            interrupts.close()
