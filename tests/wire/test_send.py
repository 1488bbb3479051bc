"""send(): one message to one recipient, which returns only when it was accepted."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

import laaffic
from support.server import Server, answer, drop, silence, success

SendOne = Callable[..., laaffic.Recipient]


@pytest.fixture
def send_one(kind: str) -> SendOne:
    """Return a function that sends one message with a new client of either kind."""

    def sync(*given: Any, base_url: str, **more: Any) -> laaffic.Recipient:
        with laaffic.Client(base_url=base_url) as client:
            return client.send(*given, **more)

    def not_sync(*given: Any, base_url: str, **more: Any) -> laaffic.Recipient:
        async def run() -> laaffic.Recipient:
            async with laaffic.AsyncClient(base_url=base_url) as client:
                return await client.send(*given, **more)

        return asyncio.run(run())

    return sync if kind == "sync" else not_sync


def test_an_accepted_recipient_is_returned(send_one: SendOne, server: Server) -> None:
    recipient = send_one("+999 0000 0001", "Hello", sender_id="ACME", order_id="o1", base_url=server.url)
    assert recipient == laaffic.Recipient("99900000001", "o1", "m0", laaffic.State.ACCEPTED, wire_order_id="o1")
    (message,) = server.posts[0].json()["array"]
    assert message == {"numbers": "99900000001", "content": "Hello", "senderId": "ACME", "orderId": "o1"}


def test_a_rejected_recipient_is_raised(send_one: SendOne, server: Server) -> None:
    server.will(answer({"status": "0", "success": "0", "fail": "1", "array": []}))
    with pytest.raises(laaffic.RejectedError, match="did not take the message to 99") as caught:
        send_one("99900000001", "Hello", base_url=server.url)
    assert caught.value.recipient.state == "rejected"
    assert caught.value.recipient is caught.value.result.recipients[0]
    assert caught.value.nothing_was_sent
    assert "99900000001" not in str(caught.value)


def test_the_reason_for_this_recipient_is_in_the_error(send_one: SendOne, server: Server) -> None:
    refused = [{"msgId": "7", "number": "99900000001", "reason": "DST_MCCMNC_LIMIT"}]
    server.will(answer({"status": "0", "success": "0", "fail": "1", "array": [], "failArray": refused}))
    with pytest.raises(laaffic.RejectedError, match="DST_MCCMNC_LIMIT") as caught:
        send_one("99900000001", "Hello", base_url=server.url)
    assert (caught.value.recipient.msg_id, caught.value.recipient.reason) == ("7", "DST_MCCMNC_LIMIT")


def test_a_refusal_of_the_request_is_its_own_error(send_one: SendOne, server: Server) -> None:
    server.will(answer({"status": "-10"}))
    with pytest.raises(laaffic.InsufficientBalanceError):
        send_one("99900000001", "Hello", base_url=server.url)


def test_a_lost_response_is_unknown(send_one: SendOne, server: Server) -> None:
    server.will(drop)
    with pytest.raises(laaffic.OutcomeUnknownError) as caught:
        send_one("99900000001", "Hello", base_url=server.url)
    assert not caught.value.nothing_was_sent


def test_an_acceptance_in_a_strange_response_is_returned(send_one: SendOne, server: Server) -> None:
    listed = [{"msgId": "7", "number": "99900000001"}]
    server.will(answer({"status": "0", "success": "1", "fail": "0", "array": listed}, status=500))
    assert send_one("99900000001", "Hello", base_url=server.url).msg_id == "7"


@pytest.mark.parametrize("number", ["99900000001,99900000002", ["99900000001"], 99900000001, ""])
def test_anything_but_one_number_is_refused_before_it_is_sent(send_one: SendOne, server: Server, number: Any) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match="number"):
        send_one(number, "Hello", base_url=server.url)
    assert server.posts == []


def test_a_timeout_for_one_call_is_that_calls_alone(server: Server) -> None:
    server.will(silence)
    with laaffic.Client(base_url=server.url) as client, pytest.raises(laaffic.OutcomeUnknownError, match="in time"):
        client.send("99900000001", "Hello", timeout=(5, 0.2))
    server.will(success)
    with laaffic.Client(base_url=server.url, timeout=(5, 0.000001)) as client:
        assert client.send("99900000001", "Hello", timeout=30).msg_id
        assert client.send_batch([laaffic.Message("99900000001", "Hello")], timeout=30).accepted
        assert [result.accepted for result in client.send_many([laaffic.Message("99900000001", "x")], timeout=30)]


def test_a_timeout_that_is_none_is_refused(server: Server) -> None:
    with laaffic.Client(base_url=server.url) as client, pytest.raises(laaffic.ConfigurationError, match="timeout"):
        client.send("99900000001", "Hello", timeout=-1)
    assert server.posts == []
