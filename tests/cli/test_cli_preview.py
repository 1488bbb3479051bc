"""`laaffic campaign preview`: what is sent, before anything is."""

import json

import pytest

from cli.conftest import Laaffic, Write
from laaffic_campaigns import Ledger
from support.server import Server


def test_a_preview_fits_a_terminal_and_sends_nothing(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    rows = "".join(f"999000000{i:02},{'long ' * 40}☃ {i}\n" for i in range(20))
    file = write("a.csv", f"number,content\n99900000099,plain\n{rows}99900000001,twice\n")
    assert laaffic("campaign", "create", file, "--unique", "--rate", "2").exit_code == 0
    result = laaffic("campaign", "preview", file, "--price", "0.0075")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    for line in (
        "recipients 21",
        "duplicates 1 left out",
        "text 1 plain",
        "longest 204 characters",
        "segments 81, at most 4 in a text",
        "GSM-7 1 for 1 recipient",
        "UCS-2 80 for 20 recipients",
        "estimate 0.6075",
        "time 0:00:10 at least, at 2/s",
    ):
        assert line in lines
    assert not gateway.posts


def test_what_no_text_has_is_left_out(laaffic: Laaffic, many: str) -> None:
    laaffic("campaign", "create", many)
    said = laaffic("campaign", "preview", many).stdout
    assert not [word for word in ("UCS-2", "estimate", "time", "left out") if word in said]


def test_a_preview_in_json_is_the_preview(laaffic: Laaffic, many: str) -> None:
    laaffic("campaign", "create", many)
    with Ledger(f"sqlite:///{many}.laaffic.db") as ledger:
        expected = ledger.campaign("many.csv").preview("0.1").as_dict()
    assert json.loads(laaffic("campaign", "preview", many, "--price", "0.1", "--json").stdout) == expected


def test_bad_rows_are_counted_as_in_a_file_and_show_no_number(laaffic: Laaffic, tmp_path_url: str) -> None:
    with Ledger(tmp_path_url) as ledger:
        rows = [("99900000001", "a"), ("99900000002", ""), *(("12", "b") for _ in range(12))]
        ledger.create("spring", rows, on_invalid="report")
    said = laaffic("campaign", "preview", "--ledger", tmp_path_url).stdout
    assert "  invalid   13 left out" in said
    assert "  row 2 " in said
    assert "and 3 more rows that are not valid" in said
    assert "99900000002" not in said


def test_a_text_cannot_act_upon_a_terminal(laaffic: Laaffic, write: Write) -> None:
    file = write("a.csv", 'number,content\n99900000001,"a\x1b[31m\nb"\n')
    laaffic("campaign", "create", file)
    assert "a\\x1b[31m\\nb" in laaffic("campaign", "preview", file).stdout


@pytest.mark.parametrize("price", ["x", "-1", "nan"])
def test_a_price_that_is_none_is_told(laaffic: Laaffic, many: str, price: str) -> None:
    laaffic("campaign", "create", many)
    result = laaffic("campaign", "preview", many, f"--price={price}")
    assert result.exit_code == 2
    assert "price must be that of one segment" in result.stderr


def test_erased_texts_are_told(laaffic: Laaffic, many: str) -> None:
    laaffic("send", many)
    laaffic("campaign", "erase", many, "--texts")
    result = laaffic("campaign", "preview", many)
    assert result.exit_code == 2
    assert "The texts of this campaign are erased" in result.stderr


@pytest.fixture
def tmp_path_url(gateway: Server) -> str:
    """Return the address of a ledger in the folder of the test."""
    del gateway
    return "sqlite:///spring.db"
