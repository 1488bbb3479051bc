"""`laaffic send --to`, and options that do not go together."""

from pathlib import Path

import pytest

from cli.conftest import Laaffic, Write
from support.order_ids import Ours
from support.server import Server


def test_to_and_content_send_one_message(laaffic: Laaffic, gateway: Server) -> None:
    result = laaffic("send", "--to", "91856321412,91856321413", "--content", "See you at 7")
    assert result.exit_code == 0
    assert gateway.posts[0].json() == {
        "appId": "4luaKsL2",
        "array": [{"numbers": "91856321412,91856321413", "content": "See you at 7", "orderId": Ours(0, 1)}],
    }


def test_to_may_be_given_more_than_once(laaffic: Laaffic, gateway: Server) -> None:
    laaffic("send", "--to", "91856321412", "--to", "91856321413", "--content", "a")
    assert gateway.posts[0].json()["array"][0]["numbers"] == "91856321412,91856321413"


def test_sender_id_and_order_ids_go_with_to(laaffic: Laaffic, gateway: Server) -> None:
    laaffic("send", "--to", "91856321412,91856321413", "--content", "a", "--sender-id", "Shop", "--order-id", "x,y")
    assert gateway.posts[0].json()["array"][0]["senderId"] == "Shop"
    assert gateway.posts[0].json()["array"][0]["orderId"] == "x,y"


def test_braces_in_the_content_of_to_are_plain_text(laaffic: Laaffic, gateway: Server) -> None:
    laaffic("send", "--to", "91856321412", "--content", "{name} {{")
    assert gateway.posts[0].json()["array"][0]["content"] == "{name} {{"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Give a FILE, or --to and --content"),
        (["--to", "91856321412"], "--to needs --content"),
        (["messages.csv", "--to", "91856321412", "--content", "a"], "Give one FILE or --to"),
        (["--to", "91856321412,", "91856321413", "91856321414", "--content", "a"], "commas between them and no spaces"),
        (["messages.csv", "--order-id", "1"], "--order-id goes with --to; in FILE give a column order_id"),
        (["--to", "91856321412", "--content", "a", "--column", "number=phone"], "--column goes with FILE"),
        (["--to", "91856321412", "--content", "a", "--unique"], "--unique goes with FILE"),
        (["--to", "91856321412", "--content", "a", "--invalid-to", "bad.csv"], "--invalid-to goes with FILE"),
        (["messages.csv", "--dry-run", "--output", "outcomes.csv"], "A dry run has no outcomes"),
        (["--to", "91856321412", "--content", "a", "--content", "b"], "give it once"),
        (["messages.csv", "--timeout", "soon"], "not a valid float"),
        (["messages.csv", "--api-key", "x"], "No such option"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    laaffic: Laaffic, gateway: Server, arguments: list[str], said: str
) -> None:
    result = laaffic("send", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "91856321414" not in result.stderr
    assert not gateway.posts


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "123", "--content", "a"], "--to ***: the number has only 3 digits"),
        (["--to", "9.18563E+10", "--content", "a"], "a spreadsheet has shortened the number"),
        (["--to", "91856321412", "--content", " "], "--content: the text is empty"),
        (["--to", "91856321412", "--content", "a", "--sender-id", "x" * 33], "--sender-id: the sender id has 33"),
        (["--to", "91856321412", "--content", "a", "--order-id", "1,2"], "--order-id: there are 2 order ids for 1"),
        (["--to", "91856321412", "--content", "a", "--base-url", "ftp://sms.example"], "base_url"),
        (["--to", "91856321412", "--content", "a", "--max-recipients", "0"], "max_recipients"),
        (["--to", "91856321412", "--content", "a", "--timeout", "0"], "timeout"),
        (["--to", "91856321412", "--content", "a", "--timeout", "nan"], "timeout"),
    ],
)
def test_a_bad_value_is_named_by_its_option(laaffic: Laaffic, gateway: Server, arguments: list[str], said: str) -> None:
    result = laaffic("send", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("Nothing was sent.") == 1
    assert not gateway.posts


@pytest.mark.parametrize("variable", ["LAAFFIC_API_KEY", "LAAFFIC_API_SECRET", "LAAFFIC_APP_ID"])
def test_a_missing_setting_is_named(
    laaffic: Laaffic, gateway: Server, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv(variable)
    result = laaffic("send", "--to", "91856321412", "--content", "a")
    assert result.exit_code == 2
    assert variable in result.stderr
    assert not gateway.posts


def test_all_missing_settings_are_named_at_once(laaffic: Laaffic, many: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variables = ("LAAFFIC_API_KEY", "LAAFFIC_API_SECRET", "LAAFFIC_APP_ID")
    for variable in variables:
        monkeypatch.delenv(variable)
    said = laaffic("send", many).stderr
    assert [variable for variable in variables if variable not in said] == []
    assert "LAAFFIC_APP_ID" not in laaffic("send", many, "--app-id", "other").stderr


def test_app_id_is_taken_before_the_environment(laaffic: Laaffic, gateway: Server) -> None:
    laaffic("send", "--to", "91856321412", "--content", "a", "--app-id", "other")
    assert gateway.posts[0].json()["appId"] == "other"


def test_max_recipients_cuts_into_requests(laaffic: Laaffic, gateway: Server, many: str) -> None:
    laaffic("send", many, "--max-recipients", "100")
    assert [len(post.json()["array"]) for post in gateway.posts] == [100, 100, 50]


def test_a_file_that_is_not_there_is_bad_input(laaffic: Laaffic, tmp_path: Path) -> None:
    result = laaffic("send", str(tmp_path / "none.csv"))
    assert result.exit_code == 2
    assert "cannot be read (No such file or directory)" in result.stderr


def test_a_directory_is_bad_input(laaffic: Laaffic, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    result = laaffic("send", str(tmp_path / "folder.csv"))
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


def test_an_unknown_ending_is_bad_input(laaffic: Laaffic, write: Write) -> None:
    result = laaffic("send", write("messages.txt", ""))
    assert result.exit_code == 2
    assert "name it .csv, .tsv, .jsonl, .ndjson, .json" in result.stderr


def test_a_number_in_the_place_of_the_file_is_not_shown(laaffic: Laaffic) -> None:
    result = laaffic("send", "91856321412")
    assert result.exit_code == 2
    assert "91856321412" not in result.stderr


def test_help_tells_every_exit_code_and_where_the_secrets_come_from(laaffic: Laaffic) -> None:
    said = laaffic("send", "--help").stdout
    for line in ("0  every", "1  some", "2  bad", "3  a request", "4  some", "5  an outcome"):
        assert f"    {line}" in said
    assert "LAAFFIC_API_SECRET" in said
    assert max(len(line) for line in said.splitlines()) <= 80
