"""The stateful gateway: the provider's rules, its book, and its inspection."""

import hashlib
import logging
import os
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

import laaffic
from laaffic_mock import AcceptedMessage, Gateway, GatewayError, RemoteGateway, environment_for, magic_numbers
from laaffic_mock._account import SAMPLE_APP, SAMPLE_KEY, SAMPLE_SECRET
from laaffic_mock.gateway.endpoints.send_batch import fits
from mock.asked import inspect

ONE, TWO = "99955500001", "99955500002"
PATH = "/v3/sendSms/batch"


@pytest.fixture(scope="module")
def running() -> Iterator[Gateway]:
    """Return a gateway for all tests of this file."""
    with Gateway() as gateway:
        yield gateway


@pytest.fixture
def gateway(running: Gateway) -> Gateway:
    """Return the gateway, empty."""
    running.clear()
    return running


@pytest.fixture
def client(gateway: Gateway) -> Iterator[laaffic.Client]:
    """Return a client of the gateway."""
    with laaffic.Client(SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP, base_url=gateway.url) as made:
        yield made


def one(content: str = "hello") -> list[laaffic.Message]:
    """Return a batch of one message."""
    return [laaffic.Message(ONE, content)]


def test_what_it_accepts_it_keeps_in_order(gateway: Gateway, client: laaffic.Client) -> None:
    result = client.send_batch([laaffic.Message([ONE, TWO], "hi", "ACME", ["a", "b"]), laaffic.Message(ONE, "again")])
    first, second, third = gateway.messages
    assert first == AcceptedMessage(str(result.accepted[0].msg_id), ONE, "hi", "ACME", "a", first.accepted_at)
    assert (second.number, second.order_id) == (TWO, "b")
    assert (third.content, third.sender_id, third.order_id) == ("again", "", f"{result.batch_id}-2")
    assert len({message.msg_id for message in gateway.messages}) == 3


def post(gateway: Gateway, secret: str) -> Any:
    """Post one message by hand, and return the answer as it is."""
    now = str(int(time.time()))
    sign = hashlib.md5(f"{SAMPLE_KEY}{secret}{now}".encode(), usedforsecurity=False).hexdigest()
    headers = {"Api-Key": SAMPLE_KEY, "Timestamp": now, "Sign": sign}
    body = {"appId": SAMPLE_APP, "array": [{"numbers": ONE, "content": "x"}]}
    return httpx2.post(f"{gateway.url}{PATH}", headers=headers, json=body, trust_env=False).json()


def test_it_answers_in_the_providers_types(gateway: Gateway) -> None:
    msg_id = post(gateway, SAMPLE_SECRET)["array"][0].pop("msgId")
    assert msg_id.isdigit()
    assert len(msg_id) == 19
    answer = post(gateway, SAMPLE_SECRET)
    del answer["array"][0]["msgId"]
    listed = [{"number": ONE, "orderId": None}]
    assert answer == {"status": "0", "reason": "success", "success": "1", "fail": "0", "array": listed}


def test_a_wrong_signature_is_refused_in_the_providers_words(gateway: Gateway) -> None:
    assert post(gateway, "another secret") == {"status": "-1", "reason": "認證錯誤"}


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"api_key": "another"}, laaffic.AuthenticationError),
        ({"api_secret": "another"}, laaffic.AuthenticationError),
        ({"app_id": "another"}, laaffic.AuthenticationError),
        ({"allowed_ips": []}, laaffic.IPRestrictedError),
        ({"words": ["hell"]}, laaffic.SensitiveContentError),
        ({"templates": ["Your code is {code}"]}, laaffic.TemplateMismatchError),
        ({"balance": 0}, laaffic.InsufficientBalanceError),
    ],
    ids=str,
)
def test_an_account_that_does_not_allow_it_refuses_the_whole_request(
    gateway: Gateway, client: laaffic.Client, settings: dict[str, Any], error: type[laaffic.StatusError]
) -> None:
    gateway.configure(**settings)
    with pytest.raises(error):
        client.send_batch([*one(), laaffic.Message(TWO, "bye")])
    gateway.assert_not_sent()


