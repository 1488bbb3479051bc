"""A 4xx that refuses for certain, in the cases that no server can show on its own."""

import pytest

from laaffic._http.evidence import Responded
from laaffic._outcome.refusal import is_certain_refusal


def refusal(content: bytes, **headers: str) -> Responded:
    """Return a 400 with this body."""
    return Responded(400, content, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_an_encoding_that_can_be_undone_is(encoding: str) -> None:
    assert is_certain_refusal(refusal('{"message":"禁止"}'.encode(encoding)))
    assert not is_certain_refusal(refusal('{"message":"no","msgId":"1"}'.encode(encoding)))


@pytest.mark.parametrize("name", ["success", "array", "failArray", "msgId"])
def test_a_key_in_escapes_is_a_sign_as_well(name: str) -> None:
    escaped = f"\\u{ord(name[0]):04x}{name[1:]}"
    assert not is_certain_refusal(refusal(b'{"x":{"%s":[1]}}' % escaped.encode()))


@pytest.mark.parametrize("twice", ["status", "success", "fail", "array", "failArray"])
def test_one_that_says_something_twice_is_none(twice: str) -> None:
    assert not is_certain_refusal(refusal(b'{"%s":null,"%s":"0"}' % (twice.encode(), twice.encode())))


@pytest.mark.parametrize("content", [b'callback({"rea', b" \xef\xbb\xbf {", b'for(;;);{"status"'])
def test_json_behind_something_else_may_be_a_success(content: bytes) -> None:
    assert not is_certain_refusal(refusal(content))


@pytest.mark.parametrize("content", [b'<script>x = {"a": 1}</script>', b"Error {5}"])
def test_a_page_with_a_script_is_a_page(content: bytes) -> None:
    assert is_certain_refusal(refusal(content))


def test_a_page_of_megabytes_is_not_searched() -> None:
    assert is_certain_refusal(refusal(b"<html>" + b" " * 1_000_000))
    assert not is_certain_refusal(refusal(b"<html>" + b" " * 2_000_000))
