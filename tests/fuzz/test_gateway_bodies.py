"""Bad requests to the gateway get a clear refusal or an answer by the contract, and it goes on serving."""

import json
import socket
import time
from collections.abc import Iterator
from hashlib import md5
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import CREDENTIALS
from fuzz.answers import ANY_JSON, SCALARS
from fuzz.conftest import Connect, assert_it_serves, said_until_the_end
from laaffic_mock import Gateway

PATH = "/v3/sendSms/batch"
MUCH = 100 * 1024 * 1024
EARLY = 32 * 1024 * 1024  # of which much stands in the system's own buffers


def signed() -> dict[str, str]:
    """Return the headers of a right signature."""
    key, now = CREDENTIALS["api_key"], str(int(time.time()))
    text = key + CREDENTIALS["api_secret"] + now
    signature = md5(text.encode(), usedforsecurity=False).hexdigest()
    return {"Api-Key": key, "Timestamp": now, "Sign": signature, "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def http(gateway: Gateway) -> Iterator[httpx2.Client]:
    """Return an HTTP client to the gateway."""
    with httpx2.Client(base_url=gateway.url, trust_env=False, timeout=30) as client:
        yield client


def assert_refused_or_answered(response: httpx2.Response) -> None:
    if response.status_code == 200:
        assert response.json()["status"].lstrip("-").isdigit()
    else:
        assert response.status_code == 400
        assert response.text.startswith("laaffic mock gateway: ")


@settings(deadline=None, max_examples=50)
@given(body=st.binary(max_size=100) | ANY_JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_refused_or_answered(gateway: Gateway, http: httpx2.Client, body: bytes) -> None:
    assert_refused_or_answered(http.post(PATH, content=body, headers=signed()))
    assert_it_serves(gateway)


TEXTS = st.text(max_size=8) | st.sampled_from(["\ud800", "\udfff", "", "٩٩٩٥٥٥٠٠٠٠١", "99955500001,", "9" * 5000])
TIMES = st.text(max_size=5) | st.sampled_from(
    [
        "2026-11-30T00:00:00+08:00",
        "0000-00-00T00:00:00+00:00",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-11-30T24:00:00+99:99",
        "٢٠٢٦-11-30T00:00:00+08:00",
    ]
)
MESSAGES = st.fixed_dictionaries(
    {"numbers": st.sampled_from(["99955500001", "99955500001,99955500002"]) | TEXTS, "content": TEXTS},
    optional={"senderId": TEXTS | SCALARS, "orderId": TEXTS | SCALARS, "more": SCALARS},
)


@settings(deadline=None, max_examples=80)
@given(messages=st.lists(MESSAGES | SCALARS, max_size=3), app_id=st.just(CREDENTIALS["app_id"]) | SCALARS)
def test_a_request_nearly_by_the_contract_is_refused_or_answered(
    gateway: Gateway, http: httpx2.Client, messages: list[Any], app_id: Any
) -> None:
    body = json.dumps({"appId": app_id, "array": messages})
    assert_refused_or_answered(http.post(PATH, content=body, headers=signed()))
    assert_it_serves(gateway)


PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "appId": st.just(CREDENTIALS["app_id"]) | st.text(max_size=5),
        "msgIds": st.sampled_from(["1", "1,1", "9" * 33, ",", "٩", "1" * 5000]) | st.text(max_size=5),
        "startTime": TIMES,
        "endTime": TIMES,
        "startIndex": st.sampled_from(["0", "-1", "9" * 12, "9" * 5000, "٩", "0x1", "1_0"]) | st.text(max_size=5),
    },
)


@settings(deadline=None, max_examples=120)
@given(operation=st.sampled_from(["getReport", "getSentRcd"]), query=PARAMETERS)
def test_any_report_query_is_refused_or_answered(
    gateway: Gateway, http: httpx2.Client, operation: str, query: dict[str, str]
) -> None:
    assert_refused_or_answered(http.get(f"/v3/{operation}", params=query, headers=signed()))
    assert_it_serves(gateway)


def test_a_text_that_no_utf_8_can_hold_is_refused_and_not_kept(gateway: Gateway, http: httpx2.Client) -> None:
    gateway.clear()
    message = {"numbers": "99955500001", "content": "half \ud83d"}
    body = json.dumps({"appId": CREDENTIALS["app_id"], "array": [message]})
    assert http.post(PATH, content=body, headers=signed()).status_code == 400
    assert gateway.messages == []


def test_what_is_refused_counts_as_a_request(gateway: Gateway, http: httpx2.Client) -> None:
    gateway.clear()
    http.post(PATH, content=b"[", headers=signed())
    assert gateway.counts == {"requests": 1, "refused with HTTP 400": 1}


@settings(deadline=None, max_examples=50)
@given(
    content=st.binary(max_size=100)
    | st.sampled_from(
        [
            b"GET / HTTP/1.1\r\n\r\n",
            b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9, 8\r\n\r\n" % PATH.encode(),
            b"POST %s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" % PATH.encode(),
            b"POST %s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxGARBAGE\r\n"
            % PATH.encode(),
            b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            b"X" * 100_000,
        ]
    )
)
def test_what_is_no_http_is_refused_or_dropped(gateway: Gateway, content: bytes) -> None:
    address = urlsplit(gateway.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        assert said_until_the_end(connection)[:10] in {b"", b"HTTP/1.1 2", b"HTTP/1.1 4"}
    assert_it_serves(gateway)


@pytest.mark.parametrize("path", [PATH, "/_mock/settings"])
@pytest.mark.parametrize("way", ["with its length", "in chunks"])
def test_a_hundred_megabytes_are_refused_early(gateway: Gateway, connect: Connect, path: str, way: str) -> None:
    method = "POST" if path == PATH else "PATCH"
    length = f"Content-Length: {MUCH}" if way == "with its length" else "Transfer-Encoding: chunked"
    block = b"x" * 65536
    part = block if way == "with its length" else b"%x\r\n%b\r\n" % (len(block), block)
    connection = connect(gateway)
    connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Laaffic-Mock: 1\r\n{length}\r\n\r\n".encode())
    sent = 0
    try:
        while sent < MUCH:
            connection.sendall(part)
            sent += len(block)
    except ConnectionError:
        pass
    assert sent < EARLY
    assert said_until_the_end(connection)[:12] in {b"", b"HTTP/1.1 413"}
    assert_it_serves(gateway)