@pytest.mark.parametrize(
    "settings",
    [
        {"allowed_ips": ["127.0.0.1"]},
        {"words": ["other"]},
        {"templates": ["Bye", "{greeting}lo"]},
        {"balance": 1},
        {"clock_offset": 1700},
        {"clock_offset": -1700},
    ],
    ids=str,
)
def test_an_account_that_allows_it_accepts(gateway: Gateway, client: laaffic.Client, settings: dict[str, Any]) -> None:
    gateway.configure(**settings)
    client.send_batch(one())
    assert gateway.requests == 1


def test_a_clock_that_is_off_is_corrected_by_its_date(gateway: Gateway, client: laaffic.Client) -> None:
    gateway.configure(clock_offset=7200)
    assert len(client.send_batch(one()).accepted) == 1
    assert gateway.requests == 2
    gateway.assert_sent(to=ONE, times=1)


def test_each_recipient_costs_one_until_the_balance_is_used_up(gateway: Gateway, client: laaffic.Client) -> None:
    gateway.balance = 3
    client.send_batch([laaffic.Message([ONE, TWO], "x")])
    assert gateway.balance == 1
    with pytest.raises(laaffic.InsufficientBalanceError):
        client.send_batch([laaffic.Message([ONE, TWO], "x")])
    assert gateway.balance == 1
    client.send_batch(one())
    assert gateway.balance == 0


def test_too_many_recipients_are_refused(gateway: Gateway) -> None:
    account = (SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP)
    with laaffic.Client(*account, base_url=gateway.url, max_recipients=2000) as client:
        with pytest.raises(laaffic.TooManyNumbersError):
            client.send_batch([laaffic.Message([f"9995550{n:04d}" for n in range(1001)], "x")])
        client.send_batch([laaffic.Message([f"9995550{n:04d}" for n in range(1000)], "x")])
    assert len(gateway.messages) == 1000


def test_every_magic_number_has_a_meaning_of_its_own() -> None:
    table = magic_numbers()
    assert len({number for number, _ in table}) == len({means for _, means in table}) == len(table)
    assert all(number.startswith("999") and len(number) == 11 for number, _ in table)


def test_the_first_magic_number_of_a_request_decides(gateway: Gateway, client: laaffic.Client) -> None:
    with pytest.raises(laaffic.NoPriceError):
        client.send_batch([laaffic.Message([ONE, "99900100019", "99900100010"], "x")])
    gateway.assert_not_sent()


def test_a_number_that_is_not_taken_leaves_the_others(gateway: Gateway, client: laaffic.Client) -> None:
    result = client.send_batch([laaffic.Message([ONE, "99900300001", TWO], "x")])
    assert [recipient.state for recipient in result.recipients] == ["accepted", "rejected", "accepted"]
    assert [message.number for message in gateway.messages] == [ONE, TWO]


def test_faults_are_taken_in_the_order_asked(gateway: Gateway, client: laaffic.Client) -> None:
    gateway.fail_next("http_503")
    gateway.fail_next("accept_then_drop", times=2)
    for _ in range(3):
        with pytest.raises(laaffic.OutcomeUnknownError):
            client.send_batch(one())
    client.send_batch(one())
    assert gateway.counts == {"requests": 4, "http_503": 1, "accept_then_drop": 2, "status 0": 1}
    gateway.assert_sent(to=ONE, times=3)


def test_a_skewed_clock_is_corrected_and_lasts_until_it_is(gateway: Gateway, client: laaffic.Client) -> None:
    gateway.fail_next("clock_skew")
    assert len(client.send_batch(one()).accepted) == 1
    assert gateway.counts == {"requests": 2, "clock_skew": 2}
    # The clock is right again. A refusal on a connection that was used before corrects it for the requests that follow.
    with pytest.raises(laaffic.TimestampExpiredError) as caught:
        client.send_batch(one())
    assert (caught.value.nothing_was_sent, caught.value.retryable) == (True, True)
    assert client.send_batch(one()).accepted
    gateway.assert_sent(times=2)


def test_by_chance_too_a_skewed_clock_is_corrected(gateway: Gateway, client: laaffic.Client) -> None:
    gateway.fail_by_chance({"clock_skew": 1})
    assert len(client.send_batch(one()).accepted) == 1


