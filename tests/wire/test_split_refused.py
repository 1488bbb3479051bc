"""split_refused: a request that is refused as a whole is posted in parts until those to blame are alone."""

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import laaffic
from conftest import SendMany
from laaffic._batch.batch import Batch, MessageBatch
from laaffic._bulk.posts import Posts
from support.server import Action, Connection, Server, answer, success

BAD = "00000666"


def refusing(is_bad: Callable[[list[Any]], str | None]) -> Action:
    """Refuse the whole request with the status that `is_bad` finds in its messages; else accept all of it."""

    def act(connection: Connection) -> bool:
        status = is_bad(connection.request.json()["array"])
        return answer({"status": status, "reason": "because"})(connection) if status else success(connection)

    return act


def for_a_number(messages: list[Any]) -> str | None:
    """Find a bad number."""
    return "-9" if any(BAD in message["numbers"] for message in messages) else None


def for_a_text(messages: list[Any]) -> str | None:
    """Find a bad text."""
    return "-3" if any("bad" in message["content"] for message in messages) else None


def rows(count: int, bad: set[int]) -> laaffic.Rows:
    """Return rows of which some have a bad number."""
    return laaffic.Rows((f"999{BAD if n in bad else f'{n + 1000:08d}'}", "x", f"o{n}") for n in range(count))


def posted_and_accepted(server: Server, bad: str = BAD) -> Counter[str]:
    """Count how often the server accepted each number."""
    posts = [",".join(message["numbers"] for message in post.json()["array"]).split(",") for post in server.posts]
    return Counter(number for post in posts if not any(bad in number for number in post) for number in post)


@pytest.mark.parametrize("how", [{}, {"concurrency": 3}, {"concurrency": 3, "in_order": True}])
@pytest.mark.parametrize("bad", [{0}, {7}, {299}, {3, 150}, set(range(0, 300, 50))])
def test_the_others_are_sent_exactly_once(
    send_many: SendMany, server: Server, bad: set[int], how: dict[str, Any]
) -> None:
    server.will(refusing(for_a_number))
    results = send_many(rows(300, bad), base_url=server.url, max_recipients=100, split_refused=True, **how)
    outcomes = {r.message_index: r.state for result in results for r in result.recipients}
    assert sum(len(result.recipients) for result in results) == 300
    assert {index for index, state in outcomes.items() if state == "rejected"} == bad
    assert set(posted_and_accepted(server).values()) == {1}
    assert len(posted_and_accepted(server)) == 300 - len(bad)
    assert len(results) == len(server.posts)


def test_a_message_is_cut_within(send_many: SendMany, server: Server) -> None:
    numbers = [f"999{n + 1000:08d}" for n in range(9)]
    numbers[4] = f"999{BAD}"
    server.will(refusing(for_a_number))
    results = send_many([laaffic.Message(numbers, "x")], base_url=server.url, split_refused=True)
    assert [r.number for result in results for r in result.rejected] == [numbers[4]]
    assert posted_and_accepted(server) == Counter({number: 1 for number in numbers if BAD not in number})


def test_a_bad_text_is_found(send_many: SendMany, server: Server) -> None:
    server.will(refusing(for_a_text))
    given_rows = laaffic.Rows((f"999{n:08d}", "bad" if n == 5 else "good") for n in range(16))
    results = send_many(given_rows, base_url=server.url, split_refused=True)
    (guilty,) = [r for result in results for r in result.rejected]
    assert guilty.message_index == 5
    assert guilty.reason == laaffic.STATUSES["-3"].meaning


@pytest.mark.parametrize("bad", [0, 1, 511, 512, 700, 1023])
def test_one_bad_number_costs_few_requests(send_many: SendMany, server: Server, bad: int) -> None:
    server.will(refusing(for_a_number))
    send_many(rows(1024, {bad}), base_url=server.url, max_recipients=1024, split_refused=True)
    assert len(server.posts) <= 2 * math.log2(1024)


def test_too_many_at_once_are_posted_in_smaller_requests(send_many: SendMany, server: Server) -> None:
    server.will(refusing(lambda messages: "-7" if len(messages) > 30 else None))
    results = send_many(rows(100, set()), base_url=server.url, split_refused=True)
    assert sum(len(result.accepted) for result in results) == 100
    assert len(server.posts) == 7


def test_a_request_that_is_posted_again_hands_over_no_recipients_and_no_error(server: Server) -> None:
    server.will(refusing(for_a_number))
    with laaffic.Client(base_url=server.url) as client:
        first, *others = client.send_many(rows(4, {0}), split_refused=True)
    assert first.recipients == ()
    assert (first.status, first.error) == ("-9", None)
    (error,) = [result.error for result in others if result.error]
    assert isinstance(error, laaffic.InvalidNumberError)
    assert "this recipient alone" in str(error)
    assert [r.message_index for result in others for r in result.rejected] == [0]


