"""The cells of the gateway's faults: each asked for beforehand, and each by its magic number."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from laaffic import HTTPStatusError, OutcomeUnknownError, TooFrequentError, UnknownStatusError
from laaffic_mock import magic_numbers
from laaffic_mock.gateway.faults.faults import ABOUT, Fault
from matrix.cell import SILENCE, Cell, Error, Outcome, Sent, both, client, fault, magic
from matrix.places import BODY, CLOCK, HEADERS, HTTP, REQUEST, SILENT, SPOILED, STATUS


class Row(NamedTuple):
    """What must come of a fault: the same for every recipient, by first letter."""

    place: str
    error: Error
    sent: Sent
    state: str
    requests: int = 1
    timeout: tuple[float, float] = (30.0, 30.0)
    more: str = ""


ROWS: Mapping[Fault, Row] = {
    Fault.DROP_BEFORE_READING: Row(REQUEST, OutcomeUnknownError, "unknown", "u"),
    Fault.DROP: Row(REQUEST, OutcomeUnknownError, "unknown", "u"),
    Fault.ACCEPT_THEN_DROP: Row(REQUEST, OutcomeUnknownError, "unknown", "u"),
    Fault.CUT_HEADERS: Row(HEADERS, OutcomeUnknownError, "unknown", "u"),
    Fault.CUT_BODY: Row(BODY, OutcomeUnknownError, "unknown", "u"),
    Fault.HANG: Row(SILENT, OutcomeUnknownError, "unknown", "u", timeout=SILENCE),
    Fault.ACCEPT_THEN_HANG: Row(SILENT, OutcomeUnknownError, "unknown", "u", timeout=SILENCE),
    Fault.SLOW: Row(SILENT, OutcomeUnknownError, "unknown", "u", timeout=SILENCE, more=", after the read timeout"),
    Fault.HTTP_500: Row(HTTP, OutcomeUnknownError, "unknown", "u"),
    Fault.HTTP_502: Row(HTTP, OutcomeUnknownError, "unknown", "u"),
    Fault.HTTP_503: Row(HTTP, OutcomeUnknownError, "unknown", "u"),
    Fault.HTTP_429: Row(HTTP, HTTPStatusError, "no", "r"),
    Fault.TRUNCATED_JSON: Row(SPOILED, OutcomeUnknownError, "unknown", "u"),
    Fault.WRONG_TYPES: Row(SPOILED, None, None, "a"),
    Fault.NULL_FIELDS: Row(SPOILED, None, None, "a"),
    Fault.WRONG_COUNTS: Row(SPOILED, None, None, "a"),
    Fault.UNLISTED_STATUS: Row(SPOILED, UnknownStatusError, "unknown", "u"),
    # The response has the date of its clock, by which the request is signed again.
    Fault.CLOCK_SKEW: Row(CLOCK, None, None, "a", requests=2),
    Fault.TOO_FREQUENT: Row(STATUS, TooFrequentError, "no", "r"),
}


def _cells() -> Iterator[Cell]:
    numbers = {means: number for number, means in magic_numbers()}
    for kind, row in ROWS.items():
        about = ABOUT[kind]
        has = "y" if about.accepts else "-"
        happens = f"the gateway {about.does}{row.more}"
        ways = (
            ("", 3, fault(kind.value)),
            (", by its magic number", 4, magic(numbers[about.does])),
        )
        for way, count, arrange in ways:
            yield Cell(
                row.place,
                f"{happens}{way}",
                both(arrange, client(timeout=row.timeout)),
                Outcome(row.error, row.sent, row.state * count, has * count),
                row.requests,
                shown=not way,
            )


FAULTS = [*_cells()]
