"""Every cell: the exception, what was sent, each recipient's state, and what the gateway really accepted, how often."""

import asyncio
import time
from collections import Counter
from itertools import repeat

import pytest

import laaffic
from conftest import CREDENTIALS
from laaffic_mock.gateway.faults.faults import Fault
from matrix.cell import Cell, Stage
from matrix.cells import CELLS
from matrix.faults import ROWS
from matrix.rule import check_the_rule, check_what_was_found

Outcome = tuple[list[laaffic.BatchResult], laaffic.LaafficError | None]
SECONDS_TO_SETTLE = 10.0
A_DAY = 86_400.0


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


def reconcile(stage: Stage, recipients: list[laaffic.Recipient]) -> list[laaffic.Recipient]:
    """Ask the gateway itself, once it has finished all that it accepted."""
    stage.gateway.configure(app_id=CREDENTIALS["app_id"])
    stage.gateway.advance(A_DAY)
    with laaffic.Client(base_url=stage.gateway.url) as client:
        return client.reconcile(recipients, sent_between=stage.sent_between())


async def reconcile_async(stage: Stage, recipients: list[laaffic.Recipient]) -> list[laaffic.Recipient]:
    """Do the same without blocking."""
    stage.gateway.configure(app_id=CREDENTIALS["app_id"])
    stage.gateway.advance(A_DAY)
    async with laaffic.AsyncClient(base_url=stage.gateway.url) as client:
        return await client.reconcile(recipients, sent_between=stage.sent_between())


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
    messages, requests = stage.gateway.messages, stage.gateway.requests

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
    every = [recipient for result in results for recipient in result.recipients]
    reconciled = reconcile(stage, every) if kind == "sync" else asyncio.run(reconcile_async(stage, every))
    check_what_was_found(every, reconciled, messages)
    mine = reconciled[len(reconciled) - len(recipients) :]
    assert "".join(recipient.state[0] for recipient in mine) == cell.reconciled
    assert requests == cell.requests
    assert all(reached() for reached in stage.reached)


def test_no_two_cells_have_the_same_name() -> None:
    assert len({str(cell) for cell in CELLS}) == len(CELLS)


def test_every_fault_of_the_gateway_has_its_cells() -> None:
    assert set(ROWS) == set(Fault)


def test_every_status_of_the_table_has_its_cell() -> None:
    words = {cell.happens.split(":")[0] for cell in CELLS}
    assert {f"status {code}" for code in laaffic.STATUSES} <= words
