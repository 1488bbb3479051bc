"""What a pushed delivery report says, in each of the shapes in which the provider's pages show one."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from laaffic_mock.gateway.contract import Schema

PLAIN, ODD = "plain", "odd"
_STATUS = {False: 0, True: 1}
_SUCCESS = "0"
_WHOLE_NUMBER = re.compile("0|[1-9][0-9]{0,17}")  # in which no digit is lost


class Told(NamedTuple):
    """What a report tells of a message."""

    app_id: str
    msg_id: str
    number: str
    order_id: str | None
    failed: bool
    reason: str | None
    received_at: float
    segments: int


def shapes_of(examples: Sequence[Schema], wanted: str) -> Iterator[Schema]:
    """Yield the example for each report to come: the one with everything, or with `"odd"` one after the other."""
    shapes = examples if wanted == ODD else [max(examples, key=len)]
    while True:
        yield from shapes


def report_of(told: Told, shape: Schema) -> dict[str, Any]:
    """Return a report with the fields of an example, and its amounts and networks, which are placeholders."""
    known: dict[str, Any] = {
        "appId": told.app_id,
        "msgid": told.msg_id,
        "mobile": told.number,
        "status": _STATUS[told.failed],
        "reason": told.reason or _SUCCESS,
        "timestamp": int(told.received_at * 1000),
        "orderId": told.order_id,
    }
    report = {name: known.get(name.strip(), value) for name, value in shape.items()}
    if "pricedetail" in shape:
        report["pricedetail"] = {**shape["pricedetail"], "chargeCnt": told.segments}
    for name in [name for name in report if name.strip() == "orderId"]:
        if told.order_id is None:
            del report[name]
        elif isinstance(shape[name], int) and _WHOLE_NUMBER.fullmatch(told.order_id):
            report[name] = int(told.order_id)
    return report
