"""The gateway is told what Prism refused before it: with the rule, after the client's response, and by nobody else."""

import gzip
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from laaffic_mock import Gateway, Prism, RemoteGateway, _tokens
from laaffic_mock._account import SAMPLE_APP, SAMPLE_KEY, SAMPLE_SECRET
from laaffic_mock.gateway.watching.log import MAX_BODY, MAX_BYTES, Exchange, Log
from mock.asked import NUMBER, PATH, inspect, send, signed
from support.asked import stricter_contract
from support.front import Doorstep

MESSAGE = {"numbers": NUMBER, "content": "x"}
BODY = {"appId": SAMPLE_APP, "array": [MESSAGE]}
TYPO = {"appid": SAMPLE_APP, "array": [MESSAGE]}
ZIPPED = gzip.compress(json.dumps(BODY).encode())
TOLD = {"status": 422, "method": "POST", "path": PATH, "headers": [], "size": 0, "complete": True}
TIMES = {"appId": SAMPLE_APP, "startTime": "yesterday", "endTime": "2021-02-12T00:00:00+08:00"}


@pytest.fixture(scope="module")
def running() -> Iterator[Gateway]:
    """Return a gateway."""
    with Gateway(held=True) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def prism(running: Gateway) -> Iterator[Prism]:
    """Return a Prism before the gateway."""
    with Prism(upstream=running.url) as prism:
        yield prism


@pytest.fixture
def gateway(prism: Prism) -> Iterator[RemoteGateway]:
    """Return the gateway, empty, asked by way of Prism: so it knows of everything that was refused before."""
    with RemoteGateway(prism.url) as remote:
        remote.clear()
        yield remote


def post(url: str, body: Any = TYPO, path: str = PATH, **headers: str) -> httpx2.Response:
    """Post something that Prism refuses."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {**signed(), "Content-Type": "application/json", **headers}
    given = {name: value for name, value in headers.items() if value}
    return httpx2.post(f"{url}{path}", content=content, headers=given, trust_env=False, timeout=30)


def last(gateway: RemoteGateway) -> Any:
    """Return the last request of which the gateway knows."""
    return gateway.requests_refused[-1]


def exchanged(url: str, request: bytes) -> bytes:
    """Return the bytes of a response, without what differs from one to the next."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(request)
        response = b""
        while part := connection.recv(65536):
            response += part
    return re.sub(rb"(?i)date: [^\r]*", b"", response)


def raw(body: bytes, *lines: str, method: str = "POST", path: str = PATH) -> bytes:
    """Return a request as it goes over the wire."""
    head = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        "Content-Type: application/json",
        *lines,
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


REFUSED: list[tuple[str, Any, dict[str, str], int, str, str, str]] = [
    ("a typo", TYPO, {}, 422, "the body", "no appId, but appid", "the fields appId, array"),
    ("a field too many", {**BODY, "x": 1}, {}, 422, "the body", "the field x", "only appId, array"),
    (
        *("a typo in a message", {**BODY, "array": [MESSAGE, {"number": NUMBER, "content": "x"}]}, {}, 422),
        *("array[1]", "no numbers, but number", "the fields numbers, content"),
    ),
    (
        *("a text too long", {**BODY, "array": [{**MESSAGE, "content": "x" * 2000}]}, {}, 422),
        *("array[0].content", "2000 characters", "1 to 1024 characters"),
    ),
    (
        *("behind a wrong app id", {"appId": "another", "array": [{**MESSAGE, "numbers": "+99955500001"}]}, {}, 422),
        *("array[0].numbers", "+99955500001", "it must match pattern"),
    ),
    ("no signature", BODY, {"Sign": ""}, 401, "the header Sign", "nothing", f'MD5("{SAMPLE_KEY}" + <secret> + "'),
    ("no key", BODY, {"Api-Key": ""}, 401, "the header Api-Key", "nothing", f'"{SAMPLE_KEY}"'),
    (
        "no signature behind a wrong key",
        BODY,
        {"Api-Key": "another8", "Sign": ""},
        401,
        "the header Sign",
        "nothing",
        "Sign",
    ),
    ("no hexadecimal signature", BODY, {"Sign": "not hexadecimal"}, 422, "the header Sign", "not …", "MD5("),
    (
        "milliseconds",
        BODY,
        {"Timestamp": "1630468800000"},
        422,
        "the header Timestamp",
        "1630468800000",
        "whole seconds",
    ),
    ("a form", BODY, {"Content-Type": "text/plain"}, 422, "the header Content-Type", "text/plain", "application/json"),
    ("no JSON", b"{", {}, 400, "the body", "1 byte", "JSON in UTF-8"),
    ("nothing", b"", {}, 422, "the body", "0 bytes", "JSON in UTF-8"),
    ("gzip", ZIPPED, {"Content-Encoding": "gzip"}, 400, "the header Content-Encoding", "gzip", "no encoding"),
    ("too much", b" " * 11_000_000, {}, 413, "the body", "Body exceeded 10mb limit", "a body that can be read"),
    ("a list", [], {}, 422, "the body", "a list of 0", "an object"),
]


