"""Whatever is answered becomes a result or a LaafficError, and nobody is accepted of whom it does not say so."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fuzz.answers import ANY_JSON, NEARLY, SENDERS, Sender, hold, hold_to
from support.server import Server, answer, raw

BOTH = pytest.mark.parametrize("send", SENDERS)
BASE_URL = "http://127.0.0.1:1"  # never reached: the transport answers

STATUSES = st.integers(100, 999)
NAMES = st.sampled_from(
    ["Content-Encoding", "Content-Type", "Date", "Location", "Set-Cookie", "WWW-Authenticate", "Retry-After", "X-Other"]
)
VALUES = st.sampled_from(
    ["gzip", "br", "deflate, gzip", "text/html; charset=none", "//[", "http://[::1", "/elsewhere", "a=b; Max-Age=x", ""]
) | st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=5)


@pytest.fixture(scope="module")
def spoken() -> Iterator[Server]:
    """Return a scripted server for all examples."""
    with Server() as server:
        yield server


def transport(status: int, headers: list[tuple[str, str]], content: bytes) -> httpx2.MockTransport:
    lines = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return httpx2.MockTransport(lambda _: httpx2.Response(status, headers=lines, stream=httpx2.ByteStream(content)))


@BOTH
@settings(deadline=None, max_examples=120)
@given(said=NEARLY, status=st.just(200) | STATUSES)
def test_an_answer_nearly_by_the_contract_is_never_read_for_more_than_it_says(
    send: Sender, said: Any, status: int
) -> None:
    outcome = send(base_url=BASE_URL, transport=transport(status, [], json.dumps(said).encode()))
    hold(outcome)
    hold_to(said, outcome, status)


@BOTH
@settings(deadline=None, max_examples=60)
@given(said=ANY_JSON, status=st.just(200) | STATUSES)
def test_any_json_becomes_an_outcome(send: Sender, said: Any, status: int) -> None:
    outcome = send(base_url=BASE_URL, transport=transport(status, [], json.dumps(said).encode()))
    hold(outcome)
    hold_to(said, outcome, status)


@BOTH
@settings(deadline=None, max_examples=100)
@given(content=st.binary(max_size=200), status=STATUSES, headers=HEADERS)
@example(content=b"", status=302, headers=[("Location", "http://[")])
@example(content=b'{"status":"-16"}', status=200, headers=[("Date", "Mon, 99 Foo 2026 99:99:99 GMT")])
@example(content=b'{"status":"-16"}', status=200, headers=[("Date", "Fri, 31 Dec 9999 23:59:59 -2359")])
def test_any_bytes_with_any_status_and_headers_become_an_outcome(
    send: Sender, content: bytes, status: int, headers: list[tuple[str, str]]
) -> None:
    outcome = send(base_url=BASE_URL, transport=transport(status, headers, content))
    hold(outcome)
    assert not outcome.result.accepted


@BOTH
@settings(deadline=None, max_examples=40)
@given(said=NEARLY, status=st.integers(200, 999))
def test_an_answer_nearly_by_the_contract_over_a_real_connection(
    send: Sender, spoken: Server, said: Any, status: int
) -> None:
    spoken.will(answer(said, status=status))
    outcome = send(base_url=spoken.url)
    hold(outcome)
    # By HTTP these have no body, whatever follows.
    hold_to(None if status in {204, 304} else said, outcome, status)


@BOTH
@settings(deadline=None, max_examples=60)
@given(
    head=st.sampled_from(
        [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200\r\n", b"HTTP/1.1 999 ?\r\n", b"HTTP/1.1 100 C\r\n\r\n"]
    ),
    lines=st.lists(
        st.sampled_from(
            [
                b"Content-Length: 5",
                b"Content-Length: -1",
                b"Content-Length: 99999999999999999999",
                b"Transfer-Encoding: chunked",
                b"Transfer-Encoding: gzip",
                b"Content-Encoding: gzip",
                b"Connection: close",
                b"Upgrade: h2c",
                b": no name",
                b" folded",
                b"\xff\xfe: \x00",
            ]
        ),
        max_size=4,
    ),
    rest=st.sampled_from([b"", b"5\r\n12345\r\n0\r\n\r\n", b"zz\r\n", b'{"status":"0"}']) | st.binary(max_size=60),
)
def test_any_bytes_on_the_connection_become_an_outcome(
    send: Sender, spoken: Server, head: bytes, lines: list[bytes], rest: bytes
) -> None:
    spoken.will(raw(head + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + rest))
    outcome = send(base_url=spoken.url, timeout=(5.0, 5.0))
    hold(outcome)
    assert not outcome.result.accepted
    assert not outcome.result.rejected
    assert not outcome.result.not_sent
