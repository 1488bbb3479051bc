"""The outcomes as CSV."""

from collections.abc import Iterable, Iterator

from laaffic_campaigns import Outcome
from laaffic_cli.reading.cells import as_text
from laaffic_cli.reports.csv_file import check_place, line, utc, write_file

COLUMNS = (
    "row",
    "number",
    "order_id",
    "wire_order_id",
    "state",
    "msg_id",
    "status",
    "reason",
    "posted_at",
    "delivery",
    "delivered_at",
    "earlier",
)
_HEADER = line(COLUMNS)
_BEGINNING = ",".join(COLUMNS[: COLUMNS.index("delivery")])  # of earlier files too


def check_output(name: str) -> None:
    """See before anything is sent whether a file of outcomes can be written.

    Raises:
        BadInputError: it cannot be, or would take the place of something else than outcomes.
    """
    check_place(name, _BEGINNING, "outcomes")


def export(name: str, outcomes: Iterable[Outcome]) -> None:
    """Write outcomes to a file that only its owner may read.

    Args:
        name: of the file. One that is there is replaced, once all is written.
        outcomes: what is written.

    Raises:
        OSError: it cannot be written. The file is what it was.
    """
    write_file(name, lines(outcomes))


def lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield the lines of the CSV, the header first."""
    yield _HEADER
    for outcome in outcomes:
        yield line(
            (
                str(outcome.index + 1),
                as_text(outcome.number),
                as_text(outcome.order_id),
                as_text(outcome.wire_order_id),
                outcome.state,
                as_text(outcome.msg_id),
                as_status(outcome.status),
                as_text(outcome.reason),
                None if outcome.posted_at is None else utc(outcome.posted_at),
                outcome.delivery,
                None if outcome.delivered_at is None else utc(outcome.delivered_at),
                str(len(outcome.earlier) or ""),
            )
        )


def as_status(status: str | None) -> str | None:
    """Return the cell of a status: -10 is a number, and calculates nothing."""
    plain = status is not None and status.isascii() and status.removeprefix("-").isdigit()
    return status if plain else as_text(status)
