"""The log of requests: what came, what was responded, and which rule was broken. It shows no secret."""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest

from laaffic_mock import Gateway
from laaffic_mock._account import SAMPLE_APP, SAMPLE_KEY, SAMPLE_SECRET
from laaffic_mock.gateway.watching.log import MAX_BODY, MAX_BYTES, Exchange, Log
from mock.asked import NUMBER, PATH, inspect, send, signed


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


def last(gateway: Gateway) -> Any:
    """Return the last request of the log."""
    return inspect(gateway.url, "requests?limit=1")["requests"][0]


def test_an_accepted_request_is_shown_as_it_was(gateway: Gateway) -> None:
    responded = send(gateway.url)
    shown = last(gateway)
    assert (shown["method"], shown["path"], shown["client"]) == ("POST", PATH, "127.0.0.1")
    assert (shown["end"], shown["status"], shown["provider_status"]) == ("accepted", 200, "0")
    assert shown["fault"] is None
    assert shown["rule"] is None
    assert json.loads(shown["body"])["array"] == [{"numbers": NUMBER, "content": "x"}]
    assert shown["response"] == responded.text
    assert shown["msg_ids"] == [responded.json()["array"][0]["msgId"]]
    assert abs(shown["at"] - time.time()) < 60


def test_a_message_names_its_request(gateway: Gateway) -> None:
    send(gateway.url)
    send(gateway.url, {"numbers": f"{NUMBER},{NUMBER}"})
    messages = inspect(gateway.url, "messages")["messages"]
    ids = [request["id"] for request in inspect(gateway.url, "requests")["requests"]]
    assert [message["request"] for message in messages] == [ids[0], ids[1], ids[1]]


def test_a_query_is_answered_and_accepts_nothing(gateway: Gateway) -> None:
    httpx2.get(f"{gateway.url}/v3/getBalance", headers=signed(), trust_env=False)
    shown = last(gateway)
    assert (shown["end"], shown["msg_ids"], shown["body"]) == ("answered", [], "")


def test_key_and_signature_are_masked(gateway: Gateway) -> None:
    send(gateway.url, Authorization="Bearer something", Cookie="a=b")
    headers = {name.lower(): value for name, value in last(gateway)["headers"].items()}
    assert headers["api-key"] == "bDqJ…"
    assert len(headers["sign"]) == 5
    assert headers["authorization"] == "Bear…"
    assert headers["cookie"] == "…"


def test_a_header_that_came_twice_is_shown_twice(gateway: Gateway) -> None:
    headers = [("Timestamp", "1"), ("Timestamp", "2"), ("Sign", "a" * 32), ("Sign", "b" * 32)]
    httpx2.get(f"{gateway.url}/v3/getBalance", headers=headers, trust_env=False)
    shown = last(gateway)["headers"]
    assert (shown["timestamp"], shown["sign"]) == ("1, 2", "aaaa…, bbbb…")


def test_no_secret_is_shown_wherever_somebody_put_it(gateway: Gateway) -> None:
    send(gateway.url, {"content": f"my secret is {SAMPLE_SECRET}"}, **{"X-Secret": SAMPLE_SECRET})
    httpx2.get(f"{gateway.url}/v3/getBalance?secret={SAMPLE_SECRET}", headers=signed(), trust_env=False)
    send(gateway.url, {"numbers": SAMPLE_SECRET})
    shown = httpx2.get(f"{gateway.url}/_mock/requests", trust_env=False).text
    assert SAMPLE_SECRET not in shown


def test_a_wrong_signature_is_told_with_its_input_but_not_the_secret(gateway: Gateway) -> None:
    gateway.configure(clock_offset=1630468800 - time.time())
    send(gateway.url, Timestamp="1630468800", Sign="0" * 32)
    rule = last(gateway)["rule"]
    assert rule["broken"] == "signature"
    assert rule["said"] == "0000…"
    assert rule["expected"].startswith('MD5("bDqJFiq9" + <secret> + "1630468800")')
    right = hashlib.md5(f"{SAMPLE_KEY}{SAMPLE_SECRET}1630468800".encode(), usedforsecurity=False).hexdigest()
    assert right not in json.dumps(rule)


