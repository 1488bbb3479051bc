"""Reading responses: the quick way for what is as usual may never read anything otherwise than the liberal one."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from laaffic._outcome.response import _read_liberally, _read_plain, read_response

TEXTS = st.sampled_from(
    ["", "0", " 0 ", "-1", "a b", "+99955500000", "99955500000", "\uff19", "\ud800", "1" * 10, "\u2028"]
)
VALUES: st.SearchStrategy[Any] = TEXTS | st.sampled_from([None, True, 0, 7, 2**64, 1.5, [], {}]) | st.text(max_size=3)
ENTRIES = st.fixed_dictionaries({}, optional={"number": VALUES, "msgId": VALUES, "orderId": VALUES}) | VALUES
PLAIN = st.sampled_from(["99955500000", "99955500001", "a1"])
PLAIN_ENTRIES = st.fixed_dictionaries({"number": PLAIN, "msgId": PLAIN}, optional={"orderId": PLAIN | st.none()})
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "status": TEXTS | VALUES,
    "reason": TEXTS | VALUES,
    "success": st.just("1") | VALUES,
    "fail": st.just("0") | VALUES,
    "array": st.lists(PLAIN_ENTRIES, max_size=3) | st.lists(ENTRIES, max_size=3) | VALUES,
}
USUAL = {
    "status": "0",
    "reason": "success",
    "success": "1",
    "fail": "0",
    "array": [{"msgId": "7", "number": "99955500000", "orderId": "a"}],
}


@given(st.fixed_dictionaries({}, optional=FIELDS) | VALUES)
@example(USUAL)
@example({**USUAL, "array": []})
@example({**USUAL, "array": {}})
@example({**USUAL, "array": [{"msgId": "7", "number": "99955500000"}]})
@example({**USUAL, "array": [{"msgId": 12345678901234567890123, "number": "99955500000"}]})
@example({**USUAL, "array": [{"msgId": "7", "number": "+99955500000"}]})
@example({**USUAL, "array": [{"msgId": " 7", "number": "99955500000"}]})
@example({**USUAL, "success": "²"})
def test_what_is_read_quickly_is_what_is_read_liberally(body: Any) -> None:
    content = json.dumps(body).encode()
    quickly = _read_plain(content)
    assert quickly is None or quickly == _read_liberally(content)
    assert read_response(content) == _read_liberally(content)


@pytest.mark.parametrize("with_order_ids", [True, False])
def test_the_usual_answer_is_read_quickly(with_order_ids: bool) -> None:
    entries = [{"msgId": "7", "number": "99955500000", "orderId": "a" if with_order_ids else None}] * 3
    assert _read_plain(orjson.dumps({**USUAL, "array": entries})) is not None


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"null", b"{", b'"0"', b"<html>", b"[" * 100_000])
def test_what_is_no_object_is_no_answer(content: bytes) -> None:
    assert read_response(content) is None


def test_millions_of_values_are_not_read() -> None:
    entries = b",".join([b"{}"] * 500_000)
    assert read_response(b'{"status":"0","array":[%s]}' % entries) is None


def test_a_long_reason_is() -> None:
    answer = read_response(b'{"status":"-10","reason":"%s"}' % (b"x" * 10_000_000))
    assert answer is not None
    assert answer.status == "-10"


@pytest.mark.parametrize(
    "again", [b'"status":"0"', b'"success":"1"', b'"fail":"0"', b'"array":[]', b'"x":1,"status":"0"']
)
def test_what_is_said_twice_is_not_read_quickly(again: bytes) -> None:
    for order_id in (b"", b',"orderId":"a"', b',"orderId":null'):
        entries = b'[{"msgId":"7","number":"99955500000"%s}]' % order_id
        body = b'"status":"0","reason":"success","success":"1","fail":"0","array":%s' % entries
        assert _read_plain(b"{%s}" % body) is not None
        assert _read_plain(b"{%s,%s}" % (body, again)) is None


@pytest.mark.parametrize("entry", [b'"msgId":"7"', b'"number":"99955500000"', b'"orderId":"a"', b'"orderId":null'])
def test_nor_is_an_entry_that_says_something_twice(entry: bytes) -> None:
    whole = b'"msgId":"7","number":"99955500000"'
    body = b'{"status":"0","reason":"success","success":"1","fail":"0","array":[{%s,%s,%s}]}' % (whole, entry, entry)
    assert _read_plain(body) is None


def test_a_message_id_of_any_length_is_kept_to_the_digit() -> None:
    entry = {"msgId": 22072016294210000011234567890, "number": 99955500000}
    answer = read_response(json.dumps({**USUAL, "array": [entry]}).encode())
    assert answer is not None
    assert answer.listed is not None
    assert answer.listed.msg_ids == ["22072016294210000011234567890"]


def test_what_is_wrong_is_replaced_in_utf_8_alone() -> None:
    body = '{"status": "-3", "reason": "?"}'
    assert read_response(body.encode().replace(b"?", b"\xff")) is not None
    assert read_response(body.encode("utf-16-le").replace(b"?\x00", b"\x00\xd8")) is None  # in a minute, if it is long


@pytest.mark.parametrize(("digits", "read"), [(1000, True), (1001, False)])
def test_an_integer_has_at_most_a_thousand_digits(digits: int, *, read: bool) -> None:
    assert (read_response(b'{"status": %s}' % (b"7" * digits)) is not None) is read
