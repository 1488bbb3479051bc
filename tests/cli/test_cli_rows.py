"""One pass through a file: rows that are checked, and one error at the end for all that is wrong."""

from pathlib import Path

import pytest

from cli.conftest import Write
from laaffic import Message
from laaffic_cli.reading.opening import FileOptions, open_file
from laaffic_cli.reading.problem import BadInputError

MANY = 1300  # more than are checked together


def test_rows_are_tuples_and_what_is_not_one_recipient_is_a_message(write: Write) -> None:
    text = (
        'number,content,order_id,sender_id\n+999 0000 0001,a,o1,\n"99900000002,99900000003",b,,\n99900000004,c,,Own\n'
    )
    with open_file(write("a.csv", text)) as source:
        assert list(source.rows())[1:] == [
            Message(["99900000002", "99900000003"], "b"),
            Message("99900000004", "c", "Own"),
        ]
    with open_file(write("b.csv", text.partition('"')[0])) as source:
        assert list(source.rows()) == [("99900000001", "a", "o1")]


def test_everything_that_is_wrong_is_told_at_the_end(write: Write) -> None:
    rows = [f"99900{i:06},text {i}" for i in range(MANY)]
    rows[7], rows[700], rows[1200] = "12,a", "99900000001,", 'x,"two\nlines"'
    rows.append('99900000001,"never closed')
    with open_file(write("a.csv", "\n".join(["number,content", *rows]))) as source:
        found: list[object] = []
        with pytest.raises(BadInputError) as caught:
            found.extend(source.rows())  # what comes before the error is kept
    assert len(found) == MANY - 3
    assert [text.partition("a.csv:")[2].split(":")[0] for text in caught.value.problems] == ["9", "702", "1202", "1303"]
    assert caught.value.more == 0


def test_no_more_than_twenty_are_shown(write: Write) -> None:
    name = write("a.csv", "number,content\n" + "12,a\n" * MANY)
    with open_file(name) as source, pytest.raises(BadInputError) as caught:
        list(source.rows())
    assert (len(caught.value.problems), caught.value.more) == (20, MANY - 20)


@pytest.mark.parametrize("unusual", ["+999 0000 9999,a", '"99900009999",a', ",", "", "99900009999,' '"])
def test_rows_are_the_same_beside_an_unusual_one(write: Write, unusual: str) -> None:
    rows = [f"99900{i:06},text {i}" for i in range(MANY)]
    expected = [(number, content, None) for number, content in (row.split(",") for row in rows)]
    with open_file(write("a.csv", "\n".join(["number,content", *rows[:600], unusual, *rows[600:]]))) as source:
        found = [row if isinstance(row, tuple) else (row.numbers[0], row.content, None) for row in source.rows()]
    assert [row for row in found if row[0] != "99900009999"] == expected


def test_a_file_that_changes_while_it_is_read_is_refused(write: Write) -> None:
    name = write("a.csv", "number,content\n" + "99900000001,a\n" * MANY)
    with open_file(name) as source:
        rows = source.rows()
        next(rows)
        with Path(name).open("a") as file:
            file.write("99900000002,b\n")
        with pytest.raises(BadInputError, match="the file was changed"):
            list(rows)


def test_a_digest_is_of_the_bytes(write: Write) -> None:
    files = [write("a.csv", "x" * 3_000_000), write("b.csv", "x" * 3_000_000), write("c.csv", "y")]
    digests = []
    for name in files:
        with open_file(name, FileOptions(unique=True)) as source:
            digests.append(source.digest())
    assert digests[0] == digests[1] != digests[2]
    assert len(digests[0]) == 32