def test_the_magic_number_of_a_skewed_clock_names_the_condition() -> None:
    means = next(means for _, means in magic_numbers() if "two hours ahead" in means)
    assert means.endswith("the next one on a connection that was used before")


@pytest.mark.parametrize(("times", "expected"), [(None, "at least one message"), (0, "no message"), (2, "2 messages")])
def test_an_assertion_that_fails_counts_in_english(
    gateway: Gateway, client: laaffic.Client, times: int | None, expected: str
) -> None:
    client.send_batch(one())
    with pytest.raises(AssertionError, match=f"expected {expected} to "):
        gateway.assert_sent(to=ONE if times == 0 else TWO, times=times)


def test_a_skewed_clock_refuses_who_does_not_correct_it(gateway: Gateway) -> None:
    gateway.fail_next("clock_skew")
    assert [post(gateway, SAMPLE_SECRET)["status"] for _ in range(3)] == ["-16"] * 3
    gateway.assert_not_sent()


def test_an_unknown_fault_is_an_error_that_lists_them(gateway: Gateway) -> None:
    with pytest.raises(
        GatewayError, match=r"'fire': there is no such fault; there are refuse_connection, drop_before"
    ) as caught:
        gateway.fail_next("fire")
    assert type(caught.value).__module__ == "laaffic_mock"
    with pytest.raises(GatewayError, match=r"'fire': there is no such fault; there are drop_before"):
        gateway.fail_by_chance({"fire": 1})


def test_message_ids_are_never_used_again(gateway: Gateway, client: laaffic.Client) -> None:
    gateway.configure(clock_offset=10.0)
    seen = set()
    for _ in range(3):
        seen.add((client.send_batch(one()).accepted[0].msg_id or "")[-7:])
        gateway.clear()
    assert len(seen) == 3


def test_how_late_a_slow_response_by_chance_is_can_be_said(gateway: Gateway) -> None:
    account = (SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP)
    gateway.fail_by_chance({"slow": 1}, seconds=60)
    with laaffic.Client(*account, base_url=gateway.url, timeout=(5, 0.2)) as client:
        with pytest.raises(laaffic.OutcomeUnknownError):
            client.send_batch(one())
        gateway.fail_by_chance({"slow": 1}, seconds=0)
        assert client.send_batch(one()).accepted


def test_its_everyday_business_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Gateway() as quiet:
        quiet.clear()
        assert quiet.messages == []
    assert not caplog.records


@pytest.mark.parametrize(("host", "url"), [("0.0.0.0", "http://127.0.0.1:"), ("::", "http://[::1]:")])  # noqa: S104  # what is tested
def test_on_every_address_it_is_reached_over_loopback(host: str, url: str) -> None:
    if ":" in host and not socket.has_ipv6:
        return
    with Gateway(host=host) as everywhere:
        assert everywhere.url.startswith(url)
        assert everywhere.requests == 0


def test_chance_is_repeatable(gateway: Gateway, client: laaffic.Client) -> None:
    runs = []
    for _ in range(2):
        gateway.clear()
        gateway.fail_by_chance({"http_429": 0.3, "wrong_counts": 0.3}, seed=7)
        for _ in range(30):
            try:
                client.send_batch(one())
            except laaffic.HTTPStatusError:
                continue
        runs.append(gateway.counts)
    assert runs[0] == runs[1]
    assert {"http_429", "wrong_counts", "status 0"} <= set(runs[0])


def test_a_refused_connection_is_not_sent_and_it_listens_again(gateway: Gateway) -> None:
    account = (SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP)
    with laaffic.Client(*account, base_url=gateway.url, connect_retries=0) as client:
        gateway.fail_next("refuse_connection", seconds=0.2)
        with pytest.raises(laaffic.NotSentError):
            client.send_batch(one())
    with laaffic.Client(*account, base_url=gateway.url, connect_retries=8) as patient:
        assert len(patient.send_batch(one()).accepted) == 1


