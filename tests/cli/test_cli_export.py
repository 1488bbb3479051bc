"""Files of outcomes: `--output` and `laaffic campaign export`."""

import csv
import sys
from pathlib import Path

import pytest

from cli.conftest import Laaffic, Spawn, Write
from laaffic_campaigns import Outcome
from laaffic_cli.reports.export import COLUMNS, export, lines
from support.server import Connection, Server, answer, drop, success


def outcome(**changed: str | float | None) -> Outcome:
    known = {"campaign": "a", "index": 0, "number": "99900000001", "order_id": None, "wire_order_id": "k-0-0"}
    more = {"state": "accepted", "msg_id": "m0", "status": "0", "reason": None, "posted_at": 0.5}
    return Outcome(**{**known, **more, **changed})  # type: ignore[arg-type]  # what a test changes fits


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        header, *found = csv.reader(file)
    assert header == list(COLUMNS)
    return found


def test_every_outcome_has_its_row(laaffic: Laaffic, tmp_path: Path, many: str) -> None:
    output = tmp_path / "outcomes.csv"
    assert laaffic("send", many, "--output", str(output)).exit_code == 0
    found = rows(output)
    assert [row[:2] for row in found] == [[str(i + 1), f"99900000{i:03}"] for i in range(250)]
    assert {row[4] for row in found} == {"accepted"}
    assert output.stat().st_mode & 0o777 == 0o600


def test_a_time_is_utc() -> None:
    assert list(lines([outcome()]))[1] == "1,99900000001,,k-0-0,accepted,m0,0,,1970-01-01T00:00:00.500Z,,,\n"


def test_what_was_heard_of_a_message_stands_at_the_end() -> None:
    heard = outcome(delivery="failed", delivered_at=1.0)
    assert list(lines([heard]))[1].endswith(".500Z,failed,1970-01-01T00:00:01.000Z,\n")


def test_an_earlier_file_without_what_was_heard_is_replaced(
    laaffic: Laaffic, write: Write, many: str, tmp_path: Path
) -> None:
    output = write("o.csv", "row,number,order_id,wire_order_id,state,msg_id,status,reason,posted_at\n")
    assert laaffic("send", many, "--output", output).exit_code == 0
    assert len(rows(tmp_path / "o.csv")) == 250


def test_rows_are_counted_without_the_header(laaffic: Laaffic, write: Write, tmp_path: Path) -> None:
    several = write("a.csv", '\nnumber,content\n99900000001,"a\nb"\n99900000002,b\n')
    laaffic("send", several, "--output", str(tmp_path / "a.out.csv"))
    assert [row[0] for row in rows(tmp_path / "a.out.csv")] == ["1", "2"]


@pytest.mark.parametrize("evil", ["a\rb", "a\nb", 'a"b', "a,b", "a;b", '"\r\n99900000009,forged'], ids=ascii)
def test_a_cell_stays_in_its_row(tmp_path: Path, evil: str) -> None:
    export(str(tmp_path / "o.csv"), [outcome(order_id=evil), outcome(msg_id=evil), outcome(reason=evil)])
    found = rows(tmp_path / "o.csv")
    assert [found[0][2], found[1][5], found[2][7]] == [evil] * 3
    assert len(found) == 3


@pytest.mark.parametrize("column", ["number", "order_id", "wire_order_id", "msg_id", "status", "reason"])
def test_no_cell_is_a_formula(tmp_path: Path, column: str) -> None:
    export(str(tmp_path / "o.csv"), [outcome(**{column: "=1+1"})])
    assert rows(tmp_path / "o.csv")[0][COLUMNS.index(column)] == "'=1+1"


def test_a_status_is_a_number(tmp_path: Path) -> None:
    export(str(tmp_path / "o.csv"), [outcome(status="-10")])
    assert rows(tmp_path / "o.csv")[0][6] == "-10"


def test_no_text_can_keep_an_outcome_from_being_written(tmp_path: Path) -> None:
    export(str(tmp_path / "o.csv"), [outcome(msg_id="m\ud800")])
    assert rows(tmp_path / "o.csv")[0][5] == "m\\ud800"


def test_a_later_one_takes_the_place_of_an_earlier_one(
    laaffic: Laaffic, gateway: Server, tmp_path: Path, many: str
) -> None:
    output = tmp_path / "outcomes.csv"
    gateway.will(success, answer({"status": "-10"}))
    command = ("send", many, "--max-recipients", "100", "--output", str(output))
    laaffic(*command)
    assert [row[4] for row in rows(output)] == ["accepted"] * 100 + ["to_go"] * 150
    gateway.will(success)
    laaffic(*command)
    assert [row[4] for row in rows(output)] == ["accepted"] * 250
    assert sorted(path.name for path in tmp_path.glob(".*")) == []


def test_something_else_is_never_overwritten(laaffic: Laaffic, gateway: Server, write: Write, many: str) -> None:
    output = write("outcomes.csv", "number,order_id,msg_id,state\nevidence")
    result = laaffic("send", many, "--output", output)
    assert result.exit_code == 2
    assert "holds something else than outcomes; name another file" in result.stderr
    assert "evidence" in Path(output).read_text()
    assert not gateway.posts


def test_outcomes_that_are_sent_do_not_become_the_output(
    laaffic: Laaffic, gateway: Server, tmp_path: Path, many: str
) -> None:
    output = str(tmp_path / "outcomes.csv")
    laaffic("send", many, "--output", output)
    result = laaffic("send", output, "--content", "Hi again", "--output", output)
    assert result.exit_code == 2
    assert "is what is read; name another file" in result.stderr
    assert len(gateway.posts) == 1


def test_a_file_that_goes_away_during_the_run_is_written_all_the_same(
    laaffic: Laaffic, gateway: Server, tmp_path: Path, many: str
) -> None:
    output = tmp_path / "outcomes.csv"
    laaffic("send", many, "--name", "before", "--output", str(output))

    def delete(connection: Connection) -> bool:
        output.unlink(missing_ok=True)
        return success(connection)

    gateway.will(delete)
    assert laaffic("send", many, "--name", "after", "--again", "--yes", "--output", str(output)).exit_code == 0
    assert len(rows(output)) == 250


@pytest.mark.parametrize("name", ["no/such/folder/outcomes.csv", "."])
def test_a_place_that_takes_no_file_keeps_everything_from_being_sent(
    laaffic: Laaffic, gateway: Server, many: str, name: str
) -> None:
    assert laaffic("send", many, "--output", name).exit_code == 2
    assert not gateway.posts


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_disk_that_is_full_at_the_end_is_told_and_the_ledger_has_it_all(
    spawn: Spawn, laaffic: Laaffic, many: str, tmp_path: Path
) -> None:
    laaffic("send", many)
    output = tmp_path / "outcomes.csv"
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
    command = ["-B", "-c", f"{limit} from laaffic_cli import main; sys.exit(main())"]
    process = spawn("send", many, "--output", str(output), command=command)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 5
    assert f"{output} could not be written (File too large): outcomes are missing there." in errors
    assert not output.exists()
    exported = laaffic("campaign", "export", many, "--output", str(output))
    assert (exported.exit_code, len(rows(output))) == (0, 250)


def test_an_export_may_be_of_some_states_alone(laaffic: Laaffic, gateway: Server, many: str) -> None:
    gateway.will(success, drop, success)
    laaffic("send", many, "--max-recipients", "100")
    said = laaffic("campaign", "export", many, "--state", "unknown").stdout.splitlines()
    assert [line.split(",")[:2] for line in said[1:]] == [[str(i + 1), f"99900000{i:03}"] for i in range(100, 200)]
