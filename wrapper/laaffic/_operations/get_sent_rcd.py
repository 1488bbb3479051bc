"""`GET /getSentRcd`: which messages were sent in a time."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from laaffic._http.channel import Call
from laaffic._http.evidence import Evidence, Responded
from laaffic._model.errors import QueryFailedError
from laaffic._model.reports import SentRecord
from laaffic._model.times import check_span, on_the_wire, windows
from laaffic._operations.operation import Operation
from laaffic._outcome.clock import server_time
from laaffic._outcome.query import body_of, rows_of
from laaffic._outcome.reports import record_of
from laaffic._settings import Timeouts
from laaffic_api.api.reports import get_sent_rcd as endpoint

_MAX_VALUES = 2_000_000  # a page has at most 50,000 rows (provider's page: getSentRcd), of four values
_MAX_REPEATS = 3  # pages one after the other without a row that is new


def records_of(start: datetime, end: datetime, app_id: str, timeout: Timeouts | None) -> "Records":
    """Ask for the records of a time.

    Raises:
        InvalidTimeError: it cannot be asked about; nothing was asked.
    """
    return Records(*check_span(start, end, datetime.now(UTC), names=("start", "end")), app_id, timeout)


class Page(NamedTuple):
    """What came for one request.

    Attributes:
        rows: the rows, as they came.
        clock_skew: how many seconds the provider's clock is ahead of this machine's; None when it does not show.
    """

    rows: list[Any]
    clock_skew: float | None = None


class Records:
    """The records of a time, asked for page by page.

    A page's size is not trusted: the next one begins after the rows that came, until one is empty.

    Args:
        start: the beginning, aware.
        end: the end.
        app_id: the application's id.
        timeout: the limits of time for each request.
    """

    def __init__(self, start: datetime, end: datetime, app_id: str, timeout: Timeouts | None) -> None:
        self._windows = windows(start, end)
        self._window = next(self._windows, None)
        self._app_id = app_id
        self._timeout = timeout
        self._index = 0
        self._seen: set[str] = set()
        self._repeats = 0

    def __iter__(self) -> Iterator[Operation[Page]]:
        """Yield the requests; each page is to be handed to `take` before the next one is asked for."""
        while self._window is not None:
            yield self._operation(*self._window)

    def take(self, page: Page) -> list[SentRecord]:
        """Return the records of a page, without those that came before.

        Raises:
            QueryFailedError: one page after the other has nothing new, so that it would never end.
        """
        rows = page.rows
        if not rows:
            self._window, self._index, self._repeats = next(self._windows, None), 0, 0
            return []
        self._index += len(rows)
        new = []
        for record in map(record_of, rows):
            if record is not None and record.msg_id not in self._seen:
                self._seen.add(record.msg_id)
                new.append(record)
        self._repeats = 0 if new else self._repeats + 1
        if self._repeats >= _MAX_REPEATS:
            raise QueryFailedError("The provider lists the same records again and again, whatever index is asked for")
        return new

    def _operation(self, start: datetime, end: datetime) -> Operation[Page]:
        arguments = {
            "app_id": self._app_id,
            "start_time": on_the_wire(start),
            "end_time": on_the_wire(end),
            "start_index": self._index,
        }

        def found(evidence: Evidence) -> Page:
            rows = rows_of(evidence, body_of(evidence, max_values=_MAX_VALUES))
            theirs = server_time(evidence) if isinstance(evidence, Responded) else None
            return Page(rows, None if theirs is None else theirs - time.time())

        return Operation(Call(endpoint, arguments, repeatable=True, timeout=self._timeout), outcome=found)