@pytest.mark.parametrize(
    ("body", "headers", "status", "where", "said", "expected"),
    [row[1:] for row in REFUSED],
    ids=[row[0] for row in REFUSED],
)
def test_what_prism_refused_names_its_rule(
    gateway: RemoteGateway, *, body: Any, headers: dict[str, str], status: int, where: str, said: str, expected: str
) -> None:
    assert post(gateway.url, body, **headers).status_code == status
    shown = last(gateway)
    assert (shown["end"], shown["status"], shown["provider_status"]) == ("refused", status, None)
    rule = shown["rule"]
    assert (rule["broken"], rule["where"], rule["said"]) == ("contract", where, said)
    assert expected in rule["expected"]
    assert rule["remedy"]


def test_what_prism_refused_of_a_query_names_its_parameter(gateway: RemoteGateway) -> None:
    url = f"{gateway.url}/v3/getSentRcd"
    assert httpx2.get(url, params=TIMES, headers=signed(), trust_env=False).status_code == 422
    rule = last(gateway)["rule"]
    assert (rule["broken"], rule["where"], rule["said"]) == ("contract", "startTime", "yesterday")
    assert "ISO 8601" in rule["expected"]
    assert httpx2.get(url, params={"appId": SAMPLE_APP}, headers=signed(), trust_env=False).status_code == 422
    assert last(gateway)["rule"]["said"] == "no startTime, endTime"


def test_another_path_and_another_method_are_told_with_those_there_are(gateway: RemoteGateway) -> None:
    assert post(gateway.url, path="/sendSms/batch").status_code == 404
    rule = last(gateway)["rule"]
    assert (rule["broken"], rule["said"]) == ("contract", "/sendSms/batch")
    assert PATH in rule["expected"]
    assert httpx2.get(f"{gateway.url}{PATH}", trust_env=False).status_code == 405
    assert last(gateway)["rule"]["expected"] == "POST"


def test_what_only_prism_understands_is_told_in_its_own_words(gateway: RemoteGateway) -> None:
    assert post(gateway.url, BODY, Prefer="code=none").status_code == 422
    rule = last(gateway)["rule"]
    assert (rule["broken"], rule["where"], rule["said"]) == ("contract", None, "Invalid request")
    assert "code" in rule["remedy"]


def test_further_violations_are_told_too(gateway: RemoteGateway) -> None:
    post(gateway.url, {**BODY, "array": [{**MESSAGE, "numbers": "+1"}, {**MESSAGE, "content": ""}, {"content": "x"}]})
    rule = last(gateway)["rule"]
    assert rule["where"] == "array[0].numbers"
    told = [(other["where"], other["said"], other["remedy"]) for other in rule["others"]]
    assert told == [
        ("array[1].content", "0 characters", "correct array[1].content"),
        ("array[2]", "no numbers", "add `numbers`"),
    ]


