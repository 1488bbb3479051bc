"""Who of a file gets nothing: bad rows, opt-outs, and those who are there twice."""

import csv
from pathlib import Path

import pytest

from cli.conftest import Laaffic, Write
from support.server import Server

GOOD = "number,content,order_id\n99900000001,a,o1\n99900000002,b,o2\n+999 0000 0001,c,o3\n99900000003,d,o4\n"


def sent(gateway: Server) -> list[tuple[str, str]]:
    """Return number and text of each message that was posted."""
    return [(m["numbers"], m["content"]) for post in gateway.posts for m in post.json()["array"]]


def table(file: str | Path) -> list[list[str]]:
    """Return the cells of a CSV."""
    with Path(file).open(newline="", encoding="utf-8") as opened:
        return list(csv.reader(opened))


def test_a_sender_id_is_for_rows_that_have_none(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    file = write("a.csv", "number,content,sender_id\n99900000001,a,\n99900000002,b,Own\n")
    assert laaffic("send", file, "--sender-id", "Shop").exit_code == 0
    assert laaffic("send", write("b.csv", GOOD), "--sender-id", "Shop").exit_code == 0
    senders = [[message["senderId"] for message in post.json()["array"]] for post in gateway.posts]
    assert senders == [["Shop", "Own"], ["Shop"] * 4]


def test_unique_sends_a_number_its_first_message_alone(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    result = laaffic("send", write("a.csv", GOOD), "--unique")
    assert sent(gateway) == [("99900000001", "a"), ("99900000002", "b"), ("99900000003", "d")]
    assert "left out: there before: 1" in result.stderr


def test_so_it_is_within_one_cell(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    rows = '"99900000002,99900000001,99900000002",a,"1,2,3"\n'
    laaffic("send", write("a.csv", f"number,content,order_id\n{rows}"), "--unique")
    assert gateway.posts[0].json()["array"] == [
        {"numbers": "99900000002,99900000001", "content": "a", "orderId": "1,2"}
    ]


@pytest.mark.parametrize(
    "text",
    [
        "99900000001\n+999 0000-0003\n",
        "\ufeff+999 0000 0001\r\n\r\n99900000003\r\n",
        "99900000001;99900000003\n",
        "name;Number\nx;99900000001\ny;\nz;+999 0000 0003\n",
        "number\n99900000001/99900000003\n",
    ],
)
def test_whoever_is_excluded_gets_nothing(laaffic: Laaffic, gateway: Server, write: Write, text: str) -> None:
    result = laaffic("send", write("a.csv", GOOD), "--exclude", write("stop.txt", text))
    assert sent(gateway) == [("99900000002", "b")]
    assert "left out: excluded: 3" in result.stderr


@pytest.mark.parametrize("column", ["phone", "number"])
def test_the_column_of_exclusions_may_be_named_as_in_the_file(
    laaffic: Laaffic, gateway: Server, write: Write, column: str
) -> None:
    file, stop = write("a.csv", GOOD.replace("number", "phone")), write("stop.csv", f"{column},x\n99900000001,1\n")
    laaffic("send", file, "--column", "number=Phone", "--exclude", stop)
    assert sent(gateway) == [("99900000002", "b"), ("99900000003", "d")]


def test_an_excluded_number_leaves_the_others_of_its_cell(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    file = write("a.csv", 'number,content,order_id\n"99900000001,99900000002",a,"1,2"\n')
    laaffic("send", file, "--exclude", write("stop.txt", "99900000001\n"))
    assert gateway.posts[0].json()["array"] == [{"numbers": "99900000002", "content": "a", "orderId": "2"}]


def test_nobody_left_is_an_error(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    file = write("a.csv", "number,content\n99900000001,a\n")
    result = laaffic("send", file, "--exclude", write("stop.txt", "99900000001\n"))
    assert result.exit_code == 2
    assert "There is nobody to send to; left out: excluded: 1" in result.stderr
    assert not gateway.posts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("99900000001\n12\n0049123456\n", ":2: number **: the number has only 2 digits"),
        ("99900000001\n12\n0049123456\n", ":3: number 00******56: the number begins with 0"),
        ("99900000001\n9990000 9990001\n", ":2: number 99***********01: it looks like two numbers"),
        ("name,phone\nx,99900000001\n", 'write one number a line, or name the column of numbers "number"'),
        ("name,number\nx\n", ":2: the row has too few cells"),
        ("number,numbers\n1,2\n", ":1: "),
        ("", ":1: the file is empty"),
    ],
)
def test_exclusions_that_are_not_understood_are_refused(
    laaffic: Laaffic, gateway: Server, write: Write, text: str, said: str
) -> None:
    result = laaffic("send", write("a.csv", GOOD), "--exclude", write("stop.txt", text))
    assert result.exit_code == 2
    assert f"stop.txt{said}" in result.stderr or said in result.stderr
    assert not gateway.posts


def test_exclusions_that_are_not_there_are_refused(laaffic: Laaffic, write: Write, tmp_path: Path) -> None:
    result = laaffic("send", write("a.csv", GOOD), "--exclude", str(tmp_path / "none.txt"))
    assert "cannot be read (No such file or directory)" in result.stderr


BAD = 'number,content,note\n99900000001,a,x\n12,b,=1+1\n99900000002,"",y\n99900000003,d\n99900000004,e,z\n'


def test_bad_rows_go_into_a_file_and_the_others_are_sent(
    laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path
) -> None:
    file, bad = write("a.csv", BAD), tmp_path / "bad.csv"
    result = laaffic("send", file, "--invalid-to", str(bad))
    assert result.exit_code == 0
    assert sent(gateway) == [("99900000001", "a"), ("99900000004", "e")]
    assert "left out: bad rows: 3, which " in result.stderr
    first, *rows = table(bad)
    assert first == ["file", "line", "column", "reason", "number", "content", "note"]
    assert [row[:3] + row[4:] for row in rows] == [
        [file, "3", "number **", "12", "b", "'=1+1"],
        [file, "4", "content", "99900000002", "", "y"],
        [file, "5", "", "99900000003", "d"],
    ]
    assert rows[1][3] == "the text is empty; give 1 to 1024 characters"
    assert bad.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == set()


def test_a_file_of_bad_rows_is_mended_and_read_again(
    laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    laaffic("send", write("a.csv", "number,content,order_id\n12,a,=1\n99900000002,b,2\n"), "--invalid-to", str(bad))
    bad.write_text(bad.read_text().replace(",12,", ",99900000001,"))
    assert laaffic("send", str(bad), "--invalid-to", str(tmp_path / "worse.csv")).exit_code == 0
    assert gateway.posts[-1].json()["array"] == [{"numbers": "99900000001", "content": "a", "orderId": "=1"}]
    assert table(tmp_path / "worse.csv") == [["file", "line", "column", "reason", "number", "content", "order_id"]]


def test_the_same_command_writes_it_again(laaffic: Laaffic, write: Write, tmp_path: Path) -> None:
    file, bad = write("a.csv", BAD), tmp_path / "bad.csv"
    laaffic("send", file, "--invalid-to", str(bad))
    before = table(bad)
    assert laaffic("send", file, "--invalid-to", str(bad)).exit_code == 0
    assert table(bad) == before


def test_bad_json_lines_are_kept_as_they_are(laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path) -> None:
    file = write("a.jsonl", '{"number":"99900000001","content":"a"}\n{"number":\n{"number":"12","content":"b"}\n')
    assert laaffic("send", file, "--invalid-to", str(tmp_path / "bad.csv")).exit_code == 0
    assert [row[4] for row in table(tmp_path / "bad.csv")] == ["row", '{"number":', '{"number":"12","content":"b"}']
    assert len(sent(gateway)) == 1


@pytest.mark.parametrize("place", ["a.csv", "stop.csv", "other.csv", "none/bad.csv"])
def test_nothing_of_somebody_elses_is_overwritten(
    laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path, place: str
) -> None:
    file, stop, _ = write("a.csv", BAD), write("stop.csv", "number\n"), write("other.csv", "file,line,of mine\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = laaffic("send", file, "--exclude", stop, "--invalid-to", str(tmp_path / place))
    assert result.exit_code == 2
    assert "--invalid-to: " in result.stderr
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert not gateway.posts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("number,content\n12,a\n13,b\n", "none of its rows can be sent"),
        ('number,content\n12,a\n99900000001,b\n99900000002,"c\n', ":4: a quote that opens in this row is never closed"),
        ("number,content\n", ":1: there is no row below the header"),
    ],
)
def test_what_leaving_rows_out_does_not_mend_is_refused(
    laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path, *, text: str, said: str
) -> None:
    result = laaffic("send", write("a.csv", text), "--invalid-to", str(tmp_path / "bad.csv"))
    assert result.exit_code == 2
    assert said in result.stderr
    assert not gateway.posts
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    "options", [["--column", "number=a"], ["--unique"], ["--invalid-to", "b.csv"], ["--sender-id", "Shop"]]
)
def test_the_providers_body_goes_out_whole(laaffic: Laaffic, gateway: Server, write: Write, options: list[str]) -> None:
    result = laaffic("send", write("a.json", '{"array":[]}'), *options)
    assert result.exit_code == 2
    assert f"{options[0]}: " in result.stderr
    assert "is the provider's body" in result.stderr
    assert not gateway.posts