BROKEN: list[tuple[str, dict[str, Any], dict[str, str], dict[str, Any], str, str | None]] = [
    ("key", {}, {"Api-Key": "another8"}, {}, "-1", "the header Api-Key"),
    ("time", {}, {"Timestamp": "1630468800000"}, {}, "-1", "the header Timestamp"),
    ("time", {}, {"Timestamp": "1630468800"}, {}, "-16", "the header Timestamp"),
    ("app_id", {"app_id": "another"}, {}, {}, "-1", "appId"),
    ("ip", {"allowed_ips": ["192.0.2.1"]}, {}, {}, "-2", None),
    ("word", {"words": ["bad"]}, {}, {"content": "a bad word"}, "-3", "content"),
    ("template", {"templates": ["Code {code}"]}, {}, {}, "-6", "content"),
    ("balance", {"balance": 0}, {}, {}, "-10", None),
    ("number", {}, {}, {"numbers": "+99955500001"}, "-9", "array[0].numbers"),
    ("number", {}, {}, {"numbers": ""}, "-8", "array[0].numbers"),
    ("content", {}, {}, {"content": ""}, "-4", "array[0].content"),
    ("content", {}, {}, {"content": "x" * 2000}, "-5", "array[0].content"),
    ("magic", {}, {}, {"numbers": "99900100010"}, "-10", None),
]


@pytest.mark.parametrize(("broken", "settings", "headers", "message", "status", "where"), BROKEN)
def test_a_refused_request_names_its_rule(
    gateway: Gateway,
    *,
    broken: str,
    settings: dict[str, Any],
    headers: dict[str, str],
    message: dict[str, Any],
    status: str,
    where: str | None,
) -> None:
    if settings:
        gateway.configure(**settings)
    assert send(gateway.url, message, **headers).json()["status"] == status
    shown = last(gateway)
    assert (shown["end"], shown["status"], shown["provider_status"]) == ("refused", 200, status)
    assert (shown["rule"]["broken"], shown["rule"]["where"]) == (broken, where)
    assert shown["rule"]["said"]
    assert shown["rule"]["expected"]
    assert shown["rule"]["remedy"]


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ({"orderId": "a,b"}, "array[0].orderId"),
        ({"senderId": "x" * 33}, "array[0].senderId"),
        ({"content": 7}, "array[0].content"),
        ({"number": NUMBER}, "array[0]"),
    ],
)
def test_a_malformed_field_is_named(gateway: Gateway, message: dict[str, Any], where: str) -> None:
    assert send(gateway.url, message).status_code == 400
    shown = last(gateway)
    assert (shown["end"], shown["status"], shown["provider_status"]) == ("malformed", 400, None)
    assert (shown["rule"]["broken"], shown["rule"]["where"]) == ("field", where)


def test_an_empty_order_id_is_to_be_left_out(gateway: Gateway) -> None:
    assert send(gateway.url, {"orderId": ""}).status_code == 400
    rule = last(gateway)["rule"]
    assert rule["said"] == "an empty id"
    assert rule["remedy"] == "leave `orderId` out, or give one"


@pytest.mark.parametrize(
    ("message", "said", "expected"),
    [
        ({"orderId": "a,b"}, "2 ids", "one id for the 1 number"),
        ({"orderId": "a", "numbers": f"{NUMBER},{NUMBER}"}, "1 id", "one id for each of the 2 numbers, with commas"),
        ({"other": ""}, "the field other", "only numbers, content, senderId, orderId"),
        ({"other": "", "another": ""}, "the fields other, another", "only numbers, content, senderId, orderId"),
    ],
)
def test_a_rule_tells_one_from_many(gateway: Gateway, message: dict[str, Any], said: str, expected: str) -> None:
    assert send(gateway.url, message).status_code == 400
    rule = last(gateway)["rule"]
    assert (rule["said"], set(rule["expected"].split(", "))) == (said, set(expected.split(", ")))


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ({"number": NUMBER, "content": "x"}, "rename `number` to `numbers`"),
        ({"numbers": NUMBER, "content": "x", "sender_id": "Shop"}, "rename `sender_id` to `senderId`"),
        ({"numbers": NUMBER}, "add `content`"),
        ({"numbers": NUMBER, "content": "x", "priority": "1"}, "leave out `priority`"),
        ({"Number": NUMBER, "text": "x"}, "rename `Number` to `numbers`, add `content`, leave out `text`"),
    ],
)
def test_a_field_of_another_name_is_to_be_renamed(gateway: Gateway, message: dict[str, Any], remedy: str) -> None:
    body = {"appId": SAMPLE_APP, "array": [message]}
    httpx2.post(f"{gateway.url}{PATH}", headers=signed(), json=body, trust_env=False)
    assert last(gateway)["rule"]["remedy"] == remedy


