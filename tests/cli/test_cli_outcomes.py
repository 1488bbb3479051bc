"""What is said of the outcomes: exit codes, the table, standard error, and the JSON document."""

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Laaffic, Write
from laaffic_cli.reports.exit_codes import exit_code
from support.server import Action, Connection, Server, answer, drop, success

TO = ("send", "--to", "91856321412,91856321413", "--content", "a secret text", "--order-id", "x,y")
REFUSED = answer({"status": "-10", "reason": "balance of 91856321412"})
KEYS = {"type", "message", "sent", "retryable", "hint", "status", "http_status", "recipients"}


def test_0_all_accepted(laaffic: Laaffic) -> None:
    result = laaffic(*TO)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["NUMBER", "ORDER", "ID", "STATE", "MESSAGE", "ID"],
        ["91856321412", "x", "accepted", "m0"],
        ["91856321413", "y", "accepted", "m1"],
        ["2", "recipients:", "2", "accepted,", "0", "rejected,", "0", "not_sent,", "0", "unknown"],
    ]


def test_1_some_rejected(laaffic: Laaffic, gateway: Server, every_other: Action) -> None:
    gateway.will(every_other)
    result = laaffic(*TO)
    assert result.exit_code == 1
    assert "91856321413  y         rejected  -" in result.stdout
    assert "Do not send all of it again: 1 accepted, 0 unknown" in result.stderr


@pytest.mark.parametrize("action", [REFUSED, answer(b"no", status=403)])
def test_3_refused(laaffic: Laaffic, gateway: Server, action: Action) -> None:
    gateway.will(action)
    result = laaffic(*TO)
    assert result.exit_code == 3
    assert result.stderr.startswith("Error in 1 request to 2 recipients: ")
    assert "(laaffic explain " in result.stderr
    assert "2 rejected" in result.stdout


def test_4_not_sent(laaffic: Laaffic) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        result = laaffic(*TO, "--base-url", f"http://127.0.0.1:{nobody.getsockname()[1]}")
    assert result.exit_code == 4
    assert "2 not_sent" in result.stdout
    assert "No connection could be made" in result.stderr


@pytest.mark.parametrize(
    "action",
    [drop, answer(b"", status=301), answer(b"", status=500), answer({"status": "-99"}), answer({"status": "-18"})],
)
def test_5_unknown(laaffic: Laaffic, gateway: Server, action: Action) -> None:
    gateway.will(action)
    result = laaffic(*TO)
    assert result.exit_code == 5
    assert "2 unknown" in result.stdout
    assert "Do not send all of it again: 0 accepted, 2 unknown" in result.stderr
    assert "before you send to the rest" not in result.stderr  # there is none
    assert len(gateway.posts) == 1


def test_who_is_unknown_can_be_asked_about_by_the_file(laaffic: Laaffic, gateway: Server, tmp_path: Path) -> None:
    gateway.will(drop)
    output = str(tmp_path / "o.csv")
    assert f"`laaffic reconcile {output}` asks the provider" in laaffic(*TO, "--output", output).stderr


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (set(), 0),
        ({"rejected"}, 1),
        ({"rejected", "not_sent"}, 4),
        ({"rejected", "not_sent", "refused"}, 3),
        ({"rejected", "not_sent", "refused", "unknown"}, 5),
    ],
)
def test_the_most_serious_outcome_is_the_exit_code(found: set[str], code: int) -> None:
    assert exit_code(**dict.fromkeys(found, True)) == code


def test_an_answer_that_lists_all_and_yet_failed_is_not_taken_for_success(laaffic: Laaffic, gateway: Server) -> None:
    listed = [{"number": "91856321412", "msgId": "1"}, {"number": "91856321413", "msgId": "2"}]
    gateway.will(answer({"status": "0", "array": listed}, status=500))
    result = laaffic(*TO)
    assert "2 accepted" in result.stdout
    assert result.exit_code == 5


