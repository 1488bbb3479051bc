"""Rows in place of messages: what is posted, and what is told of it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

import laaffic
from conftest import Send, SendMany
from support.order_ids import Ours
from support.server import Server, answer, success

ROWS = [(f"999{n:08d}", f"text {n}", f"o-{n}") for n in range(25)]
MESSAGES = [laaffic.Message(number, text, "ACME", [order_id]) for number, text, order_id in ROWS]


def bodies(server: Server) -> list[Any]:
    """Return what was posted, and forget it."""
    posted = [post.json() for post in server.posts]
    server.posts.clear()
    return posted


def test_rows_are_posted_and_told_of_as_messages_are(send: Send, server: Server) -> None:
    by_rows = send(laaffic.Rows(ROWS, sender_id="ACME"), base_url=server.url)
    posted = bodies(server)
    assert by_rows == send(MESSAGES, base_url=server.url)
    assert posted == bodies(server)
    assert len(by_rows.accepted) == 25


@pytest.mark.parametrize("how", [{}, {"concurrency": 3, "in_order": True}])
def test_many_rows_are_cut_as_messages_are(send_many: SendMany, server: Server, how: dict[str, Any]) -> None:
    by_rows = send_many(laaffic.Rows(iter(ROWS), sender_id="ACME"), base_url=server.url, max_recipients=10, **how)
    posted = sorted(map(str, bodies(server)))
    assert by_rows == send_many(MESSAGES, base_url=server.url, max_recipients=10, **how)
    assert posted == sorted(map(str, bodies(server)))
    assert [len(result.recipients) for result in by_rows] == [10, 10, 5]


def test_rows_that_are_spelled_otherwise_go_out_as_they_should(send: Send, server: Server) -> None:
    result = send(laaffic.Rows([("+999 0000 0001", "x"), ("99900000002", "y", None)]), base_url=server.url)
    assert [recipient.number for recipient in result.accepted] == ["99900000001", "99900000002"]
    assert bodies(server)[0]["array"] == [
        {"numbers": "99900000001", "content": "x", "orderId": Ours(0)},
        {"numbers": "99900000002", "content": "y", "orderId": Ours(1)},
    ]


def test_too_many_rows_for_one_request_are_refused_before_anything_is_sent(send: Send, server: Server) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match="25 recipients are too many") as caught:
        send(laaffic.Rows(ROWS), base_url=server.url, max_recipients=10)
    assert len(caught.value.result.not_sent) == 25
    assert server.posts == []


def test_no_rows_are_no_messages(send: Send, send_many: SendMany, server: Server) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match="no message"):
        send(laaffic.Rows([]), base_url=server.url)
    assert send_many(laaffic.Rows([]), base_url=server.url) == []
    assert server.posts == []


@pytest.mark.parametrize("how", [{}, {"concurrency": 3}])
def test_a_bad_row_is_named_and_those_before_it_are_told_of(server: Server, how: dict[str, Any]) -> None:
    got: list[laaffic.BatchResult] = []
    with laaffic.Client(base_url=server.url, max_recipients=10) as client:
        many = client.send_many(laaffic.Rows([*ROWS[:13], ("0", "x"), *ROWS[13:]]), **how)
        with pytest.raises(laaffic.InvalidMessageError) as caught:
            got.extend(many)  # which keeps what came before it failed
    assert caught.value.message_index == 13
    assert [recipient.message_index for recipient in caught.value.result.not_sent] == list(range(10, 20))
    assert [recipient.message_index for result in got for recipient in result.accepted] == list(range(10))
    assert len(server.posts) == 1


def test_a_refusal_of_all_ends_it_and_the_rest_stays_unread(send_many: SendMany, server: Server) -> None:
    read: list[int] = []

    def noted() -> Iterator[tuple[str, ...]]:
        for place, row in enumerate(ROWS):
            read.append(place)
            yield row

    server.will(success, answer({"status": "-10"}))
    results = send_many(laaffic.Rows(noted()), base_url=server.url, max_recipients=10)
    assert [len(result.recipients) for result in results] == [10, 10]
    assert len(read) == 20


def test_what_rows_say_stands_in_no_error(server: Server) -> None:
    server.will(answer({"status": "-99", "reason": "refused: text 3 for 99900000003"}))
    with pytest.raises(laaffic.StatusError) as caught, laaffic.Client(base_url=server.url) as client:
        client.send_batch(laaffic.Rows(ROWS))
    assert "text 3" not in str(caught.value)
    assert "99900000003" not in str(caught.value)


def test_the_blocking_client_refuses_an_async_iterable_of_rows_with_the_remedy() -> None:
    async def rows() -> Any:
        yield "99900000001", "x"

    async def run() -> None:
        with laaffic.Client(base_url="http://127.0.0.1:1") as client:
            client.send_batch(laaffic.Rows(rows()))

    with pytest.raises(laaffic.InvalidMessageError, match="AsyncClient"):
        asyncio.run(run())