def test_of_very_many_violations_the_first_are_told_and_all_counted(gateway: RemoteGateway) -> None:
    post(gateway.url, {**BODY, "array": [{**MESSAGE, "content": ""}] * 30})
    rule = last(gateway)["rule"]
    assert [other["where"] for other in rule["others"]] == [f"array[{index}].content" for index in range(1, 20)]
    assert "lists all 30 violations" in rule["remedy"]


def test_a_place_is_told_once(gateway: RemoteGateway) -> None:
    post(gateway.url)
    rule = last(gateway)["rule"]
    assert (rule["remedy"], rule["others"]) == ("rename `appid` to `appId`", [])


def test_an_assertion_that_fails_names_further_violations(gateway: RemoteGateway) -> None:
    post(gateway.url, {**BODY, "array": [{**MESSAGE, "numbers": "+1"}, {**MESSAGE, "content": ""}]})
    with pytest.raises(AssertionError, match=r"Also array\[1\]\.content: said 0 characters"):
        gateway.assert_sent(to=NUMBER)


def test_request_and_response_are_shown_as_they_were_without_a_secret(gateway: RemoteGateway) -> None:
    path = f"{PATH}?secret={SAMPLE_SECRET}"
    response = post(gateway.url, {**TYPO, "content": SAMPLE_SECRET}, path, Authorization="Basic abcdefgh")
    shown = last(gateway)
    assert (shown["method"], shown["path"], shown["client"]) == ("POST", f"{PATH}?secret=<secret>", "127.0.0.1")
    assert json.loads(shown["body"]) == {**TYPO, "content": "<secret>"}
    assert shown["response"] == response.text
    assert shown["headers"]["content-type"] == "application/json"
    assert shown["headers"]["api-key"] == f"{SAMPLE_KEY[:4]}…"
    assert shown["headers"]["authorization"] == "Basi…"
    assert re.fullmatch("[0-9a-f]{4}…", shown["headers"]["sign"])
    assert SAMPLE_SECRET not in json.dumps(shown)


