"""What is sent: three bodies, each as the rows that a caller has."""

from typing import Any, NamedTuple

KEY, SECRET, APP = "bench-key", "bench-secret", "bench-app"
RECEIVERS = 1000

Row = tuple[str, str, str]  # number, text, order id


class Body(NamedTuple):
    """One kind of request."""

    name: str
    means: str
    rows: list[Row]
    one_text: bool  # all the rows in one message, because they share its text


def row(place: int) -> Row:
    """Return the row of a receiver; the country code 999 is nobody's."""
    return (
        f"99955{place:06d}",
        f"Hello Ana, your order {place:06d} is ready. Your code is {place:04d}.",
        f"order-{place:06d}",
    )


def _rows(count: int) -> list[Row]:
    return [row(place) for place in range(count)]


BODIES = {
    body.name: body
    for body in (
        Body("one", "1 receiver, 1 message", _rows(1), one_text=True),
        Body(
            "n1000",
            "1,000 receivers, 1 message",
            [(number, "The office is closed on Monday.", order_id) for number, _, order_id in _rows(RECEIVERS)],
            one_text=True,
        ),
        Body("i1000", "1,000 receivers, 1,000 messages", _rows(RECEIVERS), one_text=False),
    )
}


def document(body: Body, app: str = APP) -> dict[str, Any]:
    """Build from the rows what a caller without any SDK would: the contract's body as plain dictionaries."""
    if body.one_text:
        numbers = ",".join([number for number, _, _ in body.rows])
        order_ids = ",".join([order_id for _, _, order_id in body.rows])
        return {"appId": app, "array": [{"numbers": numbers, "content": body.rows[0][1], "orderId": order_ids}]}
    return {
        "appId": app,
        "array": [
            {"numbers": number, "content": content, "orderId": order_id} for number, content, order_id in body.rows
        ],
    }
