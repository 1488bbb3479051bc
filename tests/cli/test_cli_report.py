"""`laaffic report`: what became of messages, by their message ids."""

import csv
import json
from pathlib import Path

import pytest

from cli.conftest import Laaffic, Write
from support.rows import Rows, row
from support.server import Action, Connection, Server, answer

NUMBER = "99900000001"
HEADER = "row,number,order_id,wire_order_id,state,msg_id,status,reason,posted_at"
POSTED = "2026-11-24T01:00:00.000Z"


def outcome(index: int, state: str = "accepted", msg_id: str | None = None, number: str | None = None) -> str:
    known = f"m{index}" if msg_id is None else msg_id
    return f"{index},{number or f'9990000{index:04}'},,k-{index},{state},{known},0,,{POSTED}"


def outcomes(*lines: str) -> str:
    return "\n".join([HEADER, *lines, ""])


def refusing(wrong: str) -> Action:
    """Refuse whatever names a message id that begins so; everything else has succeeded."""

    def act(connection: Connection) -> bool:
        told = Rows()
        told.reports = [row(f"m{i}", f"9990000{i:04}") for i in range(250)]
        refused = f"={wrong}" in connection.request.head or f"%2C{wrong}" in connection.request.head
        return (answer({"status": "-14"}) if refused else told)(connection)

    return act


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def provider(gateway: Server) -> Rows:
    told = Rows()
    gateway.will(told)
    return told


def test_each_message_id_has_its_line(laaffic: Laaffic, provider: Rows) -> None:
    provider.reports = [row("m1", NUMBER), row("m2", NUMBER, "1"), row("m3", NUMBER, "-1")]
    found = laaffic("report", "m1", "m2", "m3", "m4").stdout.splitlines()
    assert [line.split()[:3] for line in found[1:4]] == [
        ["m1", NUMBER, "succeeded"],
        ["m2", NUMBER, "failed"],
        ["m3", NUMBER, "pending"],
    ]
    assert found[4].split() == ["m4", "-", "not", "found", "-"]
    assert found[5] == "4 messages: 1 succeeded, 1 failed, 1 pending, 1 not found"


@pytest.mark.parametrize(("status", "code"), [("0", 0), ("1", 1), ("-1", 4), (None, 5)])
def test_the_exit_code_says_what_became_of_it(laaffic: Laaffic, provider: Rows, status: str | None, code: int) -> None:
    provider.reports = [] if status is None else [row("m1", NUMBER, status)]
    assert laaffic("report", "m1").exit_code == code


@pytest.mark.parametrize(
    ("response", "code"), [(answer({"status": "-1"}), 3), (answer(b"", status=404), 3), (answer(b"no JSON"), 4)]
)
def test_a_failure_has_the_exit_code_of_a_query(laaffic: Laaffic, gateway: Server, response: Action, code: int) -> None:
    gateway.will(response)
    result = laaffic("report", "m1")
    assert result.exit_code == code
    assert "Error: " in result.stderr
    assert "1 message: 1 not asked" in result.stdout


def test_json_has_whole_reports(laaffic: Laaffic, provider: Rows) -> None:
    provider.reports = [row("m1", NUMBER, pricedetail={"pay": "0.020", "chargeCnt": 2})]
    found = json.loads(laaffic("report", "m1", "--json").stdout)
    (report,) = found["reports"]
    assert (report["number"], report["state"], report["received_at"]) == (
        NUMBER,
        "succeeded",
        provider.reports[0]["receiveTime"],
    )
    assert report["price"] == {"pay": "0.020", "price": None, "currency": None, "segments": 2}
    assert (found["counts"]["succeeded"], found["errors"], found["exit_code"]) == (1, [], 0)


def test_what_is_no_message_id_is_not_asked_for(laaffic: Laaffic, gateway: Server) -> None:
    result = laaffic("report", "m1", "a,b")
    assert result.exit_code == 2
    assert "message id 2: a message id has 1 to 64 printable ASCII characters" in result.stderr
    assert not gateway.posts