def test_after_an_error_that_all_would_meet_it_pauses_and_the_same_command_goes_on(
    laaffic: Laaffic, gateway: Server, many: str
) -> None:
    gateway.will(success, REFUSED)
    command = ("send", many, "--max-recipients", "50", "--json")
    result = laaffic(*command)
    document = json.loads(result.stdout)
    states = [recipient["state"] for recipient in document["recipients"]]
    assert states == ["accepted"] * 50 + ["to_go"] * 200  # it is proved that they got nothing
    assert [recipient["number"] for recipient in document["recipients"]] == [f"99900000{i:03}" for i in range(250)]
    assert document["campaign"]["state"] == "paused"
    assert document["counts"].items() >= {"accepted": 50, "to_go": 200}.items()
    assert [error["type"] for error in document["errors"]] == ["Paused"]
    assert len(gateway.posts) == 2
    assert result.exit_code == document["exit_code"] == 3
    gateway.will(success)
    again = laaffic(*command)
    assert (again.exit_code, json.loads(again.stdout)["counts"]["accepted"]) == (0, 250)


def test_a_pause_says_why_and_what_to_do(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    gateway.will(success, success, REFUSED)
    rows = "".join(f"99900000{i:03},Hi\n" for i in range(15))
    said = laaffic("send", write("a.csv", f"number,content\n{rows}"), "--max-recipients", "5").stderr
    assert said.startswith("Paused: The provider responded with status -10: the balance is too low for this request.")
    assert said.endswith("\n5 recipients are to go. The same command goes on with them.\n")


def test_a_message_cut_by_an_early_end_is_listed_once(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(success, REFUSED)
    numbers = [f"99900000{i:03}" for i in range(10)]
    result = laaffic(
        "send", "--to", ",".join(numbers), "--content", "a", "--order-id", ",".join("0123456789"),
        "--max-recipients", "4", "--json",
    )  # fmt: skip
    recipients = json.loads(result.stdout)["recipients"]
    assert [r["number"] for r in recipients] == numbers
    assert [r["order_id"] for r in recipients] == list("0123456789")
    assert [r["state"] for r in recipients] == ["accepted"] * 4 + ["rejected"] * 4 + ["not_sent"] * 2


def test_after_a_lost_answer_it_goes_on(laaffic: Laaffic, gateway: Server, many: str) -> None:
    gateway.will(drop, success)
    result = laaffic("send", many, "--max-recipients", "50")
    assert "250 recipients: 200 accepted, 0 rejected, 0 not_sent, 50 unknown" in result.stdout
    assert result.exit_code == 5


def test_the_same_error_is_told_once_with_a_count(laaffic: Laaffic, gateway: Server, many: str) -> None:
    def refuses_some(connection: Connection) -> bool:
        body = connection.request.body.decode()
        bad = "99900000007" in body or "99900000107" in body
        return answer({"status": "-3"})(connection) if bad else success(connection)

    gateway.will(refuses_some)
    result = laaffic("send", many, "--max-recipients", "50")
    assert result.stderr.count("Error") == 1
    assert "Error: 2 recipients are rejected: the provider responded with status -3" in result.stderr
    assert "(laaffic explain -3)" in result.stderr
    assert result.exit_code == 3


def test_of_many_recipients_only_those_not_accepted_are_shown(
    laaffic: Laaffic, gateway: Server, many: str, every_other: Action
) -> None:
    gateway.will(every_other)
    lines = laaffic("send", many).stdout.splitlines()
    assert len(lines) == 1 + 100 + 2
    assert all("rejected" in line for line in lines[1:101])
    assert re.fullmatch(r"and 25 more; `laaffic campaign export .*many\.csv\.laaffic\.db` has them all", lines[101])
    assert lines[102] == "250 recipients: 125 accepted, 125 rejected, 0 not_sent, 0 unknown"


def test_of_many_recipients_all_accepted_none_is_shown(laaffic: Laaffic, many: str) -> None:
    assert laaffic("send", many).stdout == "250 recipients: 250 accepted, 0 rejected, 0 not_sent, 0 unknown\n"


def test_the_table_never_cuts_an_id(laaffic: Laaffic, gateway: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    gateway.will(answer({"status": "0", "array": [{"number": "91856321412", "msgId": "m" * 90}]}))
    result = laaffic("send", "--to", "91856321412", "--content", "a", "--order-id", "order")
    assert f"91856321412  order     accepted  {'m' * 90}\n" in result.stdout


def test_a_long_order_id_is_folded_in_its_column(laaffic: Laaffic) -> None:
    lines = laaffic("send", "--to", "91856321412", "--content", "a", "--order-id", "o" * 90).stdout.splitlines()
    assert lines[1] == f"91856321412  {'o' * 40}  accepted  m0"
    assert [line.strip() for line in lines[2:4]] == ["o" * 40, "o" * 10]
    assert max(len(line) for line in lines) <= 80


def test_foreign_ids_cannot_steer_the_terminal(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(answer({"status": "0", "array": [{"number": "91856321412", "msgId": "\x1b[2J[red]x"}]}))
    result = laaffic("send", "--to", "91856321412", "--content", "a", "--order-id", "\x1b]0;y\x07")
    assert "\x1b" not in result.stdout
    assert "\\x1b[2J[red]x" in result.stdout


def test_an_answer_that_disagrees_with_itself_is_told(laaffic: Laaffic, gateway: Server) -> None:
    array = [{"number": "91856321412", "msgId": "1"}, {"number": "91856321413", "msgId": "2"}]
    gateway.will(answer({"status": "0", "success": "2", "fail": "1", "array": array}))
    result = laaffic(*TO, "--json")
    assert "Warning, in 1 response: The response disagrees with itself" in result.stderr
    assert len(json.loads(result.stdout)["discrepancies"]) == 1


def test_a_discrepancy_that_an_error_tells_is_not_told_twice(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(answer({"status": "0", "array": [{"number": "91856321414", "msgId": "1"}]}))
    assert laaffic(*TO).stderr.count("disagrees with itself") == 1


def test_json_is_one_document_on_one_line(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(REFUSED)
    result = laaffic(*TO, "--json")
    assert result.stdout.count("\n") == 1
    document = json.loads(result.stdout)
    assert list(document) == ["recipients", "counts", "errors", "discrepancies", "exit_code"]
    assert document["recipients"][0] == {
        "number": "91856321412", "order_id": "x", "wire_order_id": "x", "msg_id": None, "state": "rejected"
    }  # fmt: skip
    (error,) = document["errors"]
    assert set(error) == KEYS
    assert (error["type"], error["status"], error["recipients"]) == ("InsufficientBalanceError", "-10", 2)


def test_json_without_trouble_has_no_errors(laaffic: Laaffic) -> None:
    document = json.loads(laaffic(*TO, "--json").stdout)
    assert document["counts"] == {"accepted": 2, "rejected": 0, "not_sent": 0, "unknown": 0}
    assert (document["errors"], document["discrepancies"], document["exit_code"]) == ([], [], 0)


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["--to", "123", "--content", "a"], "BadInputError"),
        (["none.csv"], "BadInputError"),
        (["--to", "91856321412", "--content", "a", "--base-url", "x"], "BadInputError"),
        ([], "Usage"),
    ],
)
def test_bad_input_with_json_is_the_same_document(laaffic: Laaffic, arguments: list[str], kind: str) -> None:
    result = laaffic("send", "--json", *arguments)
    document: dict[str, Any] = json.loads(result.stdout)
    assert document["recipients"] == []
    assert set(document["counts"].values()) == {0}
    assert document["exit_code"] == result.exit_code == 2
    (error,) = document["errors"]
    assert set(error) == KEYS
    assert error["type"] == kind
    assert error["message"] in result.stderr


@pytest.mark.parametrize("action", [success, REFUSED, drop, answer(b"91856321412 a secret text", status=500)])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_nothing_private_stands_on_standard_error(
    laaffic: Laaffic, gateway: Server, action: Action, options: list[str]
) -> None:
    gateway.will(action)
    said = laaffic(*TO, *options).stderr
    for secret in ("91856321412", "91856321413", "a secret text", "7bz1lzh9", "bDqJFiq9"):
        assert secret not in said
    assert not re.search(r"[0-9a-f]{32}", said)


def test_the_text_of_a_bad_row_is_not_shown(laaffic: Laaffic, write: Write) -> None:
    result = laaffic("send", write("bad.csv", "number,content\n99900000001,a secret text,too many\n"))
    assert "secret" not in result.stderr
