"""Which column is what, what parts the cells, and in which encoding they are."""

import gzip

import pytest
from click.testing import CliRunner

from cli.conftest import Laaffic, Write
from laaffic_cli._main import cli
from support.server import Server

ROW = "99900000001,Hi"


def sent(gateway: Server) -> list[tuple[str, str]]:
    """Return number and text of each message that was posted."""
    return [(m["numbers"], m["content"]) for post in gateway.posts for m in post.json()["array"]]


@pytest.mark.parametrize("choices", [["number=Phone", "content=body"], ["NUMBER = phone", "text=Body"]])
def test_a_column_may_have_any_name(laaffic: Laaffic, gateway: Server, write: Write, choices: list[str]) -> None:
    options = [part for choice in choices for part in ("--column", choice)]
    assert laaffic("send", write("a.csv", f"phone,BODY\n{ROW}\n"), *options).exit_code == 0
    assert laaffic("send", write("a.jsonl", '{"phone":"99900000001","body":"Hi"}'), *options).exit_code == 0
    assert sent(gateway) == [("99900000001", "Hi")] * 2


def test_the_chosen_column_goes_before_the_one_of_that_name(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    file = write("a.csv", "number,phone,order\n1,99900000001,o-1\n")
    laaffic("send", file, "--column", "number=phone", "--column", "order_id=ORDER", "--content", "{number} {phone}")
    assert gateway.posts[0].json()["array"] == [
        {"numbers": "99900000001", "content": "99900000001 99900000001", "orderId": "o-1"}
    ]


def test_a_template_may_call_a_column_otherwise(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    file = write("a.csv", "number,Vorname\n99900000001,Asha\n")
    laaffic("send", file, "--column", "name=vorname", "--content", "Hi {Name}, {VORNAME}")
    assert sent(gateway) == [("99900000001", "Hi Asha, Asha")]


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        (["phone"], "--column: write a name, an equals sign and the column of the file: number=phone"),
        (["number="], "--column: write a name"),
        (["number=a", "Numbers=b"], '--column: "Numbers" is given twice'),
        (["number=phone"], 'a.csv:1: the header has no column "phone", which --column names'),
        (["order_id=id"], 'a.csv:1: the header has no column "id", which --column names'),
    ],
)
def test_a_choice_that_means_nothing_is_refused(
    laaffic: Laaffic, gateway: Server, write: Write, choices: list[str], said: str
) -> None:
    options = [part for choice in choices for part in ("--column", choice)]
    result = laaffic("send", write("a.csv", f"number,content\n{ROW}\n"), *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not gateway.posts


def test_a_key_that_no_row_has_is_refused(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    file = write("a.jsonl", '{"number":"99900000001","content":"Hi"}')
    result = laaffic("send", file, "--column", "order_id=id")
    assert 'a.jsonl: no row has a key "id", which --column names' in result.stderr
    assert not gateway.posts


def test_keys_that_differ_in_case_alone_are_refused_where_one_is_meant(laaffic: Laaffic, write: Write) -> None:
    file = write("a.jsonl", '{"number":"99900000001","name":"a","Name":"b"}')
    result = laaffic("send", file, "--content", "{name}")
    assert "a.jsonl:1: two of its names differ only in upper and lower case" in result.stderr


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("sep=;\nnumber;content\n99900000001;a, b\n", []),
        ("SEP=|\r\nnumber|content\r\n99900000001|a, b\r\n", []),
        ('"sep=\t"\nnumber\tcontent\n99900000001\ta, b\n', []),
        ("number|content\n99900000001|a, b\n", ["--delimiter", "|"]),
        ("number\tcontent\n99900000001\ta, b\n", ["--delimiter", "tab"]),
        ("sep=;\nnumber|content\n99900000001|a, b\n", ["--delimiter", "|"]),
        ('number,content\n99900000001,"a, b"\n', []),
    ],
)
def test_what_parts_the_cells_is_said_or_seen_in_the_header(
    laaffic: Laaffic, gateway: Server, write: Write, text: str, options: list[str]
) -> None:
    assert laaffic("send", write("a.csv", text), *options).exit_code == 0
    assert sent(gateway) == [("99900000001", "a, b")]


