"""What is sent: three bodies, each made from the rows that a caller has."""

import time
from hashlib import md5
from typing import Any, NamedTuple

PATH = "/v3/sendSms/batch"
KEY, SECRET, APP = "bench-key", "bench-secret", "bench-app"
RECIPIENTS = 1000

Row = tuple[str, str, str]  # number, text, order id


class Body(NamedTuple):
    """One kind of request."""

    rows: list[Row]
    one_text: bool  # all rows share their text, so they go into one message


def row(index: int) -> Row:
    """Return the row of a recipient; country code 999 is unassigned."""
    return (
        f"99955{index:06d}",
        f"Hello Ana, your order {index:06d} is ready. Your code is {index:04d}.",
        f"order-{index:06d}",
    )


_ROWS = [row(index) for index in range(RECIPIENTS)]
_NOTICE = [(number, "The office is closed on Monday.", order_id) for number, _, order_id in _ROWS]
BODIES = {
    "one": Body(_ROWS[:1], one_text=True),
    "n1000": Body(_NOTICE, one_text=True),
    "i1000": Body(_ROWS, one_text=False),
}


def document(body: Body, app: str = APP) -> dict[str, Any]:
    """Build from the rows what a caller without an SDK would: the contract's body as plain dictionaries."""
    rows = body.rows
    if body.one_text:
        numbers = ",".join([number for number, _, _ in rows])
        order_ids = ",".join([order_id for _, _, order_id in rows])
        return {"appId": app, "array": [{"numbers": numbers, "content": rows[0][1], "orderId": order_ids}]}
    array = [{"numbers": number, "content": content, "orderId": order_id} for number, content, order_id in rows]
    return {"appId": app, "array": array}


def signed_headers(key: str = KEY, secret: str = SECRET) -> dict[str, str]:
    """Return the headers of a request that is signed now."""
    timestamp = str(int(time.time()))
    return {
        "Accept": "application/json",
        "Content-Type": "application/json;charset=UTF-8",
        "Api-Key": key,
        "Timestamp": timestamp,
        "Sign": md5((key + secret + timestamp).encode(), usedforsecurity=False).hexdigest(),
    }