def test_a_file_gets_the_states_beside_its_rows(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.reports = [row("m1", "99900000001"), row("m2", "99900000002", "1")]
    result = laaffic("report", "--from", write("o.csv", outcomes(outcome(1), outcome(2), outcome(3, "rejected", ""))))
    output = tmp_path / "o.reports.csv"
    assert output.read_text().splitlines()[0] == f"{HEADER},delivery,delivered_at"
    assert [(entry["row"], entry["delivery"], entry["delivered_at"]) for entry in cells(output)] == [
        ("1", "succeeded", "2026-11-24T01:30:03.000Z"),
        ("2", "failed", "2026-11-24T01:30:03.000Z"),
        ("3", "", ""),
    ]
    assert output.stat().st_mode & 0o777 == 0o600
    assert result.stdout.splitlines()[-1] == f"Written to {output}"
    assert result.exit_code == 1


def test_many_ids_are_asked_for_200_at_a_time(laaffic: Laaffic, provider: Rows, write: Write) -> None:
    provider.reports = [row(f"m{i}", f"9990000{i:04}") for i in range(450)]
    result = laaffic("report", "--from", write("o.csv", outcomes(*map(outcome, range(450)))))
    assert [len(ids) for ids in provider.asked] == [200, 200, 50]
    assert result.stdout.splitlines()[0] == "450 messages: 450 succeeded"


def test_of_many_those_that_did_not_succeed_are_shown(laaffic: Laaffic, provider: Rows, write: Write) -> None:
    provider.reports = [row(f"m{i}", f"9990000{i:04}", "1" if i == 7 else "0") for i in range(150)]
    shown = laaffic("report", "--from", write("o.csv", outcomes(*map(outcome, range(150))))).stdout.splitlines()
    assert [line.split()[0] for line in shown[:3]] == ["MESSAGE", "m7", "150"]


def test_prices_are_written_where_the_provider_says_them(
    laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path
) -> None:
    provider.reports = [
        row("m1", "99900000001", pricedetail={"pay": "0.02", "currency": "XXX"}),
        row("m2", "99900000002"),
    ]
    laaffic("report", "--from", write("o.csv", outcomes(outcome(1), outcome(2))))
    first, second = cells(tmp_path / "o.reports.csv")
    assert [first[name] for name in ("pay", "price", "currency", "segments")] == ["0.02", "", "XXX", ""]
    assert second["pay"] == ""


def test_a_file_of_reports_is_brought_up_to_date(
    laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path
) -> None:
    provider.reports = [row("m1", "99900000001"), row("m2", "99900000002", "-1")]
    laaffic("report", "--from", write("o.csv", outcomes(outcome(1), outcome(2))))
    provider.reports = [row("m2", "99900000002", "1")]
    result = laaffic("report", "--from", str(tmp_path / "o.reports.csv"))
    assert provider.asked == [["m1", "m2"], ["m2"]]
    assert [entry["delivery"] for entry in cells(tmp_path / "o.reports.csv")] == ["succeeded", "failed"]
    assert result.exit_code == 1


def test_what_came_before_a_failure_is_kept(laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path) -> None:
    told = Rows([row(f"m{i}", f"9990000{i:04}") for i in range(250)])
    gateway.will(told, answer({"status": "-1"}))
    result = laaffic("report", "--from", write("o.csv", outcomes(*map(outcome, range(250)))))
    states = [entry["delivery"] for entry in cells(tmp_path / "o.reports.csv")]
    assert states == ["succeeded"] * 200 + [""] * 50
    assert result.exit_code == 3
    assert "50 were not asked for" in result.stderr


def test_a_report_about_another_number_says_nothing(
    laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path
) -> None:
    provider.reports = [row("m1", "99900000009")]
    result = laaffic("report", "--from", write("o.csv", outcomes(outcome(1))))
    assert cells(tmp_path / "o.reports.csv")[0]["delivery"] == ""
    assert result.exit_code == 5
    assert "a spreadsheet may have changed the message id" in result.stderr


def test_a_message_id_that_a_spreadsheet_has_shortened_is_refused(
    laaffic: Laaffic, gateway: Server, write: Write
) -> None:
    result = laaffic("report", "--from", write("o.csv", outcomes(outcome(1), outcome(2, msg_id="2.20720162942E+18"))))
    assert result.exit_code == 2
    assert "o.csv:3: msg_id: a spreadsheet has shortened the message id" in result.stderr
    assert not gateway.posts


def test_whoever_is_unknown_makes_the_exit_code(laaffic: Laaffic, provider: Rows, write: Write) -> None:
    provider.reports = [row("m1", "99900000001")]
    result = laaffic("report", "--from", write("o.csv", outcomes(outcome(1), outcome(2, "unknown", ""))))
    assert result.exit_code == 5
    assert "1 without an outcome have no message id; `laaffic reconcile` asks about them." in result.stderr


def test_a_file_may_be_as_people_have_it(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.reports = [row("m1", NUMBER)]
    theirs = write("theirs.csv", "Größe;ID\n1;m1\n".encode("cp1252"))
    options = ("--column", "msg_id=id", "--encoding", "cp1252")
    assert laaffic("report", "--from", theirs, *options).exit_code == 0
    assert (tmp_path / "theirs.reports.csv").read_text().splitlines() == [
        "Größe,ID,delivery,delivered_at",
        "1,m1,succeeded,2026-11-24T01:30:03.000Z",
    ]


@pytest.mark.parametrize("column", ["delivery", "Price"])
def test_a_column_of_theirs_is_not_written_over(laaffic: Laaffic, gateway: Server, write: Write, column: str) -> None:
    result = laaffic("report", "--from", write("theirs.csv", f"msg_id,{column}\nm1,tuesday\n"))
    assert result.exit_code == 2
    assert f'it has a column "{column}" of its own; name it otherwise' in result.stderr
    assert not gateway.posts


def test_no_cell_is_a_formula(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.reports = [row("m1", NUMBER)]
    laaffic("report", "--from", write("theirs.csv", "msg_id,what\nm1,=1+1\n"))
    output = tmp_path / "theirs.reports.csv"
    assert cells(output)[0]["what"] == "'=1+1"
    laaffic("report", "--from", str(output))
    assert cells(output)[0]["what"] == "'=1+1"


@pytest.mark.parametrize("there", ["evidence", "msg_id,number\nm1,2\n"])
def test_nothing_else_is_replaced(laaffic: Laaffic, gateway: Server, write: Write, there: str) -> None:
    output = write("o.reports.csv", there)
    result = laaffic("report", "--from", write("o.csv", outcomes(outcome(1))))
    assert result.exit_code == 2
    assert "holds something else than reports of this file" in result.stderr
    assert Path(output).read_text() == there
    assert not gateway.posts


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Give message ids, or a file"),
        (["m1", "--from", "o.csv"], "Give message ids, or a file"),
        (["m1", "--delimiter", ";"], "go with --from"),
        (["--from", "no.csv"], "no.csv: it cannot be read"),
        (["--from", "-"], "Standard input has no place; name a file with --output"),
    ],
)
def test_what_does_not_go_together_is_refused(laaffic: Laaffic, arguments: list[str], said: str) -> None:
    result = laaffic("report", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_wrong_message_id_is_found_and_the_others_are_asked_for(
    laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path
) -> None:
    gateway.will(refusing("wrong"))
    ids = [*(outcome(i) for i in range(250)), outcome(250, msg_id="wrong")]
    result = laaffic("report", "--from", write("o.csv", outcomes(*ids)))
    states = [entry["delivery"] for entry in cells(tmp_path / "o.reports.csv")]
    assert states == ["succeeded"] * 250 + [""]
    assert result.exit_code == 3
    assert "the provider refuses these message ids, and says nothing of them: wrong." in result.stderr
    assert "250 succeeded, 1 refused" in result.stdout


def test_when_every_message_id_is_refused_it_is_given_up(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    gateway.will(refusing("m"))
    result = laaffic("report", "--from", write("o.csv", outcomes(*map(outcome, range(250)))))
    assert len(gateway.posts) < 50
    assert result.exit_code == 3
    assert "10 refused, 240 not asked" in result.stdout


def test_times_of_an_earlier_report_are_shown_as_the_others(laaffic: Laaffic, provider: Rows, write: Write) -> None:
    provider.reports = [row("m1", "99900000001", "1")]
    given = write("o.csv", outcomes(outcome(1)))
    first = laaffic("report", "--from", given).stdout.splitlines()[1]
    assert laaffic("report", "--from", given.replace("o.csv", "o.reports.csv")).stdout.splitlines()[1] == first