def test_it_is_never_guessed_from_the_rows(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    laaffic("send", write("a.csv", "number\n99900000001;99900000002\n"), "--content", "Hi")
    assert sent(gateway) == [("99900000001,99900000002", "Hi")]


@pytest.mark.parametrize("delimiter", ["", ";;", '"', " "])
def test_a_delimiter_is_one_sign(laaffic: Laaffic, write: Write, delimiter: str) -> None:
    result = laaffic("send", write("a.csv", f"number,content\n{ROW}\n"), "--delimiter", delimiter)
    assert result.exit_code == 2
    assert "--delimiter: give one character" in result.stderr


def test_a_delimiter_is_for_csv(laaffic: Laaffic, write: Write) -> None:
    result = laaffic("send", write("a.jsonl", "{}"), "--delimiter", ";")
    assert "a.jsonl is no CSV" in result.stderr


@pytest.mark.parametrize(
    ("encoding", "options"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("utf-16", []),
        ("utf-32", []),
        ("cp1252", ["--encoding", "cp1252"]),
        ("utf-8-sig", ["--encoding", "UTF-8"]),
        ("utf-16-be", ["--encoding", "utf-16-be"]),
    ],
)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "number,content\n99900000001,Grüße\n"),
        ("a.jsonl", '{"number":"99900000001","content":"Grüße"}\n'),
        ("a.json", '{"appId":"4luaKsL2","array":[{"numbers":"99900000001","content":"Grüße"}]}'),
    ],
)
def test_every_encoding_is_read(
    laaffic: Laaffic, gateway: Server, write: Write, *, encoding: str, options: list[str], name: str, text: str
) -> None:
    assert laaffic("send", write(name, text.encode(encoding)), *options).exit_code == 0
    assert sent(gateway) == [("99900000001", "Grüße")]


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (b"caf\xe9\n", [], ':3: it is not UTF-8 (byte 0xe9); save it again as "CSV UTF-8"'),
        (b"caf\xe9\n", [], "--encoding cp1252"),
        (b"caf\xff\n", ["--encoding", "gbk"], ":3: it is not gbk, which --encoding says"),
        (b"a\0b\n", [], ":3: it has a NUL byte, which no text has; give --encoding if it is UTF-16"),
        (b"\xc3", [], ":3: it is not UTF-8"),
        (b"x\n", ["--encoding", "klingon"], "--encoding: no such encoding is known"),
        (b"x\n", ["--encoding", "hex"], "--encoding: no such encoding is known"),
    ],
)
def test_another_encoding_is_refused_with_line_and_remedy(
    laaffic: Laaffic, gateway: Server, write: Write, *, content: bytes, options: list[str], said: str
) -> None:
    file = write("bad.csv", b"number,content\r\n99900000001,a\r\n99900000002," + content)
    result = laaffic("send", file, *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not gateway.posts


def test_utf16_without_its_mark_is_not_sent_as_something_else(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    result = laaffic("send", write("bad.csv", f"number,content\n{ROW}\n".encode("utf-16-le")))
    assert "bad.csv:1: it has a NUL byte" in result.stderr
    assert not gateway.posts


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.gz"])
def test_gzip_is_unpacked_whatever_its_name(laaffic: Laaffic, gateway: Server, write: Write, name: str) -> None:
    assert laaffic("send", write(name, gzip.compress(f"number,content\n{ROW}\n".encode()))).exit_code == 0
    assert sent(gateway) == [("99900000001", "Hi")]


PACKED = gzip.compress(b"number,content\n" + b"99900000001,Hi\n" * 50_000)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PACKED[:-20], "its gzip is damaged or cut off here"),
        (PACKED[:200] + b"\xff" * 50 + PACKED[250:], "its gzip is damaged or cut off here"),
        (gzip.compress(PACKED), "it is packed with gzip twice"),
        (gzip.compress(b"number,content\n" + b"x" * 200_000_000, 1), ":2: the line is longer than 8 MiB"),
        (b"number,content\n" + b'99900000001,"\n' + b'","\n' * 6_000_000, ":2: a row is longer than 8 MiB"),
        (gzip.compress(b"PK\x03\x04"), "it is a spreadsheet such as .xlsx, or another zip file; save it as"),
        (b"PK\x03\x04", "it is a spreadsheet such as .xlsx, or another zip file; save it as"),
        (b"\xd0\xcf\x11\xe0", "it is an .xls file; save it as"),
    ],
    ids=["cut", "damaged", "twice", "bomb", "no end", "packed xlsx", "xlsx", "xls"],
)
def test_what_is_no_text_is_refused(laaffic: Laaffic, gateway: Server, write: Write, content: bytes, said: str) -> None:
    result = laaffic("send", write("bad.csv", content))
    assert result.exit_code == 2
    assert said in result.stderr
    assert not gateway.posts


def test_a_spreadsheet_is_refused_by_its_name(laaffic: Laaffic, write: Write) -> None:
    assert 'save it as "CSV UTF-8" (.csv)' in laaffic("send", write("a.xlsx", "")).stderr


@pytest.mark.parametrize(
    "text",
    [
        f"number,content\n{ROW}\n",
        '\n{"number":"99900000001","content":"Hi"}\n',
        '{\n"array":[{"numbers":"99900000001","content":"Hi"}], "appId":"4luaKsL2"}',
    ],
    ids=["CSV", "JSON Lines", "body"],
)
@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_is_read(laaffic: Laaffic, gateway: Server, text: str, *, packed: bool) -> None:
    del laaffic  # which prepares the environment
    given = gzip.compress(text.encode()) if packed else text.encode()
    assert CliRunner().invoke(cli, ["send", "-"], input=given).exit_code == 0
    assert sent(gateway) == [("99900000001", "Hi")]


@pytest.mark.parametrize(
    ("given", "said"),
    [("number,content\n12,Hi\n", "standard input:2: number **: "), ("", ":1: the file is empty"), ("PK\3\4", ".xlsx")],
)
def test_bad_standard_input_is_refused(gateway: Server, given: str, said: str) -> None:
    result = CliRunner().invoke(cli, ["send", "-"], input=given)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not gateway.posts