@pytest.mark.parametrize(
    "refusal",
    [
        answer({"status": "-9", "success": "1"}),
        answer({"status": "-9", "array": [{"msgId": "m", "number": "99900001000"}]}),
        answer({"status": "-9"}, status=500),
        answer({"status": "-9", "array": {"0": {"msgId": "m"}}}),
        answer({"status": "-18"}),
        answer({"status": "-10"}),
        answer(b"<html>", status=400),
    ],
)
def test_what_is_not_certainly_a_refusal_of_all_for_one_is_not_posted_again(
    send_many: SendMany, server: Server, refusal: Action
) -> None:
    server.will(refusal, success)
    results = send_many(rows(8, set()), base_url=server.url, split_refused=True)
    assert len(server.posts) == 1
    assert len(results[0].recipients) == 8


def test_every_request_has_a_connection_of_its_own(send_many: SendMany, server: Server) -> None:
    server.will(refusing(for_a_number))
    send_many(rows(16, {3}), base_url=server.url, max_recipients=8, split_refused=True)
    assert server.connections == len(server.posts)


def test_a_transport_of_ones_own_is_refused(server: Server) -> None:
    with (
        laaffic.Client(base_url=server.url, transport=httpx2.HTTPTransport()) as client,
        pytest.raises(laaffic.ConfigurationError, match="connections of its own"),
    ):
        client.send_many(rows(8, set()), split_refused=True)


def test_when_sending_ends_the_refused_ones_are_in_the_last_result(send_many: SendMany, server: Server) -> None:
    server.will(answer({"status": "-9"}), answer({"status": "-10"}))
    results = send_many(rows(16, {3}), base_url=server.url, max_recipients=8, split_refused=True)
    assert len(server.posts) == 2
    assert sorted(r.message_index for result in results for r in result.recipients) == list(range(8))
    assert {r.state for r in results[-1].recipients} == {"rejected"}


def test_a_lost_response_in_the_search_leaves_only_its_own_unknown(send_many: SendMany, server: Server) -> None:
    server.will(answer({"status": "-9"}), answer(b"", status=502), success)
    results = send_many(rows(8, set()), base_url=server.url, split_refused=True)
    states = Counter(str(r.state) for result in results for r in result.recipients)
    assert states == {"unknown": 4, "accepted": 4}


def test_without_it_nothing_is_posted_again(send_many: SendMany, server: Server) -> None:
    server.will(refusing(for_a_number))
    (result,) = send_many(rows(8, {3}), base_url=server.url)
    assert len(result.rejected) == 8
    assert len(server.posts) == 1


def refusal_of(part: Batch, *, bad: bool) -> laaffic.BatchResult:
    """Return what becomes of a part: refused as a whole when one in it is bad."""
    state = laaffic.State.REJECTED if bad else laaffic.State.ACCEPTED
    asked = part.asked()
    recipients = asked.outcomes([state] * len(asked), [None] * len(asked))
    raw = laaffic.RawResponse(200, {}, b"")
    if not bad:
        return laaffic.BatchResult(recipients, status="0", raw=raw)
    return laaffic.BatchResult(recipients, status="-9", raw=raw, error=laaffic.InvalidNumberError("refused"))


@given(size=st.integers(1, 40), bad=st.sets(st.integers(0, 39)))
def test_whoever_is_bad_the_search_ends_with_each_in_one_result(size: int, bad: set[int]) -> None:
    batch = MessageBatch([laaffic.Message(f"999{n:08d}", "x") for n in range(size)], range(size))
    posts, seen, requests = Posts(batch, split=True), Counter[int](), 0
    while (part := posts.next()) is not None:
        requests += 1
        places = list(part.asked().message_indexes)
        result = refusal_of(part, bad=bool(bad & set(places)))
        seen.update(r.message_index for r in posts.result_of(result).recipients)
        assert posts.result_of(result).recipients or len(places) > 1
        posts.advance(result)
    assert seen == Counter(range(size))
    guilty = len([place for place in bad if place < size])
    assert requests <= 1 + guilty * (math.log2(size) + 3)


def test_what_is_in_flight_has_the_order_ids_that_are_posted_and_the_others_those_of_the_refused_request() -> None:
    batch = MessageBatch([laaffic.Message(f"999{n:08d}", "x") for n in range(4)], range(4))
    posts = Posts(batch, split=True)
    posts.next()
    posts.advance(refusal_of(batch, bad=True))
    part = posts.next()
    assert part is not None
    assert [recipient.wire_order_id for recipient in posts.in_flight()] == part.asked().wire_order_ids
    assert posts.batch_id == part.id != batch.id
    assert [recipient.wire_order_id for recipient in posts.left()] == batch.asked().wire_order_ids[2:]


def test_when_nobody_reads_on_the_log_says_who_was_refused(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.will(answer({"status": "-9"}), success)
    with caplog.at_level("WARNING", "laaffic"), laaffic.Client(base_url=server.url) as client:
        results = client.send_many(rows(8, set()), split_refused=True)
        assert [len(next(results).accepted) for _ in range(2)] == [0, 4]
        results.close()
    (line,) = caplog.messages
    assert line.startswith("messages 4 to 7, whose result nobody read: BatchResult(rejected=4")
