"""Reading a report that the provider pushes."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from laaffic._model.errors import InvalidReportError
from laaffic._model.reports import DeliveryReport, DeliveryState
from laaffic._outcome.reports import number_of, price_of
from laaffic._outcome.response import read_object, text_of

_MAX_BYTES = 64 * 1024  # the pages' samples have 300
_MSG_ID = re.compile(r"[!-~]{1,64}")
_STATUS = re.compile(r"-?[0-9]{1,9}")
_MILLISECONDS = re.compile(r"[0-9]{12,14}")  # from 2001 to 5138


def parse_report(body: bytes | str | Mapping[str, Any]) -> DeliveryReport:
    """Read a delivery report that the provider pushed (provider's page: delivery report).

    **A pushed report has no signature, key or secret**: anybody who knows its URL can post one. Keep the path secret,
    take it by TLS alone, allow the provider's addresses only, and ask with `Client.confirm` before anything of value
    depends on it. No page says whether a report is pushed again, or in which order they come: expect both.

    Args:
        body: the request's body, at most 64 KiB, or what JSON made of it. Keys may have white space around them, and
            the names of the other pages (`msgId`, `number`); values may be strings or integers, and all but message id
            and status may be absent.

    Returns:
        The report: `succeeded` for status 0, `failed` for any other integer, `received_at` from `timestamp`.

    Raises:
        InvalidReportError: it is none. The text says why and quotes nothing.
    """
    given = _object(body)
    msg_id, status = _one(given, "msgid", "msgId"), _one(given, "status")
    if msg_id is None or not _MSG_ID.fullmatch(msg_id):
        raise InvalidReportError("The report has no message id (`msgid`) that can be read, or two")
    if status is None or not _STATUS.fullmatch(status):
        raise InvalidReportError("The report's `status` is missing, said twice, or not an integer")
    succeeded = int(status) == 0
    reason = _one(given, "reason")
    return DeliveryReport(
        msg_id,
        DeliveryState.SUCCEEDED if succeeded else DeliveryState.FAILED,
        number=number_of(_one(given, "mobile", "number")),
        received_at=_time(_one(given, "timestamp")),
        status=status,
        reason=None if succeeded and reason == "0" else reason,
        order_id=_one(given, "orderId"),
        mcc=_one(given, "mcc"),
        mnc=_one(given, "mnc"),
        price=price_of(next((value for key, value in given if key == "pricedetail"), None)),
    )


def _object(body: bytes | str | Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return every key without white space around it, and its value."""
    if isinstance(body, Mapping):
        return list(_trimmed(body))
    if not isinstance(body, bytes | bytearray | memoryview | str):
        raise InvalidReportError(f"The report is neither bytes, str nor a mapping, but {type(body).__name__}")
    content = body.encode("utf-8", "replace") if isinstance(body, str) else bytes(body)
    if len(content) > _MAX_BYTES:
        raise InvalidReportError("The report is larger than any report: more than 64 KiB")
    read = read_object(content)
    if read is None:
        raise InvalidReportError("The report is not a JSON object, or has a key twice")
    return list(_trimmed(read))


def _trimmed(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((str(key).strip(), value) for key, value in given.items())


def _one(given: list[tuple[str, Any]], *names: str) -> str | None:
    """Return the text of a field by any of its names; None when it is not there, or two of them differ."""
    texts = {text for key, value in given if key in names and (text := text_of(value)) is not None}
    return texts.pop() if len(texts) == 1 else None


def _time(milliseconds: str | None) -> datetime | None:
    if milliseconds is None or not _MILLISECONDS.fullmatch(milliseconds):
        return None
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
