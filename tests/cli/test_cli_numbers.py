"""A cell's numbers: one, several that are clearly parted, or an error; never one made of two."""

import json

import pytest

from cli.conftest import Laaffic, Write
from laaffic import normalize_number
from laaffic_cli.reading.numbers import numbers_of
from support.server import Server

TWO = "it looks like two numbers behind each other; part them with a semicolon"


@pytest.mark.parametrize(
    "number",
    ["999 0000 0001", "+999 0000 0001", "+999-0000-0001", "(999) 0000.0001", "999\u00a000000001", "  99900000001 "],
)
def test_one_number_may_have_spaces_and_the_like(laaffic: Laaffic, gateway: Server, write: Write, number: str) -> None:
    rows = f"99900000002,a\n{number},b\n"
    assert laaffic("send", write("a.csv", f"number,content\n{rows}")).exit_code == 0
    assert [m["numbers"] for m in gateway.posts[0].json()["array"]] == ["99900000002", "99900000001"]
    assert normalize_number(number) == "99900000001"


@pytest.mark.parametrize("between", [",", ";", "/", " / ", "\n", "\r\n", " ;\n "])
def test_numbers_that_are_parted_are_several(laaffic: Laaffic, gateway: Server, write: Write, between: str) -> None:
    laaffic("send", write("a.csv", f'number,content\n"99900000001{between}+999 0000 0002",a\n'))
    assert gateway.posts[0].json()["array"][0]["numbers"] == "99900000001,99900000002"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("9990000 9990001", TWO),
        ("+9990000 9990001", TWO),
        ("9990000-9990001", TWO),
        ("999 0000 999 0001", TWO),
        ("99900000001 99900000002", TWO),
        ("+99900000001 +99900000002", TWO),
        ("99900000001\t99900000002", TWO),
        ("9990000 9990001 9990002", TWO),
        ("99900000001/2", "the number has only 1 digits"),
        ("99900000001;", "the number is empty"),
        ("99900000001;;99900000002", "the number is empty"),
        ("99900000001 or 99900000002", TWO),
        ("99900000001 x", "the number has characters other than digits"),
        ("-99900000001", "the number has a minus sign"),
        ("\u221299900000001", "the number has a minus sign"),
        ("9.99E+10", "format the column as text"),
        ("9,99E+10", "format the column as text"),
        ("9.99e10", "format the column as text"),
        ("999E-3", "format the column as text"),
        ("99900000001.0", "format the column as text"),
        ("99900000001.5", "the number has a decimal point"),
    ],
)
def test_what_may_be_two_numbers_or_none_is_refused(
    laaffic: Laaffic, gateway: Server, write: Write, cell: str, said: str
) -> None:
    result = laaffic("send", write("a.csv", f'number,content\n99900000009,a\n"{cell}",b\n'))
    assert result.exit_code == 2
    assert "a.csv:3: number" in result.stderr
    assert said in result.stderr
    assert "99900000001" not in result.stderr
    assert not gateway.posts


def test_a_long_number_without_anything_between_is_one(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    laaffic("send", write("a.csv", "number,content\n999000099900012,a\n"))
    assert gateway.posts[0].json()["array"][0]["numbers"] == "999000099900012"


def test_so_it_is_with_to(laaffic: Laaffic, gateway: Server) -> None:
    result = laaffic("send", "--to", "9990000 9990001", "--content", "a")
    assert result.exit_code == 2
    assert TWO in result.stderr
    assert not gateway.posts


@pytest.mark.parametrize("number", ["-99900000001", "99900000001.5", "999e7", "999E+7", "-0", "99900000001.0"])
@pytest.mark.parametrize("listed", [False, True])
def test_a_json_number_with_more_than_digits_is_refused(
    laaffic: Laaffic, gateway: Server, write: Write, number: str, *, listed: bool
) -> None:
    value = f"[{number}]" if listed else number
    result = laaffic("send", write("a.jsonl", f'{{"number": {value}, "content": "a"}}'))
    assert result.exit_code == 2
    assert "a.jsonl:1: number: " in result.stderr
    assert not gateway.posts


def test_a_list_in_json_has_one_number_in_each_place(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    line = json.dumps({"number": ["99900000001/99900000002"], "content": "a"})
    result = laaffic("send", write("a.jsonl", line))
    assert "a.jsonl:1: number" in result.stderr
    assert not gateway.posts


def test_no_number_is_no_number() -> None:
    assert numbers_of(" ") == []
