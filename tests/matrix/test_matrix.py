"""Every cell: the exception, what was sent, each recipient's state, and what the gateway really accepted, how often."""

import asyncio
import time
from collections import Counter
from itertools import repeat

import pytest

import laaffic
from laaffic_mock.gateway.faults.faults import Fault
from matrix.cell import Cell, Stage
from matrix.cells import CELLS
from matrix.faults import ROWS
from matrix.rule import check_the_rule

Outcome = tuple[list[laaffic.BatchResult], laaffic.LaafficError | None]
SECONDS_TO_SETTLE = 10.0


def send_sync(stage: Stage) -> Outcome:
    results, error = [], None
    with laaffic.Client(**stage.settings) as client:
        if stage.first:
            results.append(client.send_batch(stage.first))
            stage.between()
        try:
            results.append(client.send_batch(stage.messages))
        except laaffic.LaafficError as caught:
            results.append(caught.result)
            error = caught
    return results, error


async def send_async(stage: Stage) -> Outcome:
    results, error = [], None
    async with laaffic.AsyncClient(**stage.settings) as client:
        if stage.first:
            results.append(await client.send_batch(stage.first))
            stage.between()
        try:
            results.append(await client.send_batch(stage.messages))
        except laaffic.LaafficError as caught:
            results.append(caught.result)
            error = caught
    return results, error


def settle(stage: Stage, requests: int) -> None:
    """Wait until the gateway has dealt with a request whose client did not wait for it."""
    until = time.monotonic() + SECONDS_TO_SETTLE
    while stage.gateway.requests < requests and time.monotonic() < until:
        pass


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_what_is_reported_is_what_the_gateway_did(cell: Cell, kind: str, stage: Stage) -> None:
    cell.arrange(stage)
    results, error = send_sync(stage) if kind == "sync" else asyncio.run(send_async(stage))
    settle(stage, cell.requests)
    messages = stage.gateway.messages

    check_the_rule(results, messages)
    asked = [
        (number, order_id)
        for message in stage.messages
        for number, order_id in zip(message.numbers, message.order_ids or repeat(None), strict=False)
    ]
    recipients = results[-1].recipients
    assert [(recipient.number, recipient.order_id) for recipient in recipients] == asked
    assert "".join(recipient.state[0] for recipient in recipients) == cell.outcome.states
    assert type(error) is (cell.outcome.error or type(None))
    assert (error and error.sent) == cell.outcome.sent
    left = Counter((message.number, message.order_id) for message in messages)
    has = ""
    for recipient in recipients:  # that none of them has it twice is in the rule
        key = recipient.number, recipient.wire_order_id
        has += "y" if left[key] > 0 else "-"
        left[key] -= 1
    assert has == cell.outcome.has
    assert stage.gateway.requests == cell.requests
    assert all(reached() for reached in stage.reached)


def test_no_two_cells_have_the_same_name() -> None:
    assert len({str(cell) for cell in CELLS}) == len(CELLS)


def test_every_fault_of_the_gateway_has_its_cells() -> None:
    assert set(ROWS) == set(Fault)


def test_every_status_of_the_table_has_its_cell() -> None:
    words = {cell.happens.split(":")[0] for cell in CELLS}
    assert {f"status {code}" for code in laaffic.STATUSES} <= words
