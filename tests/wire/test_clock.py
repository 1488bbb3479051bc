"""Status -16: the clock of this machine is off."""

import time
from email.utils import formatdate

import pytest

import laaffic
from conftest import Send
from support.server import Action, Connection, Server, answer, drop, success


def expired(ahead: float = 0.0, **fields: object) -> Action:
    """Refuse the timestamp, with the server's clock this many seconds ahead of ours."""
    date = formatdate(time.time() + ahead, usegmt=True)
    return answer({"status": "-16", "reason": "超出時間範圍限制", **fields}, headers={"Date": date})


def strict_for(ahead: float, signed: Action) -> Action:
    """Do this with what is signed by a clock that is so many seconds ahead of ours, and refuse anything else."""

    def act(connection: Connection) -> bool:
        off = float(connection.request.headers["timestamp"]) - time.time() - ahead
        return signed(connection) if abs(off) < 1800 else expired(ahead)(connection)

    return act


def strict(ahead: float) -> Action:
    """Accept only what is signed by a clock that is this many seconds ahead of ours."""
    return strict_for(ahead, success)


@pytest.mark.parametrize("ahead", [7200.0, -7200.0])
def test_a_wrong_clock_is_corrected_by_the_servers_date(
    send: Send, server: Server, sample: list[laaffic.Message], ahead: float
) -> None:
    server.will(strict(ahead))
    assert len(send(sample, base_url=server.url).accepted) == 3
    assert len(server.posts) == 2
    first, second = (request.headers for request in server.posts)
    assert abs(int(second["timestamp"]) - int(first["timestamp"]) - ahead) < 60
    assert first["sign"] != second["sign"]
    assert server.posts[0].body == server.posts[1].body


def test_the_correction_is_kept_for_the_requests_that_follow(server: Server, sample: list[laaffic.Message]) -> None:
    server.will(strict(7200.0))
    with laaffic.Client(base_url=server.url) as client:
        client.send_batch(sample)
        client.send_batch(sample)
    assert len(server.posts) == 3


def test_on_a_kept_connection_the_error_says_that_the_next_request_is_signed_by_their_clock(
    server: Server, sample: list[laaffic.Message]
) -> None:
    server.will(success, strict(7200.0))
    with laaffic.Client(base_url=server.url) as client:
        client.send_batch(sample)
        with pytest.raises(laaffic.TimestampExpiredError, match="signs its next request by the provider's clock") as it:
            client.send_batch(sample)
        assert it.value.nothing_was_sent
        assert len(client.send_batch(sample).accepted) == 3
    assert len(server.posts) == 3


def assert_in_doubt(error: laaffic.LaafficError) -> None:
    """Assert that it claims nothing of anybody, and does not advise to send again."""
    assert error.sent == "unknown"
    assert len(error.result.unknown) == 3
    assert error.hint.startswith("Do not send again blindly")
    assert "signs its next request" not in error.hint
    assert not error.retryable


