"""send_many: any iterable, cut into requests."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator

import pytest

import laaffic
from conftest import SendMany
from support.server import Action, Server, answer, drop, success


def messages(count: int) -> Iterator[laaffic.Message]:
    """Yield messages for one recipient each."""
    for n in range(count):
        yield laaffic.Message(f"999{n:08d}", f"text {n}", order_ids=[str(n)])


def test_messages_are_cut_into_requests_of_at_most_max_recipients(send_many: SendMany, server: Server) -> None:
    results = send_many(messages(25), base_url=server.url, max_recipients=10)
    assert [len(result.recipients) for result in results] == [10, 10, 5]
    assert [len(request.json()["array"]) for request in server.posts] == [10, 10, 5]


def test_every_recipient_has_an_outcome_in_the_order_asked(send_many: SendMany, server: Server) -> None:
    results = send_many(messages(25), base_url=server.url, max_recipients=10)
    recipients = [recipient for result in results for recipient in result.recipients]
    assert [recipient.order_id for recipient in recipients] == [str(n) for n in range(25)]
    assert [recipient.message_index for recipient in recipients] == list(range(25))


def test_a_message_that_is_too_large_for_one_request_is_cut(send_many: SendMany, server: Server) -> None:
    numbers = [f"999{n:08d}" for n in range(25)]
    large = laaffic.Message(numbers, "hello", "ACME", [str(n) for n in range(25)])
    results = send_many([large], base_url=server.url, max_recipients=10)
    sent = [entry for request in server.posts for entry in request.json()["array"]]
    assert ",".join(entry["numbers"] for entry in sent) == ",".join(numbers)
    assert ",".join(entry["orderId"] for entry in sent) == ",".join(str(n) for n in range(25))
    assert {(entry["content"], entry["senderId"]) for entry in sent} == {("hello", "ACME")}
    assert {recipient.message_index for result in results for recipient in result.recipients} == {0}


def test_a_message_stays_whole_where_it_fits(send_many: SendMany, server: Server) -> None:
    small = [laaffic.Message([f"999{m}{n:06d}" for n in range(6)], "x") for m in range(3)]
    send_many(small, base_url=server.url, max_recipients=10)
    assert [len(request.json()["array"]) for request in server.posts] == [1, 1, 1]


def test_nothing_to_send_posts_nothing(send_many: SendMany, server: Server) -> None:
    assert send_many([], base_url=server.url) == []
    assert server.posts == []


def test_an_endless_iterable_is_read_as_it_is_needed(server: Server) -> None:
    read = itertools.count()
    endless = (laaffic.Message(f"999{next(read):08d}", "x") for _ in itertools.count())
    with laaffic.Client(base_url=server.url, max_recipients=10) as client:
        for result in itertools.islice(client.send_many(endless), 3):
            assert len(result.accepted) == 10
    assert next(read) <= 31
    assert len(server.posts) == 3


def test_an_async_iterable_is_read_too(server: Server) -> None:
    async def source() -> AsyncIterator[laaffic.Message]:
        for message in messages(15):
            await asyncio.sleep(0)
            yield message

    async def run() -> list[int]:
        async with laaffic.AsyncClient(base_url=server.url, max_recipients=10) as client:
            return [len(result.accepted) async for result in client.send_many(source())]

    assert asyncio.run(run()) == [10, 5]


@pytest.mark.parametrize(
    ("ending", "error"),
    [
        (answer({"status": "-1"}), laaffic.AuthenticationError),
        (answer({"status": "-2"}), laaffic.IPRestrictedError),
        (answer({"status": "-10"}), laaffic.InsufficientBalanceError),
        (answer({"status": "-16"}, headers={"Date": ""}), laaffic.TimestampExpiredError),
        (answer(b"", status=302), laaffic.HTTPStatusError),
        (answer(b"", status=401), laaffic.HTTPStatusError),
        (answer(b"", status=404), laaffic.HTTPStatusError),
        (answer(b"", status=429), laaffic.HTTPStatusError),
    ],
)
def test_it_ends_after_an_error_that_every_request_would_meet(
    send_many: SendMany, server: Server, ending: Action, error: type[Exception]
) -> None:
    server.will(success, ending, success)
    results = send_many(messages(50), base_url=server.url, max_recipients=10)
    assert [type(result.error) for result in results] == [type(None), error]
    assert len(server.posts) == 2


@pytest.mark.parametrize(
    "failing",
    [
        drop,
        answer({"status": "-3"}),
        answer({"status": "-9"}),
        answer({"status": "-18"}),
        answer({"status": "-99"}),
        answer(b"", status=400),
        answer(b"", status=503),
    ],
)
def test_it_goes_on_after_an_error_of_one_request(send_many: SendMany, server: Server, failing: Action) -> None:
    server.will(success, failing, success)
    results = send_many(messages(30), base_url=server.url, max_recipients=10)
    assert [result.error is None for result in results] == [True, False, True]
    assert len(server.posts) == 3


def test_no_connection_ends_it(send_many: SendMany) -> None:
    results = send_many(messages(30), base_url="http://127.0.0.1:1", max_recipients=10, connect_retries=0)
    assert [type(result.error) for result in results] == [laaffic.NotSentError]
    assert len(results[0].not_sent) == 10


def test_no_message_is_posted_twice_whatever_comes_back(send_many: SendMany, server: Server) -> None:
    server.will(drop, answer(b"", status=500), answer({"status": "-18"}), drop, success)
    send_many(messages(100), base_url=server.url, max_recipients=10)
    posted = [entry["numbers"] for request in server.posts for entry in request.json()["array"]]
    assert len(posted) == len(set(posted)) == 100


def test_an_iterable_that_fails_sends_nothing_of_what_was_not_yet_posted(send_many: SendMany, server: Server) -> None:
    def failing() -> Iterator[laaffic.Message]:
        yield from messages(15)
        raise KeyError("row 16")

    with pytest.raises(KeyError):
        send_many(failing(), base_url=server.url, max_recipients=10)
    assert len(server.posts) == 1


def test_something_that_is_no_message_is_named_by_its_place(send_many: SendMany, server: Server) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=r"messages\[3\]") as caught:
        send_many([*messages(3), {"numbers": "99900000001"}], base_url=server.url)
    assert [recipient.order_id for recipient in caught.value.result.not_sent] == ["0", "1", "2", None]
    assert server.posts == []


def test_reading_on_is_what_posts(server: Server) -> None:
    with laaffic.Client(base_url=server.url, max_recipients=1) as client:
        results = client.send_many(messages(3))
        next(results)
        assert len(server.posts) == 1
        results.close()
    assert len(server.posts) == 1


def test_what_was_read_ahead_when_it_ends_is_listed_as_not_sent(send_many: SendMany, server: Server) -> None:
    server.will(answer({"status": "-10"}))
    sizes = [1, 2, 5]
    given = [laaffic.Message([f"999{m}000000{n}" for n in range(size)], "x") for m, size in enumerate(sizes)]
    (result,) = send_many(iter(given), base_url=server.url, max_recipients=2)
    assert [(r.message_index, r.state) for r in result.recipients] == [
        (0, "rejected"),
        (1, "not_sent"),
        (1, "not_sent"),
    ]
    assert result.error is not None
    assert result.error.result is result


def test_the_rest_of_a_message_that_was_cut_is_listed_as_not_sent(send_many: SendMany, server: Server) -> None:
    server.will(answer({"status": "-10"}))
    (result,) = send_many(
        [laaffic.Message([f"9990000000{n}" for n in range(5)], "x")], base_url=server.url, max_recipients=2
    )
    assert [recipient.state[0] for recipient in result.recipients] == ["r", "r", "n", "n", "n"]
