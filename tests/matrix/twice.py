"""The cells of two texts to one number, of which the gateway takes the second alone."""

import json
from collections.abc import Callable
from typing import Any

import laaffic
from laaffic import OutcomeUnknownError
from matrix import places
from matrix.cell import ACCEPTED, Arrange, Cell, Outcome, Stage
from support.front import Reply, passed_on

_TAKEN = Outcome(None, None, "raa", "-yy")
_UNKNOWN = Outcome(OutcomeUnknownError, "unknown", "uua", "y-y")  # of the two that look the same, the gateway has one
Change = Callable[[dict[str, Any]], dict[str, Any]]


def _without_the_first(body: bytes) -> bytes:
    asked = json.loads(body)
    return json.dumps({**asked, "array": asked["array"][1:]}).encode()


def _second_alone(change: Change = lambda entry: entry, order_ids: str | None = None, **settings: Any) -> Arrange:
    """Let the gateway take all but the first text; `change` is what becomes of each entry of its response."""

    def reply(whole: Reply) -> bytes:
        said = json.loads(whole.body)
        said = {**said, "fail": "1", "array": [change(entry) for entry in said["array"]]}
        return Reply(whole.status, whole.headers, json.dumps(said).encode()).bytes()

    def arrange(stage: Stage) -> None:
        _same_number(stage, order_ids, **settings)
        stage.front(passed_on(stage.gateway.url, reply, ask=_without_the_first))

    return arrange


def _same_number(stage: Stage, order_ids: str | None = None, **settings: Any) -> None:
    numbers = ("99955500001", "99955500001", "99955500002")
    stage.messages = [laaffic.Message(number, f"text {n}", None, order_ids) for n, number in enumerate(numbers)]
    stage.settings.update(settings)


def _both(**settings: Any) -> Arrange:
    return lambda stage: _same_number(stage, **settings)


TWICE = [
    Cell(places.TWICE, "both are taken", _both(), ACCEPTED),
    Cell(places.TWICE, "both are taken; no order ids", _both(own_order_ids=False), ACCEPTED),
    Cell(places.TWICE, "one of them is taken, with order ids of ours", _second_alone(), _TAKEN),
    Cell(
        places.TWICE,
        "one of them is taken, with order ids of ours; listed with masked numbers",
        _second_alone(lambda entry: {**entry, "number": "999****0001"}),
        _TAKEN,
    ),
    Cell(
        places.TWICE,
        "one of them is taken, with order ids of ours; listed without",
        _second_alone(lambda entry: {**entry, "orderId": None}),
        _UNKNOWN._replace(has="-yy"),
        doubtful=True,
    ),
    Cell(
        places.TWICE,
        "one of them is taken; no order ids",
        _second_alone(own_order_ids=False),
        _UNKNOWN,
        doubtful=True,
    ),
    Cell(
        places.TWICE,
        "one of them is taken; all have the same order id",
        _second_alone(order_ids="o"),
        _UNKNOWN,
        doubtful=True,
    ),
]