ASKED = {
    "a typo": raw(json.dumps(TYPO).encode(), f"Content-Length: {len(json.dumps(TYPO))}"),
    "no body": raw(b"", "Content-Length: 0"),
    "no UTF-8": raw(b"\xff\xfe\x00", "Content-Length: 3"),
    "gzip": raw(ZIPPED, f"Content-Length: {len(ZIPPED)}", "Content-Encoding: gzip"),
    "chunks": raw(b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    "another path": raw(b"{}", "Content-Length: 2", path="/elsewhere?x=1"),
    "HEAD": raw(b"", method="HEAD"),
    "OPTIONS": raw(b"", method="OPTIONS"),
    "a balance": raw(
        b"", *(f"{name}: {value}" for name, value in signed().items()), method="GET", path="/v3/getBalance"
    ),
    "two at once": raw(b"{}", "Content-Length: 2").replace(b"close", b"keep-alive") + raw(b"{}", "Content-Length: 2"),
}


@pytest.fixture(scope="module")
def silent(running: Gateway) -> Iterator[Prism]:
    """Return a Prism that tells nothing: it takes what is behind it for another's gateway."""
    with Prism(upstream=running.url.replace("127.0.0.1", "localhost")) as prism:
        yield prism


@pytest.mark.parametrize("request_", ASKED.values(), ids=ASKED)
def test_the_clients_response_is_the_same_byte_for_byte(prism: Prism, silent: Prism, request_: bytes) -> None:
    response = exchanged(prism.url, request_)
    assert response == exchanged(silent.url, request_)
    assert response.startswith(b"HTTP/1.1 ")


def test_a_prism_before_anything_else_tells_nothing(gateway: RemoteGateway, silent: Prism) -> None:
    assert post(silent.url).status_code == 422
    assert inspect(silent.url, "requests") == {"requests": []}
    assert gateway.requests == 0


def test_an_odd_body_is_kept_as_far_as_it_can_be_shown(gateway: RemoteGateway) -> None:
    for name, body in (("no UTF-8", "\ufffd\ufffd\0"), ("chunks", "{}"), ("no body", None)):
        exchanged(gateway.url, ASKED[name])
        assert last(gateway)["body"] == body
    exchanged(gateway.url, ASKED["two at once"])
    assert [shown["body"] for shown in gateway.requests_refused[-2:]] == ["{}", "{}"]


def test_a_large_body_is_cut_and_its_size_told(gateway: RemoteGateway) -> None:
    body = {**TYPO, "array": [{**MESSAGE, "content": "x" * 1_500_000}]}
    post(gateway.url, body)
    shown = last(gateway)
    assert shown["body"].endswith(f"({len(json.dumps(body))} bytes)")
    assert len(shown["body"]) < MAX_BODY + 100
    assert (shown["rule"]["where"], shown["rule"]["said"]) == ("the body", "no appId")


def test_who_goes_in_the_middle_of_a_body_disturbs_nobody(gateway: RemoteGateway) -> None:
    address = urlsplit(gateway.url)
    with httpx2.stream("GET", f"{gateway.url}/_mock/events", trust_env=False, timeout=30) as response:
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(raw(b'{"appId": ', "Content-Length: 1000000"))
        assert "event: request" in response.iter_lines()
    assert last(gateway)["body"] == '{"appId": '
    post(gateway.url)
    assert last(gateway)["rule"]["said"] == "no appId, but appid"
    assert send(gateway.url).json()["status"] == "0"


def test_it_counts_like_what_the_gateway_refuses(gateway: RemoteGateway) -> None:
    post(gateway.url)
    post(gateway.url, path="/elsewhere")
    send(gateway.url, {"orderId": "a,b"})
    assert gateway.counts == {"requests": 2, "refused with HTTP 422": 1, "refused with HTTP 400": 1}
    assert gateway.requests == 2


def test_an_assertion_that_fails_says_why_nothing_was_sent(gateway: RemoteGateway) -> None:
    post(gateway.url)
    with pytest.raises(AssertionError) as caught:
        gateway.assert_sent(to=NUMBER)
    assert "Requests that came: 1 (refused with HTTP 422: 1)." in str(caught.value)
    assert f"POST {PATH}: HTTP 422, contract (the body): said no appId, but appid, expected" in str(caught.value)


def test_it_uses_no_fault_up(gateway: RemoteGateway) -> None:
    gateway.fail_next("http_503")
    post(gateway.url)
    assert send(gateway.url).status_code == 503


def test_it_is_an_event(gateway: RemoteGateway, prism: Prism) -> None:
    with httpx2.stream("GET", f"{gateway.url}/_mock/events", trust_env=False, timeout=30) as response:
        post(prism.url)
        lines = response.iter_lines()
        assert "event: request" in lines
        told = next(line for line in lines if line.startswith("data: "))
    assert json.loads(told.removeprefix("data: "))["rule"]["broken"] == "contract"


def test_of_a_web_page_no_body_is_kept(gateway: RemoteGateway) -> None:
    for headers, broken in (({"Host": "evil.example"}, "host"), ({"Origin": "http://evil.example"}, "origin")):
        post(gateway.url, **headers)
        shown = last(gateway)
        assert (shown["rule"]["broken"], shown["status"], shown["body"]) == (broken, 422, None)
    assert gateway.counts == {"refused with HTTP 422": 2}


def test_a_browsers_picture_of_the_page_is_not_in_it(gateway: RemoteGateway) -> None:
    assert httpx2.get(f"{gateway.url}/favicon.ico", trust_env=False).status_code == 404
    assert gateway.requests_refused == []


@pytest.mark.parametrize(
    "headers", [{}, {"X-Laaffic-Token": ""}, {"X-Laaffic-Token": "guessed"}, {"X-Laaffic-Token": "\xe9"}]
)
@pytest.mark.parametrize("way", ["gateway", "prism"])
def test_nobody_else_can_tell_it(gateway: RemoteGateway, running: Gateway, way: str, headers: dict[str, str]) -> None:
    url = running.url if way == "gateway" else gateway.url
    given = [(name.encode(), value.encode("latin-1")) for name, value in {"X-Laaffic-Mock": "1", **headers}.items()]
    refused = httpx2.post(f"{url}/_mock/requests", json=TOLD, headers=given, trust_env=False)
    assert refused.status_code == 403
    assert "Prism" in refused.json()["error"]
    assert inspect(url, "requests") == {"requests": []}
    assert gateway.counts == {}


def test_with_the_token_a_web_page_cannot_tell_it(running: Gateway) -> None:
    headers = {"X-Laaffic-Token": _tokens.token_of(running.url)}
    assert httpx2.post(f"{running.url}/_mock/requests", json=TOLD, headers=headers, trust_env=False).status_code == 403
    headers |= {"X-Laaffic-Mock": "1", "Origin": "http://evil.example"}
    assert httpx2.post(f"{running.url}/_mock/requests", json=TOLD, headers=headers, trust_env=False).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": 200},
        {"status": None},
        {"method": 1},
        {"path": ""},
        {"headers": {}},
        {"headers": [["a"]]},
        {"headers": [["a", 1]]},
        {"body": "x"},
        {"body": "é"},
        {"size": -1},
        {"complete": 1},
        {"client": 1},
        {"passed": ""},
        {"x": 1},
    ],
    ids=str,
)
def test_what_cannot_be_told_is_refused(running: Gateway, wrong: dict[str, Any]) -> None:
    headers = {"X-Laaffic-Mock": "1", "X-Laaffic-Token": _tokens.token_of(running.url)}
    asked = {**TOLD, **wrong}
    assert httpx2.post(f"{running.url}/_mock/requests", json=asked, headers=headers, trust_env=False).status_code == 400


