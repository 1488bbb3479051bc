"""Messages as CSV, in which a spreadsheet finds nothing to calculate."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from laaffic_mock.gateway.desk.message import AcceptedMessage
from laaffic_mock.gateway.desk.parts import measure

COLUMNS = (
    *("msg_id", "accepted_at", "number", "sender_id", "order_id", "content"),
    *("state", "received_at", "reason", "codes", "encoding", "segments"),
)
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
# At the beginning of a cell; also behind a semicolon, a tab or the end of a line, where some spreadsheets begin one.
_FORMULA = re.compile(f'^(?=\\s*[{_SIGNS}\\t\\r])|(?<=[;\\t\\r\\n])(?=[\\s"]*[{_SIGNS}])')
_MARK = "\ufeff"  # by which a spreadsheet knows UTF-8


def csv_of(messages: Iterable[AcceptedMessage | None]) -> Iterator[str]:
    """Yield the lines of a CSV file: its head, and one for each message that there is."""
    yield _MARK + _line(COLUMNS)
    for message in messages:
        if message is not None:
            parts = measure(message.content)
            cells = (
                *(message.msg_id, message.accepted_at.isoformat(), message.number, message.sender_id),
                *(message.order_id or "", message.content, message.state.value),
                *(message.received_at.isoformat() if message.received_at else "", message.reason or ""),
                *(" ".join(message.codes), parts.encoding, str(parts.segments)),
            )
            yield _line(map(_safe, cells))


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _safe(cell: str) -> str:
    return _FORMULA.sub("'", cell)
