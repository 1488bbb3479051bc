"""`laaffic reconcile`: which unknown recipients the records show to be accepted, and what is not claimed."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.conftest import Laaffic, Write
from laaffic_cli.reports.export import COLUMNS
from laaffic_mock import Gateway
from support.rows import Rows, row
from support.server import Server, answer, drop

NOW = datetime.now(UTC)
AN_HOUR_AGO = NOW - timedelta(hours=1)
OLD = NOW - timedelta(days=100)


def number(index: int) -> str:
    return f"9990000{index:04}"


def line(
    index: int, state: str = "unknown", msg_id: str = "", *, to: int | None = None, at: datetime | None = AN_HOUR_AGO
) -> str:
    posted = "" if at is None else at.isoformat()
    return f"{index},{number(index if to is None else to)},,k-{index},{state},{msg_id},,was lost,{posted},,,"


def outcomes(*lines: str) -> str:
    return "\n".join([",".join(COLUMNS), *lines, ""])


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def told(path: Path) -> list[tuple[str, str, str]]:
    return [(entry["state"], entry["msg_id"], entry["reason"].split(" by ")[0]) for entry in cells(path)]


def record(msg_id: str, index: int) -> dict[str, str]:
    return row(msg_id, number(index), at=NOW.isoformat(timespec="seconds"))


@pytest.fixture
def provider(gateway: Server) -> Rows:
    there = Rows()
    gateway.will(there)
    return there


def test_whoever_is_in_the_records_is_accepted(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.records = [record("m1", 1), record("m2", 2), record("m9", 9)]
    given = write("o.csv", outcomes(line(1), line(2, "accepted", "m2"), line(3), line(4, "rejected")))
    before = Path(given).read_text()
    result = laaffic("reconcile", given)
    output = tmp_path / "o.reconciled.csv"
    assert told(output) == [
        ("accepted", "m1", ""),
        ("accepted", "m2", "was lost"),
        ("unknown", "", "no record"),
        ("rejected", "", "was lost"),
    ]
    assert [entry["row"] for entry in cells(output)] == ["1", "2", "3", "4"]
    assert Path(given).read_text() == before
    assert result.exit_code == 5
    assert "2 unknown: 1 found, 1 still unknown" in result.stdout
    assert "this proves nothing: give the same command again later" in result.stderr


def test_a_thousand_that_were_lost_are_found(laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path) -> None:
    given = write("a.csv", "number,content\n" + "".join(f"{number(i)},Hello\n" for i in range(1000)))
    gateway.will(drop)
    assert laaffic("send", given, "--output", "o.csv").exit_code == 5
    gateway.will(Rows(records=[record(f"m{i}", i) for i in range(1000)]))
    result = laaffic("reconcile", "o.csv")
    assert result.exit_code == 0
    assert "1,000 unknown: 1,000 found, 0 still unknown" in result.stdout
    assert {(entry["state"], bool(entry["msg_id"])) for entry in cells(tmp_path / "o.reconciled.csv")} == {
        ("accepted", True)
    }


def test_what_the_gateway_has_not_finished_is_found_later(
    laaffic: Laaffic, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = write("a.csv", f"number,content\n{number(1)},Hello\n{number(2)},Hello\n")
    with Gateway(held=True) as mock:
        monkeypatch.setenv("LAAFFIC_BASE_URL", mock.url)
        mock.fail_next("accept_then_drop")
        laaffic("send", given, "--output", "o.csv")
        mock.deliver(number(1))
        assert laaffic("reconcile", "o.csv").exit_code == 5
        assert [state for state, *_ in told(tmp_path / "o.reconciled.csv")] == ["accepted", "unknown"]
        mock.deliver(number(2), failed=True)
        assert laaffic("reconcile", "o.csv").exit_code == 0
        assert laaffic("report", "--from", "o.reconciled.csv").exit_code == 1
    assert [entry["delivery"] for entry in cells(tmp_path / "o.reconciled.reports.csv")] == ["succeeded", "failed"]


def test_the_records_are_read_from_before_the_first_until_now(laaffic: Laaffic, provider: Rows, write: Write) -> None:
    early = NOW - timedelta(hours=9)
    laaffic("reconcile", write("o.csv", outcomes(line(1), line(2, at=early), line(3, "accepted", "m3", at=OLD))))
    start, end = map(datetime.fromisoformat, provider.windows[0])
    assert early - timedelta(minutes=6) < start < early
    assert end >= NOW.replace(microsecond=0)


def test_more_records_than_unknowns_are_doubt(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.records = [record("m1", 1), record("m2", 1)]
    result = laaffic("reconcile", write("o.csv", outcomes(line(1))))
    assert told(tmp_path / "o.reconciled.csv") == [("unknown", "", "2 records for 1")]
    assert "with --known" in result.stderr


def test_the_outcomes_of_others_settle_it(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.records = [record("m1", 1), record("m2", 1)]
    others = write("others.csv", outcomes(line(7, "accepted", "m2", to=1)))
    assert laaffic("reconcile", write("o.csv", outcomes(line(1))), "--known", others).exit_code == 0
    assert told(tmp_path / "o.reconciled.csv") == [("accepted", "m1", "")]


def test_a_record_may_be_of_another_files_unknown(
    laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path
) -> None:
    provider.records = [record("m1", 1)]
    others = write("others.csv", outcomes(line(7, to=1)))
    assert laaffic("reconcile", write("o.csv", outcomes(line(1))), "--known", others).exit_code == 5
    assert told(tmp_path / "o.reconciled.csv") == [("unknown", "", "1 record for 2")]


def test_an_earlier_file_of_the_same_outcomes_is_no_other(
    laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path
) -> None:
    provider.records = [record("m1", 1)]
    given = write("o.csv", outcomes(line(1)))
    laaffic("reconcile", given)
    earlier = (tmp_path / "o.reconciled.csv").rename(tmp_path / "earlier.csv")
    assert laaffic("reconcile", given, "--known", str(earlier), "--known", given).exit_code == 0
    assert told(tmp_path / "o.reconciled.csv") == [("accepted", "m1", "")]


def test_a_record_may_be_of_who_was_accepted_without_a_message_id(
    laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path
) -> None:
    provider.records = [record("m1", 1)]
    laaffic("reconcile", write("o.csv", outcomes(line(1), line(2, "accepted", to=1))))
    assert told(tmp_path / "o.reconciled.csv") == [("unknown", "", "1 record for 2"), ("accepted", "", "was lost")]


def test_a_record_may_be_of_the_message_before(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.records = [record("m1", 1)]
    laaffic("reconcile", write("o.csv", outcomes(f"{line(1)}1")))
    assert told(tmp_path / "o.reconciled.csv") == [("unknown", "", "1 record for 2")]


@pytest.mark.parametrize("state", ["to_go", "in_flight"])
def test_a_record_may_be_of_who_was_not_done_yet(
    laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path, state: str
) -> None:
    provider.records = [record("m1", 1)]
    at = None if state == "to_go" else AN_HOUR_AGO
    laaffic("reconcile", write("o.csv", outcomes(line(1), line(2, state, to=1, at=at))))
    first, second = told(tmp_path / "o.reconciled.csv")
    assert first == ("unknown", "", "1 record for 2")
    assert second[:2] == (state, "")


def test_who_was_in_flight_when_a_process_was_killed_is_found(
    laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path
) -> None:
    provider.records = [record("m1", 1)]
    assert laaffic("reconcile", write("o.csv", outcomes(line(1, "in_flight")))).exit_code == 0
    assert told(tmp_path / "o.reconciled.csv") == [("accepted", "m1", "")]


def test_who_was_to_go_stays_to_go(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.records = [record("m1", 1), record("m2", 2)]
    result = laaffic("reconcile", write("o.csv", outcomes(line(1), line(2, "to_go", at=None))))
    assert told(tmp_path / "o.reconciled.csv")[1] == ("to_go", "", "was lost")
    assert result.exit_code == 4


def test_what_is_too_long_ago_is_not_claimed(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.records = [record("m1", 1), record("m2", 2)]
    result = laaffic("reconcile", write("o.csv", outcomes(line(1), line(2, at=OLD))))
    assert [found[0] for found in told(tmp_path / "o.reconciled.csv")] == ["accepted", "unknown"]
    assert "Nothing more can be found out about 1" in result.stderr
    result = laaffic("reconcile", write("old.csv", outcomes(line(2, at=OLD))))
    assert result.exit_code == 2
    assert "more than 90 days ago" in result.stderr


def test_a_pushed_report_settles_by_its_order_id(
    laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path
) -> None:
    provider.records = [record("m1", 1), record("m2", 1)]
    provider.reports = [row("m2", number(1))]
    pushed = write(
        "pushed.jsonl", json.dumps({"msgid": "m2", "status": 0, "mobile": number(1), "orderId ": "k-1"}) + "\n"
    )
    assert laaffic("reconcile", write("o.csv", outcomes(line(1))), "--reports", pushed).exit_code == 0
    assert told(tmp_path / "o.reconciled.csv") == [("accepted", "m2", "")]


def test_a_pushed_report_that_the_provider_does_not_know_is_not_used(
    laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path
) -> None:
    gateway.will(Rows())
    pushed = write("pushed.jsonl", json.dumps({"msgid": "forged", "status": 0, "orderId": "k-1"}))
    result = laaffic("reconcile", write("o.csv", outcomes(line(1))), "--reports", pushed)
    assert told(tmp_path / "o.reconciled.csv") == [("unknown", "", "no record")]
    assert "1 pushed report" in result.stderr
    assert "not used" in result.stderr


def test_a_pushed_report_with_another_numbers_message_settles_nobody(
    laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path
) -> None:
    provider.reports = [row("m2", number(2))]
    pushed = write("pushed.jsonl", json.dumps({"msgid": "m2", "status": 0, "orderId": "k-1"}))
    laaffic("reconcile", write("o.csv", outcomes(line(1))), "--reports", pushed)
    assert [state for state, *_ in told(tmp_path / "o.reconciled.csv")] == ["unknown"]


def test_a_line_that_is_no_report_is_refused(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    pushed = write("pushed.jsonl", "\nwhatever\n")
    result = laaffic("reconcile", write("o.csv", outcomes(line(1))), "--reports", pushed)
    assert result.exit_code == 2
    assert "pushed.jsonl:2: The report is not a JSON object" in result.stderr
    assert not gateway.posts


def test_who_has_no_time_needs_one(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.records = [record("m1", 1)]
    given = write("o.csv", outcomes(line(1, at=None)))
    result = laaffic("reconcile", given)
    assert result.exit_code == 2
    assert "1 without an outcome have no posted_at" in result.stderr
    day = AN_HOUR_AGO.date().isoformat()
    assert laaffic("reconcile", given, "--sent-between", day, NOW.isoformat(), "--zone", "UTC").exit_code == 0
    assert told(tmp_path / "o.reconciled.csv") == [("accepted", "m1", "")]
    start = datetime.fromisoformat(provider.windows[0][0])
    assert start == datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(minutes=5)


def test_when_nobody_is_unknown_nothing_is_asked(
    laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path
) -> None:
    result = laaffic("reconcile", write("o.csv", outcomes(line(1, "accepted", "m1"), line(2, "rejected"))))
    assert result.exit_code == 1
    assert "nothing was asked, and nothing was written" in result.stderr
    assert not gateway.posts
    assert not (tmp_path / "o.reconciled.csv").exists()


def test_a_failure_leaves_what_was_there(laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path) -> None:
    gateway.will(answer({"status": "-1"}))
    result = laaffic("reconcile", write("o.csv", outcomes(line(1))), "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["errors"][0]["status"] == "-1"
    assert [path.name for path in tmp_path.iterdir()] == ["o.csv"]


@pytest.mark.parametrize("output", ["o.csv", "others.csv", "link.csv"])
def test_what_is_read_is_not_written_over(
    laaffic: Laaffic, gateway: Server, write: Write, tmp_path: Path, output: str
) -> None:
    given, others = write("o.csv", outcomes(line(1))), write("others.csv", outcomes(line(2)))
    (tmp_path / "link.csv").symlink_to(given)
    result = laaffic("reconcile", given, "--known", others, "--output", output)
    assert result.exit_code == 2
    assert f"{output} is what is read; name another file" in result.stderr
    assert not gateway.posts


def test_a_file_may_be_as_a_spreadsheet_saves_it(
    laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path
) -> None:
    provider.records = [record("m1", 1)]
    saved = "\ufeff" + outcomes(line(1)).replace(",", ";").replace("\n", "\r\n")
    assert laaffic("reconcile", write("o.csv", saved.encode("utf-16"))).exit_code == 0
    assert told(tmp_path / "o.reconciled.csv") == [("accepted", "m1", "")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (line(2, "lost"), "o.csv:3: state: it is none of accepted"),
        (line(2).replace(number(2), "9.99E+10"), "o.csv:3: number 9."),
        (line(2).replace(AN_HOUR_AGO.isoformat(), "24.11.2026 10:00"), "o.csv:3: posted_at: it is no time with a zone"),
        (line(2).rpartition(",")[0], "o.csv:3: the row has 11 cells"),
    ],
    ids=["state", "number", "time", "cells"],
)
def test_what_is_wrong_is_told_by_its_place(
    laaffic: Laaffic, gateway: Server, write: Write, wrong: str, said: str
) -> None:
    result = laaffic("reconcile", write("o.csv", outcomes(line(1), wrong)))
    assert result.exit_code == 2
    assert said in result.stderr
    assert not gateway.posts


def test_json_has_whoever_was_lost(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.records = [record("m1", 1)]
    result = laaffic("reconcile", write("o.csv", outcomes(line(1), line(2), line(3, "accepted", "m3"))), "--json")
    found = json.loads(result.stdout)
    assert [(entry["wire_order_id"], entry["state"], entry["msg_id"]) for entry in found["recipients"]] == [
        ("k-1", "accepted", "m1"),
        ("k-2", "unknown", None),
    ]
    assert (found["found"], found["counts"]["accepted"], found["exit_code"]) == (1, 2, 5)
    assert found["output"] == str(tmp_path / "o.reconciled.csv")


def test_order_ids_stay_text(laaffic: Laaffic, provider: Rows, write: Write, tmp_path: Path) -> None:
    provider.records = [record("m1", 1)]
    given = outcomes(line(1).replace(",,k-1", ",'=1+1,k-1"), line(2, "rejected").replace(",,was lost", ",-9,a"))
    laaffic("reconcile", write("o.csv", given))
    first, second = cells(tmp_path / "o.reconciled.csv")
    assert (first["order_id"], second["status"]) == ("'=1+1", "-9")