def test_what_the_client_got_instead_of_a_response_is_told(running: Gateway, tmp_path: Path) -> None:
    running.clear()
    with Prism(stricter_contract(tmp_path), upstream=running.url) as prism, RemoteGateway(prism.url) as gateway:
        response = send(prism.url)
        assert response.status_code == 500
        (shown,) = gateway.requests_spoiled
    assert (shown["end"], shown["fault"], shown["rule"]) == ("accepted", None, None)
    assert shown["instead"] == {"status": 500, "response": response.text}
    assert running.requests_refused == []
    assert running.requests == 1
    with pytest.raises(AssertionError, match="for which the client got HTTP 500"):
        running.assert_sent(to="99955500009")


@pytest.mark.parametrize("fault", ["http_500", "unlisted_status", "slow"])
def test_a_response_that_passes_is_the_gateways_own(gateway: RemoteGateway, fault: str) -> None:
    gateway.fail_next(fault, seconds=0)
    send(gateway.url)
    (shown,) = gateway.requests_spoiled
    assert shown["instead"] is None
    assert "x-laaffic-passed" not in shown["headers"]
    assert len(inspect(gateway.url, "requests")["requests"]) == 1


def test_when_the_gateway_has_gone_the_client_is_responded_to_all_the_same() -> None:
    with Gateway() as gateway, Prism(upstream=gateway.url) as prism:
        before = post(prism.url).content
        gateway.close()
        assert [post(prism.url).content for _ in range(3)] == [before] * 3
        with pytest.raises(httpx2.RemoteProtocolError):
            send(prism.url)
        assert prism.running


def test_a_gateway_that_does_not_listen_to_it_delays_nobody() -> None:
    def read_only(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    with Doorstep(read_only) as door:
        url = f"http://127.0.0.1:{door.port}"
        _tokens.keep(url, "a token")
        try:
            with Prism(upstream=url) as prism:
                large = {**TYPO, "array": [{**MESSAGE, "content": "x" * 1_000_000}]}
                assert [post(prism.url, large).status_code for _ in range(20)] == [422] * 20
        finally:
            _tokens.drop(url)


def test_what_the_client_got_instead_counts_in_what_is_kept() -> None:
    log = Log(most=10_000)
    for _ in range(2 * MAX_BYTES // MAX_BODY):
        one = Exchange(0.0, "POST", b"/", "127.0.0.1", [])
        log.add(one)
        log.replace(one, (500, b"x" * 2 * MAX_BODY))
    kept = [one.instead for one in log.after(0) if one.instead]
    assert MAX_BYTES // 2 < sum(len(response) for _, response in kept) <= MAX_BYTES
