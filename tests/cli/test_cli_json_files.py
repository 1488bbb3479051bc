"""Messages from JSON Lines and from the provider's own body."""

import json
from pathlib import Path

import pytest

from cli.conftest import Laaffic, Write
from support.order_ids import InLedger
from support.server import Server

BODY = """{
  "appId": "4luaKsL2",
  "array": [
    {"numbers": "99900000001", "content": "a"},
    {
      "numbers": "99900000002,99900000003",
      "content": "b", "senderId": "", "orderId": "2,3"
    }
  ]
}
"""


@pytest.mark.parametrize("ending", ["jsonl", "ndjson"])
def test_each_line_is_a_message(laaffic: Laaffic, gateway: Server, write: Write, ending: str) -> None:
    lines = (
        '\ufeff{"number": "+999 00000001", "content": "a", "free": {"x": [1]}, "sender_id": null}\r\n'
        "\n"
        '{"numbers": ["99900000002", 99900000003], "content": "b", "order_id": ["2", 3]}\n'
        '{"numbers": "99900000004,99900000005", "content": "c", "senderId": "Shop", "orderId": "4,5"}'
    )
    assert laaffic("send", write(f"a.{ending}", lines)).exit_code == 0
    assert gateway.posts[0].json()["array"] == [
        {"numbers": "99900000001", "content": "a", "orderId": InLedger(0)},
        {"numbers": "99900000002,99900000003", "content": "b", "orderId": "2,3"},
        {"numbers": "99900000004,99900000005", "content": "c", "senderId": "Shop", "orderId": "4,5"},
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"number": "99900000001" "content": "a"}', "not JSON at character 26: Expecting ',' delimiter"),
        ("[1]", "the line is a list; write one JSON object a line"),
        ('{"content": "a"}', 'there is no "number"'),
        ('{"number": "99900000001"}', 'there is no "content"'),
        ('{"number": null, "content": "a"}', "number: there is no number"),
        ('{"numbers": [], "content": "a"}', "numbers: there is no number"),
        ('{"number": true, "content": "a"}', "number: it is true or false; write a text, or a list of texts"),
        ('{"numbers": [null], "content": "a"}', "numbers: it is a list that holds null"),
        ('{"number": "99900000001", "content": {}}', "content: it is an object; write a text"),
        ('{"number": 9.18563E+10, "content": "a"}', "a spreadsheet has shortened the number"),
        ('{"number": 99900000001.0, "content": "a"}', "a program has given the number a decimal point"),
        ('{"number": NaN, "content": "a"}', "NaN is not JSON"),
        ('{"number": "1", "number": "2", "content": "a"}', "a key appears twice"),
        ('{"number": "1", "numbers": "2", "content": "a"}', "two names for the same"),
        ('{"number": "99900000001", "content": "\\ud800"}', "content: it has half of a surrogate pair"),
        ("[" * 100_000, "it is nested too deeply"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(
    laaffic: Laaffic, gateway: Server, write: Write, line: str, said: str
) -> None:
    good = '{"number": "99900000001", "content": "a"}'
    result = laaffic("send", write("bad.jsonl", f"{good}\n{line}\n{good}\n"))
    assert result.exit_code == 2
    assert "bad.jsonl:2: " in result.stderr
    assert said in result.stderr
    assert "99900000001" not in result.stderr
    assert not gateway.posts


def test_empty_json_lines_are_refused(laaffic: Laaffic, write: Write) -> None:
    assert "bad.jsonl:1: the file is empty" in laaffic("send", write("bad.jsonl", "\n")).stderr


def test_the_providers_body_goes_out_as_it_is_with_order_ids_where_it_has_none(
    laaffic: Laaffic, gateway: Server, write: Write
) -> None:
    result = laaffic("send", write("a.json", BODY))
    assert result.exit_code == 0
    assert not result.stderr
    expected = json.loads(BODY)
    expected["array"][0]["orderId"] = InLedger(0)
    assert gateway.posts[0].json() == expected


def test_the_bodys_app_id_is_used_when_none_is_set(
    laaffic: Laaffic, gateway: Server, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAAFFIC_APP_ID")
    body = '{"array": [{"numbers": "99900000001", "content": "a"}], "appId": "of the file"}'
    assert laaffic("send", write("a.json", body)).exit_code == 0
    assert gateway.posts[0].json()["appId"] == "of the file"


@pytest.mark.parametrize(("options", "used"), [([], "LAAFFIC_APP_ID"), (["--app-id", "option"], "--app-id")])
def test_a_configured_app_id_goes_before_the_bodys_with_a_warning(
    laaffic: Laaffic, gateway: Server, write: Write, options: list[str], used: str
) -> None:
    result = laaffic("send", write("a.json", BODY.replace("4luaKsL2", "of the file")), *options)
    assert result.exit_code == 0
    assert gateway.posts[0].json()["appId"] == (options[1] if options else "4luaKsL2")
    assert f"names another app id than {used}; {used} is used" in result.stderr


def test_the_sample_of_the_provider_is_read(laaffic: Laaffic, gateway: Server) -> None:
    sample = Path(__file__).parents[2] / "examples" / "provider-sample.json"
    assert laaffic("send", str(sample), "--ledger", "sample.db").exit_code == 0
    assert gateway.posts[0].json() == json.loads(sample.read_text())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", ":1: the file is empty"),
        ("[]", ":1: the file is no JSON object"),
        ("{}", ':1: there is no "array"'),
        ('{"array": []}', ":1: array: it is empty"),
        ('{"array": {}}', ":1: array: it is no list"),
        ('{"array": [{"numbers": "1", "content": "a"}]', ":1: not JSON at character 45: , or } is missing"),
        (BODY.replace('"content": "a"', '"content" "a"'), ":4: not JSON at character 42: Expecting ':' delimiter"),
        (BODY.replace("},\n", "}\n"), ":5: not JSON at character 5: , or ] is missing"),
        (BODY + "x", ":11: something follows after the body"),
        (BODY.replace('"appId"', '"appid"'), ':2: "appid" is no key of the body'),
        (BODY.replace('"4luaKsL2"', "7"), ":2: appId: it is a number; write the app id as a text"),
        (BODY.replace('"4luaKsL2"', '""'), ":2: appId: it is empty"),
        (BODY.replace('  "array"', '  "appId": "x",\n  "array"'), ":3: a key appears twice"),
        (BODY.replace('"a"}', '"a", "content": "b"}'), ":4: a key appears twice"),
        (BODY.replace('"99900000001"', "99900000001"), ":4: array[0].numbers: it is a number; write a text in quotes"),
        (BODY.replace('"99900000002,99900000003"', "null"), ":5: array[1].numbers: it is null"),
        (BODY.replace('"numbers": "99900000001", ', ""), ":4: array[0].numbers: it is missing"),
        (BODY.replace('"b"', '""'), ":5: array[1].content: the text is empty"),
        (
            BODY.replace("senderId", "sender"),
            ":5: array[1].sender: there is no such key; the keys are numbers, content",
        ),
        (BODY.replace('"2,3"', '"2"'), ":5: array[1].orderId: there are 1 order ids for 2 numbers"),
        (BODY.replace("99900000003", "0003"), ":5: array[1].numbers ****: the number begins with 0"),
        (
            BODY.replace('{"numbers": "99900000001", "content": "a"}', "7"),
            ":4: array[0]: it is a number; write an object",
        ),
        (BODY.replace('"a"', "NaN"), ":4: NaN is not JSON"),
        ('{"number": "99900000001", "content": "a"}\n', "One object a line is read from a .jsonl file"),
        ("{1: 2}", ":1: not JSON at character 2: a key in double quotes is missing"),
        ('{"array": [' + "[" * 100_000, ":1: it is nested too deeply"),
    ],
)
def test_a_bad_body_is_refused_with_line_and_path(
    laaffic: Laaffic, gateway: Server, write: Write, content: str, said: str
) -> None:
    result = laaffic("send", write("bad.json", content))
    assert result.exit_code == 2
    assert said in result.stderr
    assert "99900000001" not in result.stderr
    assert not gateway.posts


def test_a_long_body_is_read_in_pieces_with_right_lines(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    elements = [json.dumps({"numbers": f"99900{i:06}", "content": "ü" * (i % 90 + 1)}) for i in range(3000)]
    good = '{"array":[' + ",\n".join(elements) + "]}"
    assert laaffic("send", write("a.json", good)).exit_code == 0
    assert sum(len(post.json()["array"]) for post in gateway.posts) == 3000
    bad = laaffic("send", write("b.json", good.replace('"99900002500"', '"12"').replace('"99900002600"', "x")))
    assert "b.json:2501: array[2500].numbers **" in bad.stderr
    assert "b.json:2601: not JSON at character 13: Expecting value" in bad.stderr


def test_a_body_that_is_not_utf8_is_told_how_to_save(laaffic: Laaffic, write: Write) -> None:
    result = laaffic("send", write("bad.json", BODY.replace('"b"', '"é"').encode("latin-1")))
    assert "bad.json:7: it is not UTF-8" in result.stderr
