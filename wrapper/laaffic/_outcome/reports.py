"""Reading reports and records liberally: nothing is read into them, and a row that cannot be read harms no other."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, datetime
from decimal import Decimal
from typing import Any

from laaffic._model.reports import DeliveryReport, DeliveryState, Price, SentRecord
from laaffic._outcome.response import Doubled, text_of

# Provider's pages: getReport has 0, 1 and -1; getSentRcd 0, and for failed 2 on three pages and 1 on one.
_STATES = {
    "0": DeliveryState.SUCCEEDED,
    "1": DeliveryState.FAILED,
    "2": DeliveryState.FAILED,
    "-1": DeliveryState.PENDING,
}
_AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_COUNT = re.compile(r"[0-9]{1,9}")
_IDENTITY = frozenset({"msgId", "number", "status"})


def reports_of(msg_ids: Sequence[str], rows: Iterable[Any]) -> list[DeliveryReport]:
    """Return a report for each message id, in order; one that no row is about is not found."""
    known: dict[str, DeliveryReport] = {}
    for row in rows:
        report = _report(row)
        if report is None:
            continue
        earlier = known.get(report.msg_id)
        # Two that contradict each other say nothing for certain.
        known[report.msg_id] = report if earlier in {None, report} else _contradiction(report)
    return [known.get(msg_id) or DeliveryReport(msg_id, DeliveryState.NOT_FOUND) for msg_id in msg_ids]


def record_of(row: Any) -> SentRecord | None:
    """Return what a row of the records says; None when it has no message id."""
    report = _report(row)
    if report is None:
        return None
    return SentRecord(report.msg_id, report.number, report.state, report.received_at, report.status)


def price_of(given: Any) -> Price | None:
    """Return what a message cost; None when nothing is said."""
    if not isinstance(given, Mapping) or isinstance(given, Doubled):
        return None
    count = text_of(given.get("chargeCnt"))
    segments = int(count) if count is not None and _COUNT.fullmatch(count) else None
    price = Price(_amount(given.get("pay")), _amount(given.get("price")), text_of(given.get("currency")), segments)
    return None if price == Price() else price


def number_of(given: Any) -> str | None:
    """Return a number as it is sent, E.164 without plus, or whatever is said in its place."""
    number = text_of(given)
    return number and number.removeprefix("+")


def _report(row: Any) -> DeliveryReport | None:
    if not isinstance(row, Mapping) or (msg_id := text_of(row.get("msgId"))) is None:
        return None
    if isinstance(row, Doubled) and row.names & _IDENTITY:
        return None if "msgId" in row.names else _contradiction(DeliveryReport(msg_id, DeliveryState.PENDING))
    status = text_of(row.get("status"))
    return DeliveryReport(
        msg_id,
        _STATES.get(status or "", DeliveryState.PENDING),
        number=number_of(row.get("number")),
        received_at=_time(row.get("receiveTime")),
        status=status,
        price=price_of(row.get("pricedetail")),
    )


def _contradiction(report: DeliveryReport) -> DeliveryReport:
    return DeliveryReport(report.msg_id, DeliveryState.PENDING, reason="the provider's rows contradict each other")


def _time(given: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text_of(given) or "")
        # The first year stands for no time in some languages; and in another zone it could be one that is not there.
        return None if at.utcoffset() is None or at.year in {MINYEAR, MAXYEAR} else at
    except ValueError:
        return None


def _amount(given: Any) -> Decimal | None:
    text = str(given) if isinstance(given, float) else text_of(given)
    return Decimal(text) if text is not None and _AMOUNT.fullmatch(text) else None