def test_a_second_refusal_contradicts_the_first(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    server.will(expired(7200.0))
    with pytest.raises(laaffic.TimestampExpiredError) as caught:
        send(sample, base_url=server.url)
    assert len(server.posts) == 2
    assert_in_doubt(caught.value)


DATES = [
    "",
    "yesterday",
    "Mon, 99 Foo 2026 99:99:99 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
]


@pytest.mark.parametrize("date", DATES)
def test_without_a_readable_date_it_is_believed_in_nothing(
    send: Send, server: Server, sample: list[laaffic.Message], date: str
) -> None:
    server.will(answer({"status": "-16"}, headers={"Date": date}))
    with pytest.raises(laaffic.TimestampExpiredError) as caught:
        send(sample, base_url=server.url)
    assert len(server.posts) == 1
    assert_in_doubt(caught.value)


@pytest.mark.parametrize("ahead", [0.0, 1600.0, -1600.0])
def test_a_refusal_of_a_timestamp_that_was_right_is_believed_in_nothing(
    send: Send, server: Server, sample: list[laaffic.Message], ahead: float
) -> None:
    server.will(expired(ahead), success)
    with pytest.raises(laaffic.TimestampExpiredError) as caught:
        send(sample, base_url=server.url)
    assert len(server.posts) == 1
    assert_in_doubt(caught.value)


def test_a_response_that_says_it_and_something_else_is_not_posted_again(
    send: Send, server: Server, sample: list[laaffic.Message]
) -> None:
    listed = b'[{"msgId":"m1","number":"91856321412"}]'
    body = b'{"status":"0","array":%s,"st\\u0061tus":"-16"}' % listed
    server.will(answer(body, headers={"Date": formatdate(time.time() + 7200, usegmt=True)}), success)
    with pytest.raises(laaffic.OutcomeUnknownError) as caught:
        send(sample, base_url=server.url)
    assert len(server.posts) == 1
    assert [recipient.state[0] for recipient in caught.value.result.recipients] == ["a", "u", "u"]


def test_what_was_accepted_all_the_same_is_not_posted_again(
    send: Send, server: Server, sample: list[laaffic.Message]
) -> None:
    server.will(expired(7200.0, array=[{"msgId": "m1", "number": "91856321412"}]))
    with pytest.raises(laaffic.TimestampExpiredError) as caught:
        send(sample, base_url=server.url)
    assert len(server.posts) == 1
    assert caught.value.sent == "unknown"
    assert [recipient.state[0] for recipient in caught.value.result.recipients] == ["a", "u", "u"]


@pytest.mark.parametrize(
    "evidence",
    [{"success": "1"}, {"success": 2.0}, {"success": "2.0"}, {"fail": "1"}, {"array": {"0": {"msgId": "1"}}}],
    ids=str,
)
def test_a_refusal_that_may_tell_of_accepted_recipients_is_not_posted_again(
    send: Send, server: Server, sample: list[laaffic.Message], evidence: dict[str, object]
) -> None:
    server.will(expired(7200.0, **evidence), success)
    with pytest.raises(laaffic.TimestampExpiredError) as caught:
        send(sample, base_url=server.url)
    assert caught.value.sent == "unknown"
    assert len(server.posts) == 1


@pytest.mark.parametrize("status", [302, 400, 408, 500, 502, 503])
def test_only_an_answer_that_is_surely_the_providers_is_posted_again(
    send: Send, server: Server, sample: list[laaffic.Message], status: int
) -> None:
    date = formatdate(time.time() + 7200, usegmt=True)
    server.will(answer({"status": "-16"}, status=status, headers={"Date": date}), success)
    with pytest.raises(laaffic.LaafficError):
        send(sample, base_url=server.url)
    assert len(server.posts) == 1


def test_a_second_refusals_date_is_used_for_the_next_request(server: Server, sample: list[laaffic.Message]) -> None:
    server.will(expired(7200.0), expired(0.0), strict(0.0))
    with laaffic.Client(base_url=server.url) as client:
        with pytest.raises(laaffic.TimestampExpiredError):
            client.send_batch(sample)
        assert len(client.send_batch(sample).accepted) == 3
    assert len(server.posts) == 3


def test_a_lost_second_answer_is_unknown(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    server.will(expired(7200.0), drop)
    with pytest.raises(laaffic.OutcomeUnknownError):
        send(sample, base_url=server.url)
    assert len(server.posts) == 2


def test_a_message_id_that_looks_like_the_status_changes_nothing(
    send: Send, server: Server, sample: list[laaffic.Message]
) -> None:
    listed = [{"msgId": "x-16", "number": f"9185632141{n}"} for n in (2, 3, 4)]
    server.will(answer({"status": "0", "array": listed}))
    assert len(send(sample, base_url=server.url).accepted) == 3
    assert len(server.posts) == 1
