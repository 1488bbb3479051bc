"""Foreign words neither steer a terminal nor are calculated by a spreadsheet, wherever they come from."""

import csv
import json
from pathlib import Path
from unicodedata import category

import pytest

from cli.conftest import PATIENCE, Laaffic, Spawn, Write
from laaffic_cli.reading.cells import as_it_was, as_text
from laaffic_cli.terminal.shown import printable, printable_json
from support.server import Server, answer

EVIL = [
    "\x1b",  # begins an escape sequence
    "\x9b",  # does so in one sign
    "\x7f",
    "\r",
    "\n",
    "\u2028",  # ends a line
    "\u202e",  # turns around what follows
    "\u2066",
    "\u200b",  # is not seen
    "\u200d",
    "\ufeff",
    "\U000e0041",
    "\ud800",  # half of a pair
]
NAME = "a\x1b[2J\x9b\u202e\nError: forged"
TO = ("send", "--to", "91856321412", "--content", "a")


def steers(text: str) -> set[str]:
    """Return what steers in a text of lines."""
    return {c for c in text if c != "\n" and category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_what_steers_is_escaped(evil: str) -> None:
    shown = printable(f"a{evil}b")
    assert not steers(shown)
    assert "\n" not in shown
    assert shown.startswith("a\\")
    assert shown.endswith("b")


@pytest.mark.parametrize("words", ["Grüße", "नमस्ते 📦", "全\u3000角", "a\u00a0b", "e\u0301"])
def test_what_people_write_is_left_alone(words: str) -> None:
    assert printable(words) == words


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_json_with_what_steers_says_the_same(evil: str) -> None:
    value = {"a": f"ü{evil}b"}
    shown = printable_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert not steers(shown)
    assert "ü" in shown
    assert json.loads(shown) == value


def test_a_dry_run_shows_nothing_that_steers_and_stays_json(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    content = "a\x9b2J\u202eb\u200d\U000e0041"
    result = laaffic("send", write("a.csv", f"number,content\n99900000001,{content}\n"), "--dry-run")
    assert not gateway.posts
    assert not steers(result.stdout)
    assert json.loads(result.stdout.split("\n\n")[1])["array"][0]["content"] == content


@pytest.mark.parametrize(
    ("ending", "content"),
    [(".txt", ""), (".csv", "x\n"), (".csv", "number,content\n1,2\n"), (".json", "{}"), ("", None)],
    ids=str,
)
def test_a_file_that_cannot_be_sent_is_named_without_what_steers(
    laaffic: Laaffic, write: Write, ending: str, content: str | None
) -> None:
    name = f"{NAME}{ending}" if content is None else write(f"{NAME}{ending}", content)
    result = laaffic("send", name)
    assert result.exit_code == 2
    assert not steers(result.stderr)
    assert "\nError: forged" not in result.stderr
    assert r"a\x1b[2J\x9b\u202e\nError: forged" in result.stderr


def test_so_is_a_file_of_outcomes(laaffic: Laaffic, write: Write) -> None:
    result = laaffic(*TO, "--output", write(f"{NAME}.csv", "something else"))
    assert not steers(result.stderr)
    assert r"\x1b[2J" in result.stderr


def test_so_are_the_providers_words(laaffic: Laaffic, gateway: Server) -> None:
    array = [{"number": "91856321412", "msgId": "m\x9b\u202e\u200b"}]
    gateway.will(answer({"status": "0", "reason": "a\x9b\u202eb", "success": "a\x9b", "array": array}))
    accepted = laaffic(*TO, "--order-id", "o\u2066\u200bo")
    assert not steers(accepted.stdout + accepted.stderr)
    assert r"o\u2066\u200bo" in accepted.stdout
    gateway.will(answer({"status": "-10\u202e", "reason": "a\x9b\u202eb"}))
    refused = laaffic(*TO)
    assert not steers(refused.stdout + refused.stderr)


def test_so_is_a_balance(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(answer({"status": "-1\u202e", "reason": "a\x9b\u202eb"}))
    result = laaffic("balance")
    assert not steers(result.stdout + result.stderr)


@pytest.mark.parametrize(
    "arguments", [("\x1b[2J",), ("send", "--\x1b[2J\u202e"), ("mock", "--no-contract", "--host", "\x1b[2J")]
)
def test_so_are_wrong_arguments(measured: Spawn, arguments: tuple[str, ...]) -> None:
    said, errors = measured(*arguments).communicate(timeout=PATIENCE)
    assert not steers(said + errors)
    assert "2J" in errors


def test_so_is_a_bug(measured: Spawn) -> None:
    fails = "def fail(**_): raise RuntimeError('a' + chr(27) + chr(0x202e))"
    code = f"import sys\nfrom laaffic_cli import _main\n{fails}\n_main.cli.main = fail\nsys.exit(_main.run())"
    process = measured(command=["-c", code])
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert errors.endswith("RuntimeError: a\\x1b\\u202e\n")


FORMULAS = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\uff1d1", "'=1", "''=1", "'\t-1"]
PLAIN = ["", "1", "order-1", "'quoted'", "a=1", "'", "''", "' ", "a;b", "a;'b'", ";"]


@pytest.mark.parametrize("cell", FORMULAS, ids=ascii)
def test_what_may_be_a_formula_becomes_a_text_and_is_read_as_it_was(cell: str) -> None:
    written = as_text(cell)
    assert written == f"'{cell}"
    assert as_it_was(written) == cell


@pytest.mark.parametrize(
    ("cell", "written"),
    [("a;=1", "a;'=1"), ("a; @x;b;-1", "a;' @x;b;'-1"), ("=1;'=2", "'=1;''=2"), ("a;;=", "a;;'=")],
)
def test_so_does_what_follows_a_semicolon_at_which_some_spreadsheets_part_a_line(cell: str, written: str) -> None:
    assert as_text(cell) == written
    assert as_it_was(written) == cell


@pytest.mark.parametrize("cell", PLAIN, ids=ascii)
def test_anything_else_is_written_as_it_is(cell: str) -> None:
    assert as_text(cell) == cell
    assert as_it_was(cell) == cell


def test_outcomes_have_no_formula_and_are_read_again(laaffic: Laaffic, gateway: Server, tmp_path: Path) -> None:
    array = [{"number": "91856321412", "orderId": "=1+1", "msgId": "@SUM(A1)"}]
    gateway.will(answer({"status": "0", "success": "1", "fail": "0", "array": array}))
    output = tmp_path / "outcomes.csv"
    assert laaffic(*TO, "--order-id", "=1+1", "--output", str(output)).exit_code == 0
    with output.open(newline="", encoding="utf-8") as file:
        assert next(csv.DictReader(file)).items() >= {
            "number": "91856321412", "order_id": "'=1+1", "state": "accepted", "msg_id": "'@SUM(A1)", "status": "0"
        }.items()  # fmt: skip
    laaffic("send", str(output), "--content", "once more")
    assert gateway.posts[-1].json()["array"][0]["orderId"] == "=1+1"


def test_a_file_of_somebody_elses_is_read_as_it_is(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    laaffic("send", write("a.csv", "number,content,order_id\n91856321412,a,'=1\n"))
    assert gateway.posts[-1].json()["array"][0]["orderId"] == "'=1"
