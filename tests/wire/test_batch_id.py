"""What names a request afterwards: its batch id, and the response as it came."""

import re

import pytest

import laaffic
from conftest import Send, SendMany
from support.order_ids import BATCH_ID
from support.server import Server, answer, drop


def test_the_batch_id_is_in_the_log_and_in_the_result(
    send: Send, server: Server, sample: list[laaffic.Message], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", "laaffic"):
        result = send(sample, base_url=server.url)
    assert re.fullmatch(BATCH_ID, result.batch_id or "")
    assert f"batch_id='{result.batch_id}'" in caplog.text


def test_it_is_in_the_error_and_its_text(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    server.will(drop)
    with pytest.raises(laaffic.OutcomeUnknownError) as caught:
        send(sample, base_url=server.url)
    assert caught.value.batch_id
    assert f"(batch {caught.value.batch_id})" in str(caught.value)


def test_each_request_has_its_own(send_many: SendMany, server: Server) -> None:
    messages = [laaffic.Message(f"999{n:08d}", "x") for n in range(6)]
    results = send_many(messages, base_url=server.url, max_recipients=2)
    assert len({result.batch_id for result in results}) == 3


def test_the_raw_response_is_kept_as_it_came(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    server.will(answer(b'{"status": "-10", "odd": 1}', headers={"X-Request": "7"}))
    with pytest.raises(laaffic.InsufficientBalanceError) as caught:
        send(sample, base_url=server.url)
    raw = caught.value.result.raw
    assert raw is not None
    assert (raw.http_status, raw.content) == (200, b'{"status": "-10", "odd": 1}')
    assert raw.headers["x-request"] == "7"


def test_without_a_response_there_is_none(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    server.will(drop)
    with pytest.raises(laaffic.OutcomeUnknownError) as caught:
        send(sample, base_url=server.url)
    assert caught.value.result.raw is None