def test_who_wants_to_know_is_told_what_went_wrong_and_nothing_else() -> None:
    told: list[dict[str, Any]] = []
    with Gateway(on_wrong=told.append) as gateway:
        send(gateway.url)
        send(gateway.url, Sign="0" * 32)
        gateway.fail_next("http_503")
        send(gateway.url)
        assert told == [*gateway.requests_refused, *gateway.requests_spoiled]


def test_what_is_no_json_is_told(gateway: Gateway) -> None:
    httpx2.post(f"{gateway.url}{PATH}", headers=signed(), content=b"{", trust_env=False)
    assert last(gateway)["rule"]["broken"] == "body"


def test_another_path_and_another_method_are_told_with_those_there_are(gateway: Gateway) -> None:
    httpx2.post(f"{gateway.url}/sendSms/batch", headers=signed(), json={}, trust_env=False)
    wrong = last(gateway)
    assert (wrong["end"], wrong["status"], wrong["rule"]["broken"]) == ("refused", 404, "path")
    assert PATH in wrong["rule"]["expected"]
    httpx2.get(f"{gateway.url}{PATH}", headers=signed(), trust_env=False)
    wrong = last(gateway)
    assert (wrong["status"], wrong["rule"]["broken"], wrong["rule"]["expected"]) == (405, "method", "POST")


def test_who_may_not_ask_is_told_and_the_body_is_not_kept(gateway: Gateway) -> None:
    send(gateway.url, Host="evil.example")
    shown = last(gateway)
    assert (shown["end"], shown["status"], shown["rule"]["broken"]) == ("refused", 421, "host")
    assert shown["body"] is None
    send(gateway.url, Origin="http://evil.example")
    assert last(gateway)["rule"]["broken"] == "origin"


def test_questions_to_the_inspection_are_not_in_it(gateway: Gateway) -> None:
    inspect(gateway.url, "health")
    httpx2.get(f"{gateway.url}/_mock/nowhere", trust_env=False)
    httpx2.get(f"{gateway.url}/_mock/health", headers={"Host": "evil.example"}, trust_env=False)
    httpx2.get(f"{gateway.url}/favicon.ico", trust_env=False)
    assert inspect(gateway.url, "requests") == {"requests": []}


FAULTS: list[tuple[str, int | None, str | None, bool]] = [
    ("drop_before_reading", None, None, False),
    ("drop", None, None, False),
    ("accept_then_drop", None, None, True),
    ("cut_body", 200, None, True),
    ("cut_headers", None, None, True),
    ("http_500", 500, None, True),
    ("http_429", 429, None, False),
    ("truncated_json", 200, None, True),
    ("wrong_types", 200, "0", True),
    ("unlisted_status", 200, "-99", False),
    ("clock_skew", 200, "-16", False),
]


@pytest.mark.parametrize(("fault", "status", "provider_status", "accepted"), FAULTS)
def test_a_fault_is_named_with_what_it_left(
    gateway: Gateway, fault: str, status: int | None, provider_status: str | None, accepted: bool
) -> None:
    gateway.fail_next(fault)
    with suppress(httpx2.TransportError):
        send(gateway.url)
    shown = last(gateway)
    assert (shown["end"], shown["fault"], shown["status"]) == ("fault", fault, status)
    assert shown["provider_status"] == provider_status
    assert bool(shown["msg_ids"]) == accepted
    assert (shown["response"] is None) == (status is None and fault != "cut_headers")


