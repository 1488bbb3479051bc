"""`getSentRcd`: which messages finished in a time. What has not finished is in no record."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from laaffic_mock.gateway.contract import Contract
from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.exchange import Call, Endpoint, Malformed, Refused, Request, as_written
from laaffic_mock.gateway.desk.rules import broken_app, broken_field

_SUCCEEDED, _FAILED = "0", "2"
_GRACE = timedelta(minutes=1)  # who asks for the oldest time there is asks a moment later
_MAX_INDEX_DIGITS = 12


def make_endpoint(contract: Contract) -> Endpoint:
    """Return the endpoint."""
    operation = contract.operation("getSentRcd")
    details, codes = operation.details, contract.codes
    max_span = timedelta(days=details["x-max-days"])
    max_age = timedelta(days=details["x-max-age-days"])
    max_rows: int = details["x-max-rows"]
    patterns = {
        parameter["name"]: re.compile(parameter["schema"]["pattern"])
        for parameter in details["parameters"]
        if parameter["name"] in {"startTime", "endTime"}
    }

    def read(request: Request, account: Account) -> Call:
        if missing := [name for name in ("appId", *patterns) if name not in request.query]:
            rule = broken_field("the query", f"no {', '.join(missing)}", f"appId, {', '.join(patterns)}", "query")
            raise Malformed(f"the query lacks {', '.join(missing)}", rule)
        if (app_id := request.query["appId"]) != account.settings.app_id:
            raise Refused(codes["AUTHENTICATION_FAILED"], broken_app(app_id, account.settings.app_id, "appId"))
        times = [_time(request.query[name], pattern) for name, pattern in patterns.items()]
        start, end = (time for time in times)
        if start is None or end is None:
            wrong = next(name for name, time in zip(patterns, times, strict=True) if time is None)
            expected = "ISO 8601 with an offset, percent-encoded once: 2021-02-12T00%3A00%3A00%2B08%3A00"
            raise Refused(codes["INVALID_TIME_FORMAT"], broken_field(wrong, request.query[wrong], expected, "query"))
        index = request.query.get("startIndex", "0")
        if not re.fullmatch(rf"[0-9]{{1,{_MAX_INDEX_DIGITS}}}", index):
            why = "startIndex is not a whole number from 0 on"
            raise Malformed(why, broken_field("startIndex", index, "a whole number from 0 on", "query"))
        _check_window(start, end, max_span, datetime.fromtimestamp(account.now(), UTC) - max_age - _GRACE)
        rows = min(account.settings.records_per_page or max_rows, max_rows)
        return Call(lambda: _records(account, start, end, slice(int(index), int(index) + rows)))

    return Endpoint(operation, read)


def _time(text: str, pattern: re.Pattern[str]) -> datetime | None:
    """Return a time, or None when it is written in another format, or is none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if pattern.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None


def _check_window(start: datetime, end: datetime, max_span: timedelta, oldest: datetime) -> None:
    """Refuse times of which no page says what becomes of them.

    Raises:
        Malformed: they are too far apart, too long ago, or the wrong way round.
    """
    said = f"{start.isoformat()} to {end.isoformat()}"
    if end < start:
        raise Malformed("endTime is before startTime", broken_field("endTime", said, "a time after startTime", "query"))
    if end - start > max_span:
        why = f"endTime is more than {max_span.days} days after startTime"
        raise Malformed(why, broken_field("endTime", said, f"at most {max_span.days} days", "query"))
    if start < oldest:
        expected = f"not before {oldest.isoformat(timespec='seconds')}"
        why = "startTime is longer ago than records reach back"
        raise Malformed(why, broken_field("startTime", said, expected, "query"))


def _records(account: Account, start: datetime, end: datetime, rows: slice) -> dict[str, Any]:
    """Return the rows of a page, and counts of these rows."""
    account.settle()
    page = account.book.finished(int(start.timestamp()), int(end.timestamp()), rows)
    failed = sum(finish.failed for _, _, finish in page)
    return {
        "status": "0",
        "reason": "success",
        "success": str(len(page) - failed),
        "fail": str(failed),
        "array": [
            {
                "msgId": msg_id,
                "number": number,
                "receiveTime": as_written(finish.received_at),
                "status": _FAILED if finish.failed else _SUCCEEDED,
            }
            for msg_id, number, finish in page
        ],
    }
