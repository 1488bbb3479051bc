"""Messages from CSV."""

import os
import threading
from pathlib import Path

import pytest

from cli.conftest import Laaffic, Write
from laaffic_mock import Gateway, environment_for
from support.order_ids import InLedger
from support.server import Server


def test_each_row_is_a_message(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    file = write("a.csv", "number,content,sender_id,order_id\n99900000001,Hi,Shop,1\n99900000002,नमस्ते 📦,,\n")
    assert laaffic("send", file).exit_code == 0
    assert gateway.posts[0].json()["array"] == [
        {"numbers": "99900000001", "content": "Hi", "senderId": "Shop", "orderId": "1"},
        {"numbers": "99900000002", "content": "नमस्ते 📦", "orderId": InLedger(1)},
    ]


def test_the_providers_spelling_of_columns_is_understood(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    laaffic("send", write("a.csv", 'numbers,content,senderId,orderId\n"99900000001,99900000002",Hi,Shop,"1,2"\n'))
    assert gateway.posts[0].json()["array"] == [
        {"numbers": "99900000001,99900000002", "content": "Hi", "senderId": "Shop", "orderId": "1,2"}
    ]


def test_case_and_spaces_around_a_columns_name_do_not_matter(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    laaffic("send", write("a.csv", "Number , CONTENT,Sender_ID, orderid \n99900000001,Hi,Shop,1\n"))
    assert gateway.posts[0].json()["array"] == [
        {"numbers": "99900000001", "content": "Hi", "senderId": "Shop", "orderId": "1"}
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(("bom", "newline"), [("", "\n"), ("\ufeff", "\r\n"), ("\ufeff", "\r")])
def test_what_spreadsheets_write_is_understood(
    laaffic: Laaffic, gateway: Server, write: Write, *, delimiter: str, bom: str, newline: str
) -> None:
    rows = [
        ["number", "content"],
        ["+999 0000-0001", '"Hello, you; there"'],
        [],
        ["99900000002", '"a ""b"""'],
        ["", ""],
    ]
    text = newline.join(delimiter.join(row) for row in rows)
    assert laaffic("send", write("a.CSV", bom + text)).exit_code == 0
    assert gateway.posts[0].json()["array"] == [
        {"numbers": "99900000001", "content": "Hello, you; there", "orderId": InLedger(0)},
        {"numbers": "99900000002", "content": 'a "b"', "orderId": InLedger(1)},
    ]


def test_a_text_may_have_lines_and_later_rows_keep_their_line_numbers(laaffic: Laaffic, write: Write) -> None:
    result = laaffic("send", write("a.csv", '\nnumber,content\n99900000001,"one\ntwo\n"\n12,x\n'))
    assert "a.csv:6: number **: the number has only 2 digits" in result.stderr


def test_content_in_a_file_is_never_a_template(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    laaffic("send", write("a.csv", "number,content,name\n99900000001,Hi {name},Asha\n"))
    assert gateway.posts[0].json()["array"][0]["content"] == "Hi {name}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", ":1: the file is empty"),
        ("\n\n", ":1: the file is empty"),
        ("number,content\n", ":1: there is no row below the header"),
        ("99900000001,Hi\n", ':1: the header has no column "number"'),
        (
            "number,text\n1,2\n",
            ':1: the header has no column "content" (or say which it is: --column content=…, or give --content)',
        ),
        ("number,content,content\n1,2,3\n", ":1: columns 2 and 3 of the header have the same name"),
        ("number,numbers,content\n1,2,3\n", '"number" and "numbers" are two names for the same'),
        ("number,Number,content\n1,2,3\n", ":1: columns 1 and 2 of the header have the same name"),
        ("number,content,\n1,2,3\n", ":1: column 3 of the header has no name"),
        ("number,content\n99900000001\n", ":2: the row has 1 cell, and the header has 2"),
        ("number,content\n99900000001,a,b\n", ":2: the row has 3 cells, and the header has 2"),
        ('number,content\n99900000001,"a\n99900000002,b\n', ":2: a quote that opens in this row is never closed"),
        ('number,content\n99900000001,a\n99900000002,"b" c\n', ":3: a cell goes on after its closing quote"),
        (
            'number,content\n99900000001,"' + "x\n" * 70_000 + '"\n',
            ":2: a cell has more than 131,072 characters; close the quote that opens in this row, or shorten it",
        ),
        (
            "number,content\n99900000001," + "x" * 200_000 + "\n",
            ":2: a cell has more than 131,072 characters; shorten it",
        ),
        ("x" * 200_000 + "\n", ":1: a cell has more than 131,072 characters; shorten it"),
        (
            "number,content\n99900000001,a\0b\n",
            ":2: it has a NUL byte, which no text has",
        ),
        (",\nnumber,content\n", ":1: column 1 of the header has no name"),
        ("number,content\n,Hi\n", ":2: number: there is no number"),
        ("number,content\n99900000001,\n", ":2: content: the text is empty"),
        ("number,content\n99900000001," + "x" * 1025 + "\n", ":2: content: the text has 1025 characters"),
        ("number,content\n9.18563E+10,Hi\n", ":2: number 9.*******10: a spreadsheet has shortened the number"),
        ('number;content\n"9,18563E+10";Hi\n', "a spreadsheet has shortened the number"),
        ("number,content\n99900000001.0,Hi\n", "a program has given the number a decimal point"),
        ('number,content\n"99900000001,0044123",Hi\n', ":2: number 00***23: the number begins with 0"),
        ('number,content,order_id\n99900000001,Hi,"1,2"\n', ":2: order_id: there are 2 order ids for 1 numbers"),
        ("number,content,sender_id\n99900000001,Hi," + "x" * 33 + "\n", ":2: sender_id: the sender id has 33 char"),
    ],
)
def test_a_bad_file_is_refused_with_line_and_remedy(
    laaffic: Laaffic, gateway: Server, write: Write, content: str, said: str
) -> None:
    result = laaffic("send", write("bad.csv", content))
    assert result.exit_code == 2
    assert said in result.stderr
    assert "99900000001" not in result.stderr
    assert not gateway.posts


def test_a_line_without_end_is_refused(laaffic: Laaffic, write: Write) -> None:
    result = laaffic("send", write("bad.csv", b"number,content\n" + b"x" * (9 * 1024 * 1024)))
    assert "bad.csv:2: the line is longer than 8 MiB" in result.stderr


def test_only_the_first_twenty_errors_are_shown(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    result = laaffic("send", write("bad.csv", "number,content\n" + "12,Hi\n" * 23))
    assert result.exit_code == 2
    assert result.stderr.count("has only 2 digits") == 20
    assert "and 3 more" in result.stderr
    assert not gateway.posts


def test_one_bad_row_keeps_all_from_being_sent(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    rows = "".join(f"99900000{i:03},Hi\n" for i in range(300))
    result = laaffic("send", write("bad.csv", f"number,content\n{rows}12,Hi\n"), "--max-recipients", "10")
    assert result.exit_code == 2
    assert not gateway.posts


def test_the_same_number_with_the_same_text_is_warned_of(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    rows = "99900000001,Hi\n99900000001,Hi\n+99900000001,Hi\n99900000001,Ho\n99900000002,Hi\n"
    result = laaffic("send", write("a.csv", f"number,content\n{rows}"))
    assert result.exit_code == 0
    assert "Warning: 2 of 5 recipients repeat a number with the same text" in result.stderr
    assert len(gateway.posts[0].json()["array"]) == 5


def test_a_pipe_is_read(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    name = f"{write('fifo', '')}.csv"
    os.mkfifo(name)
    writing = threading.Thread(target=lambda: Path(name).write_bytes(b"number,content\n99900000001,Hi\n"))
    writing.start()
    result = laaffic("send", name)
    writing.join()
    assert result.exit_code == 0
    assert gateway.posts[0].json()["array"][0]["numbers"] == "99900000001"


def test_a_file_that_changes_while_it_is_sent_changes_nothing(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    file = write("a.csv", "number,content\n" + "".join(f"99900000{i:03},Hi\n" for i in range(9)))
    success = gateway.actions[0]

    def change(connection: object) -> bool:
        with open(file, "a") as more:  # noqa: PTH123  # shorter
            more.write("99900000999,Hi\n")
        return success(connection)  # type: ignore[arg-type]  # it is the Connection that the server gives

    gateway.will(change, success)
    result = laaffic("send", file, "--max-recipients", "3")
    assert result.exit_code == 0
    assert len(gateway.posts) == 3
    assert "9 recipients: 9 accepted" in result.stdout


def test_a_newcomers_first_file_leaves_nobody_unknown(
    laaffic: Laaffic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    example = Path(__file__).parents[2] / "examples" / "messages.csv"
    with Gateway() as mock:
        for name, value in environment_for(mock.url).items():
            monkeypatch.setenv(name, value)
        result = laaffic("send", str(example), "--ledger", f"sqlite:///{tmp_path / 'spring.db'}")
    assert "8 recipients: 7 accepted, 1 rejected, 0 not_sent, 0 unknown" in result.stdout
