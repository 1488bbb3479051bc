"""`laaffic records`: which messages were sent in a time."""

import csv
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli.conftest import PATIENCE, Laaffic, Spawn
from laaffic_cli.jobs.asking.records import span_of
from laaffic_cli.jobs.asking.times import Zone
from laaffic_cli.reading.problem import BadInputError
from support.rows import Rows, row
from support.server import Server, answer

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()


@pytest.fixture
def provider(gateway: Server) -> Rows:
    told = Rows()
    gateway.will(told)
    return told


def test_the_first_records_are_shown_and_all_are_counted(laaffic: Laaffic, provider: Rows) -> None:
    provider.records = [row(f"m{i}", f"9990000{i:04}", "2" if i % 5 == 0 else "0") for i in range(250)]
    result = laaffic("records", "--from", YESTERDAY, "--zone", "UTC")
    lines = result.stdout.splitlines()
    assert lines[1].split()[:3] == ["m0", "99900000000", "failed"]
    assert lines[101] == "and 150 more; --output writes them all"
    assert lines[102] == "250 records: 200 succeeded, 50 failed"
    assert lines[103].startswith(f"From {YESTERDAY} 00:00:00 +0000 to ")
    assert lines[103].endswith(", in UTC")
    assert result.exit_code == 0


def test_a_file_gets_all_of_them(laaffic: Laaffic, provider: Rows, tmp_path: Path) -> None:
    provider.records = [row(f"m{i}", f"9990000{i:04}") for i in range(250)]
    output = tmp_path / "records.csv"
    assert laaffic("records", "--from", YESTERDAY, "--output", str(output)).exit_code == 0
    with output.open(newline="", encoding="utf-8") as file:
        header, *found = csv.reader(file)
    assert header == ["msg_id", "number", "state", "received_at", "status"]
    assert found[0] == ["m0", "99900000000", "succeeded", "2026-11-24T01:30:03.000Z", "0"]
    assert len(found) == 250
    assert output.stat().st_mode & 0o777 == 0o600


def test_no_cell_is_a_formula(laaffic: Laaffic, provider: Rows, tmp_path: Path) -> None:
    provider.records = [row("=1+1", "@a", "-1")]
    output = tmp_path / "records.csv"
    laaffic("records", "--from", YESTERDAY, "--output", str(output))
    assert output.read_text().splitlines()[1] == "'=1+1,'@a,pending,2026-11-24T01:30:03.000Z,-1"


def test_a_file_that_cannot_be_whole_is_none(laaffic: Laaffic, gateway: Server, tmp_path: Path) -> None:
    gateway.will(Rows(records=[row("m1", "99900000001")]), answer({"status": "-1"}))
    result = laaffic("records", "--from", YESTERDAY, "--output", str(tmp_path / "records.csv"))
    assert result.exit_code == 3
    assert not [*tmp_path.iterdir()]


def test_a_later_file_of_records_takes_the_place_of_an_earlier_one(
    laaffic: Laaffic, provider: Rows, tmp_path: Path
) -> None:
    output = tmp_path / "records.csv"
    for provider.records in ([], [row("m1", "99900000001")]):
        laaffic("records", "--from", YESTERDAY, "--output", str(output))
    assert len(output.read_text().splitlines()) == 2
    output.write_text("evidence")
    result = laaffic("records", "--from", YESTERDAY, "--output", str(output))
    assert (result.exit_code, output.read_text()) == (2, "evidence")


def test_json_is_one_document(laaffic: Laaffic, provider: Rows) -> None:
    provider.records = [row("m1", "99900000001"), row("m2", "99900000002", "1")]
    found = json.loads(laaffic("records", "--from", YESTERDAY, "--json").stdout)
    assert [record["state"] for record in found["records"]] == ["succeeded", "failed"]
    assert found["counts"] == {"succeeded": 1, "failed": 1, "pending": 0}
    assert (found["errors"], found["exit_code"]) == ([], 0)
    provider.records = []
    assert json.loads(laaffic("records", "--from", YESTERDAY, "--json").stdout)["records"] == []


def test_json_that_ends_early_says_so(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(Rows(records=[row("m1", "99900000001")]), answer({"status": "-1"}))
    result = laaffic("records", "--from", YESTERDAY, "--json")
    found = json.loads(result.stdout)
    assert [record["msg_id"] for record in found["records"]] == ["m1"]
    assert found["errors"][0]["status"] == "-1"
    assert (found["exit_code"], result.exit_code) == (3, 3)
    assert "Not all records were shown." in result.stderr


def test_a_date_is_the_whole_day() -> None:
    given = Zone("Europe/Berlin")
    assert given.start("--from", "2026-10-25").isoformat() == "2026-10-25T00:00:00+02:00"
    assert given.end("--to", "2026-10-25").isoformat() == "2026-10-26T00:00:00+01:00"


def test_an_hour_that_comes_twice_is_asked_about_whole() -> None:
    given = Zone("Europe/Berlin")
    assert given.start("--from", "2026-10-25T02:30").astimezone(UTC).hour == 0
    assert given.end("--to", "2026-10-25T02:30").astimezone(UTC).hour == 1


def test_a_time_may_say_its_own_zone() -> None:
    at = Zone("Europe/Berlin").start("--from", "2026-11-24T08:30+08:00")
    assert at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


@pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")
def test_without_a_zone_it_is_the_machines(measured: Spawn, provider: Rows) -> None:
    process = measured("records", "--from", YESTERDAY, env={**os.environ, "TZ": "Asia/Tokyo"})
    shown, _ = process.communicate(timeout=PATIENCE)
    assert f"From {YESTERDAY} 00:00:00 +0900 to " in shown
    assert "in this machine's zone" in shown
    midnight = datetime.fromisoformat(YESTERDAY).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    assert datetime.fromisoformat(provider.windows[0][0]) == midnight


def test_what_is_to_come_is_not_asked_about(laaffic: Laaffic, provider: Rows) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert laaffic("records", "--from", YESTERDAY, "--to", tomorrow).exit_code == 0
    assert datetime.fromisoformat(provider.windows[-1][1]) < datetime.now(UTC) + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("yesterday", None, "--from: write a date or a time"),
        ("2026-01-01", "soon", "--to: write a date or a time"),
        ("2999-01-01", None, "is still to come"),
        ("2026-01-02T10:00", "2026-01-02T09:00", "--from is after --to; exchange them"),
    ],
)
def test_a_time_that_says_nothing_is_refused(start: str, end: str | None, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        span_of(start, end, "UTC")


def test_what_is_too_long_ago_is_refused(laaffic: Laaffic, gateway: Server) -> None:
    result = laaffic("records", "--from", (datetime.now(UTC) - timedelta(days=92)).date().isoformat())
    assert result.exit_code == 2
    assert "--from is more than 90 days ago" in result.stderr
    assert not gateway.posts