def test_it_keeps_no_more_than_its_limit() -> None:
    with Gateway(limit=5) as small, laaffic.Client(SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP, base_url=small.url) as client:
        for n in range(8):
            client.send_batch([laaffic.Message(ONE, str(n))])
        assert [message.content for message in small.messages] == ["3", "4", "5", "6", "7"]
        page = httpx2.get(f"{small.url}/_mock/messages", trust_env=False).json()
    assert (page["accepted"], page["let_go"]) == (8, 3)


def test_messages_can_be_asked_for_by_number_and_page(gateway: Gateway, client: laaffic.Client) -> None:
    client.send_batch([laaffic.Message([ONE, TWO, ONE, ONE], "x", order_ids=list("abcd"))])
    query: dict[str, str | int] = {"number": ONE, "offset": 1, "limit": 1}
    page = httpx2.get(f"{gateway.url}/_mock/messages", params=query, trust_env=False).json()
    assert (page["total"], [message["order_id"] for message in page["messages"]]) == (3, ["c"])


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("GET", "messages?limit=-1", None, "limit"),
        ("GET", "messages?offset=x", None, "offset"),
        ("PATCH", "settings", {"colour": 1}, "no such setting"),
        ("PATCH", "settings", {"balance": "3"}, "wrong type"),
        ("PATCH", "settings", {"balance": True}, "wrong type"),
        ("PATCH", "settings", {"words": [1]}, "strings"),
        ("PATCH", "settings", [], "JSON object"),
        ("POST", "faults", {"fault": "fire"}, "accept_then_drop"),
        ("POST", "faults", {"fault": "drop", "times": 0}, "times"),
        ("POST", "faults", {"fault": "drop", "times": True}, "times"),
        ("POST", "faults", {"fault": "drop", "typo": 3}, "only fault"),
        ("PUT", "faults", {"chances": {"drop": 2}}, "drop"),
        ("PUT", "faults", {"chances": {"drop": 0.6, "hang": 0.6}}, "together"),
        ("PUT", "faults", {"chances": 1}, "object"),
        (
            "PUT",
            "faults",
            {"chances": {}, "sed": 1},
            "field; there are only chances, seed, seconds",
        ),
        ("PUT", "faults", {"chances": {}, "seconds": -1}, "seconds"),
        ("POST", "clear", {"all": True}, "'all': there is no such field"),
        (
            "GET",
            "messages?numbr=99955500001",
            None,
            "'numbr': there is no such query parameter; there are only q",
        ),
        ("GET", "health?x=1", None, "'x': there is no such query parameter; there is none here"),
        ("GET", "magic?x", None, "query parameter"),
        ("GET", "faults?x=1", None, "query parameter"),
        ("GET", "settings?x=1", None, "query parameter"),
        ("PATCH", "settings?x=1", {}, "query parameter"),
        ("POST", "clear?x=1", None, "query parameter"),
    ],
)
def test_a_bad_inspection_request_says_what_is_wrong(
    gateway: Gateway, method: str, path: str, body: Any, says: str
) -> None:
    headers = {"X-Laaffic-Mock": "1"}
    answer = httpx2.request(method, f"{gateway.url}/_mock/{path}", json=body, headers=headers, trust_env=False)
    assert answer.status_code == 400
    assert says in answer.json()["error"]


def test_the_secret_is_not_shown(gateway: Gateway) -> None:
    assert SAMPLE_SECRET not in httpx2.get(f"{gateway.url}/_mock/settings", trust_env=False).text


