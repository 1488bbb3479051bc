"""Order ids on the wire: the caller's as they are, ours for everybody else."""

from typing import Any

import pytest

import laaffic
from conftest import Send, SendMany
from support.order_ids import Ours
from support.server import Server, answer, drop, success

ONE, TWO, THREE = "99900000001", "99900000002", "99900000003"
MIXED = [
    laaffic.Message([ONE, TWO], "x"),
    laaffic.Message(THREE, "y", order_ids=["mine"]),
    laaffic.Message(ONE, "z"),
]


def posted(server: Server, post: int = 0) -> list[str | None]:
    """Return the order ids of each message of a post."""
    return [message.get("orderId") for message in server.posts[post].json()["array"]]


def test_recipients_without_an_order_id_get_one_of_ours(send: Send, server: Server) -> None:
    result = send(MIXED, base_url=server.url)
    assert posted(server) == [Ours(0, 1), "mine", Ours(3)]
    assert [recipient.order_id for recipient in result.accepted] == [None, None, "mine", None]
    made = [f"{result.batch_id}-{position}" for position in range(4)]
    assert [recipient.wire_order_id for recipient in result.accepted] == [*made[:2], "mine", made[3]]


@pytest.mark.parametrize("row", [("+999 0000 0001", "x"), (ONE, "x"), (ONE, "x", None)])
def test_so_do_rows(send: Send, server: Server, row: Any) -> None:
    result = send(laaffic.Rows([row, row]), base_url=server.url)
    assert posted(server) == [Ours(0), Ours(1)]
    assert [recipient.wire_order_id for recipient in result.accepted] == posted(server)
    assert [recipient.order_id for recipient in result.accepted] == [None, None]


@pytest.mark.parametrize("messages", [MIXED, laaffic.Rows([(ONE, "x"), (TWO, "y")])])
def test_they_can_be_switched_off(send: Send, server: Server, messages: Any) -> None:
    result = send(messages, base_url=server.url, own_order_ids=False)
    assert {*posted(server)} <= {None, "mine"}
    assert all(recipient.wire_order_id == recipient.order_id for recipient in result.accepted)


@pytest.mark.parametrize(("value", "expected"), [("0", None), ("1", Ours(0))])
def test_the_environment_switches_them_off(
    send: Send, server: Server, monkeypatch: pytest.MonkeyPatch, value: str, expected: Any
) -> None:
    monkeypatch.setenv("LAAFFIC_OWN_ORDER_IDS", value)
    send([laaffic.Message(ONE, "x")], base_url=server.url)
    send([laaffic.Message(ONE, "x")], base_url=server.url, own_order_ids=True)
    assert [posted(server), posted(server, 1)] == [[expected], [Ours(0)]]


def test_a_seed_makes_bodies_repeatable(send_many: SendMany, server: Server) -> None:
    for _ in range(2):
        send_many(MIXED, base_url=server.url, max_recipients=2, order_id_seed=7)
    bodies = [post.json() for post in server.posts]
    assert bodies[:2] == bodies[2:]
    assert bodies[0] != bodies[1]


def test_what_may_have_been_sent_has_the_order_id_it_was_posted_under(send: Send, server: Server) -> None:
    server.will(drop)
    with pytest.raises(laaffic.OutcomeUnknownError) as caught:
        send([laaffic.Message(ONE, "x")], base_url=server.url)
    assert [recipient.wire_order_id for recipient in caught.value.result.unknown] == posted(server)


def test_what_was_not_posted_has_none(send: Send) -> None:
    with pytest.raises(laaffic.NotSentError) as caught:
        send(MIXED, base_url="http://127.0.0.1:1", connect_retries=0)
    assert [recipient.wire_order_id for recipient in caught.value.result.not_sent] == [None] * 4


def test_a_request_that_is_signed_again_has_the_same(send: Send, server: Server) -> None:
    server.will(answer({"status": "-16"}, headers={"Date": "Tue, 24 Nov 2020 11:55:41 GMT"}), success)
    result = send([laaffic.Message(ONE, "x")], base_url=server.url)
    assert posted(server) == posted(server, 1) == [result.recipients[0].wire_order_id]


def test_a_request_that_is_posted_again_in_parts_has_others(send_many: SendMany, server: Server) -> None:
    server.will(answer({"status": "-9"}), answer({"status": "-9"}), success)
    rows = laaffic.Rows([(ONE, "x"), (TWO, "y")])
    results = send_many(rows, base_url=server.url, split_refused=True)
    told = [recipient for result in results for recipient in result.recipients]
    assert [(recipient.number, recipient.state) for recipient in told] == [(ONE, "rejected"), (TWO, "accepted")]
    assert [recipient.wire_order_id for recipient in told] == [*posted(server, 1), *posted(server, 2)]