def test_refused_and_faulty_requests_can_be_asked_for_alone(gateway: Gateway) -> None:
    send(gateway.url)
    send(gateway.url, Sign="0" * 32)
    send(gateway.url, {"orderId": "a,b"})
    gateway.fail_next("http_502")
    send(gateway.url)
    ends = {
        only: [one["end"] for one in inspect(gateway.url, f"requests?only={only}")["requests"]]
        for only in ("all", "refused", "faulty")
    }
    assert ends["all"] == ["accepted", "refused", "malformed", "fault"]
    assert ends["refused"] == ["refused", "malformed"]
    assert ends["faulty"] == ["fault"]


def test_requests_are_paged_by_their_ids(gateway: Gateway) -> None:
    for _ in range(5):
        send(gateway.url)
    ids = [one["id"] for one in inspect(gateway.url, "requests")["requests"]]
    assert ids == list(range(ids[0], ids[0] + 5))
    page = inspect(gateway.url, f"requests?after={ids[1]}&limit=2")["requests"]
    assert [one["id"] for one in page] == ids[2:4]
    assert [one["id"] for one in inspect(gateway.url, "requests?limit=2")["requests"]] == ids[3:]
    assert inspect(gateway.url, f"requests/{ids[2]}")["id"] == ids[2]


@pytest.mark.parametrize("path", ["requests?onyl=all", "requests?only=some", "requests?after=x", "requests?limit=1e9"])
def test_what_cannot_be_asked_is_refused(gateway: Gateway, path: str) -> None:
    refused = httpx2.get(f"{gateway.url}/_mock/{path}", trust_env=False)
    assert refused.status_code == 400
    assert refused.json()["error"]


@pytest.mark.parametrize("wanted", ["0", "999999999"])
def test_a_request_that_is_not_there_is_not_found(gateway: Gateway, wanted: str) -> None:
    assert httpx2.get(f"{gateway.url}/_mock/requests/{wanted}", trust_env=False).status_code == 404


def test_a_long_body_is_cut_and_its_size_told(gateway: Gateway) -> None:
    body = {"appId": SAMPLE_APP, "array": [{"numbers": NUMBER, "content": "x" * 1000}] * 100}
    httpx2.post(f"{gateway.url}{PATH}", headers=signed(), json=body, trust_env=False)
    shown = last(gateway)
    assert MAX_BODY < len(shown["body"]) < MAX_BODY + 100
    assert shown["body"].endswith("bytes)")


def exchange(size: int = 0) -> Exchange:
    """Return an exchange with a body of so many bytes."""
    return Exchange(0.0, "POST", b"/", "127.0.0.1", [], body=b"x" * size)


def test_the_log_is_bounded_in_number_and_in_bytes() -> None:
    log = Log(most=10)
    for _ in range(25):
        log.add(exchange())
    assert [one.id for one in log.after(0)] == list(range(16, 26))
    assert log.get(15) is None
    assert log.get(16) is not None
    assert [one.id for one in log.after(20)] == list(range(21, 26))
    big = Log(most=10_000)
    for _ in range(2 * MAX_BYTES // MAX_BODY):
        big.add(exchange(2 * MAX_BODY))
    assert sum(len(one.body or b"") for one in big.after(0)) <= MAX_BYTES


def test_a_message_finds_its_request_while_that_is_kept() -> None:
    log = Log(most=3)
    for number in range(1, 6):
        one = exchange()
        one.first, one.last = 10 * number, 10 * number + 4
        log.add(one)
        log.add(exchange())
    assert log.accepted(50) == log.accepted(54) == 9
    assert log.accepted(55) is None
    assert log.accepted(44) is None
    log.clear()
    assert log.accepted(50) is None
    assert log.add(exchange()) == 11


def test_tests_in_python_see_refused_and_spoiled_requests(gateway: Gateway) -> None:
    send(gateway.url, Sign="0" * 32)
    gateway.fail_next("http_502")
    send(gateway.url)
    assert [one["rule"]["broken"] for one in gateway.requests_refused] == ["signature"]
    assert [one["fault"] for one in gateway.requests_spoiled] == ["http_502"]