def test_the_environment_points_a_client_at_it(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gateway.environment == environment_for(gateway.url)
    for name, value in gateway.environment.items():
        monkeypatch.setenv(name, value)
    with laaffic.Client() as client:
        client.send_batch(one())
    gateway.assert_sent(to=ONE, containing="hello")


def test_clearing_restores_the_account_too() -> None:
    with Gateway() as fresh:
        fresh.configure(api_secret="another", app_id="another")
        fresh.clear()
        assert post(fresh, SAMPLE_SECRET)["status"] == "0"


def test_what_was_let_go_is_never_called_not_sent() -> None:
    with Gateway(limit=1) as small, laaffic.Client(SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP, base_url=small.url) as client:
        client.send_batch([laaffic.Message([ONE, TWO], "x")])
        with pytest.raises(GatewayError, match="let go"):
            small.assert_not_sent(to=ONE)


def test_who_it_says_it_is_does_not_matter(gateway: Gateway) -> None:
    gateway.fail_next("drop_before_reading")
    with pytest.raises((httpx2.NetworkError, httpx2.RemoteProtocolError)):
        httpx2.post(f"{gateway.url}{PATH}", headers={"X-Forwarded-For": "1.2.3.4"}, trust_env=False)


def test_a_template_fits_what_stands_between_its_fixed_parts() -> None:
    fixed = ["a", "b", ""]
    assert fits("a1b2", fixed)
    assert fits("abbb", fixed)
    assert not any(fits(text, fixed) for text in ("ab", "ab2", "a1b", "x1b2", "a12"))


def test_a_forked_child_does_not_keep_its_sockets() -> None:
    account = (SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP)
    with Gateway() as forked, laaffic.Client(*account, base_url=forked.url, connect_retries=0) as client:
        client.send_batch(one())
        wait_here, go_on = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(go_on)
            os.read(wait_here, 1)
            os._exit(0)
        try:
            forked.fail_next("accept_then_drop")
            with pytest.raises(laaffic.OutcomeUnknownError, match="broke off"):
                client.send_batch(one())
            forked.fail_next("refuse_connection", seconds=60)
            with pytest.raises(laaffic.NotSentError):
                client.send_batch(one())
            forked.clear()
            assert len(client.send_batch(one()).accepted) == 1
        finally:
            os.close(go_on)
            os.close(wait_here)
            os.waitpid(child, 0)


def test_a_gateway_that_runs_elsewhere_is_asked_the_same_way(gateway: Gateway, client: laaffic.Client) -> None:
    client.send_batch(one())
    with RemoteGateway(gateway.url) as remote:
        assert remote.messages == gateway.messages


def test_where_no_gateway_answers_the_error_says_so() -> None:
    with RemoteGateway("http://127.0.0.1:1") as nobody, pytest.raises(GatewayError, match="no mock gateway answers"):
        _ = nobody.messages


def test_a_port_in_use_is_an_error_with_the_remedy(gateway: Gateway) -> None:
    with pytest.raises(GatewayError, match="choose another"):
        Gateway(port=int(gateway.url.rsplit(":", 1)[1]))


def test_it_stops_at_once_though_a_request_hangs() -> None:
    hanging = Gateway()
    hanging.fail_next("accept_then_hang")
    account = (SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP)
    client = laaffic.Client(*account, base_url=hanging.url, timeout=(5, 0.2))
    with client, pytest.raises(laaffic.OutcomeUnknownError):
        client.send_batch(one())
    hanging.close()
    hanging.close()
    with RemoteGateway(hanging.url) as gone, pytest.raises(GatewayError):
        _ = gone.counts


def test_the_message_that_is_accepted_is_told() -> None:
    told: list[AcceptedMessage] = []
    with Gateway(on_accepted=told.append) as telling:
        with laaffic.Client(SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP, base_url=telling.url) as client:
            client.send_batch(one())
        assert told == telling.messages


def test_the_faults_to_come_are_listed_with_those_that_came(gateway: Gateway, client: laaffic.Client) -> None:
    gateway.fail_next("http_502", times=2)
    gateway.fail_next("slow", seconds=0)
    gateway.fail_by_chance({"drop": 0.25}, seed=7)
    with pytest.raises(laaffic.LaafficError):
        client.send_batch(one())
    assert inspect(gateway.url, "faults/armed") == {
        "next": [{"fault": "http_502", "seconds": 1.0, "times": 1}, {"fault": "slow", "seconds": 0.0, "times": 1}],
        "chances": {"drop": 0.25},
        "seed": 7,
        "used": {"http_502": 1},
    }


def test_faults_are_disarmed(gateway: Gateway, client: laaffic.Client) -> None:
    gateway.fail_next("http_502", times=2)
    gateway.fail_by_chance({"drop": 1})
    inspect(gateway.url, "faults", "DELETE")
    client.send_batch(one())
    armed = inspect(gateway.url, "faults/armed")
    assert (armed["next"], armed["chances"]) == ([], {})
