"""`laaffic campaign reconcile`, `refresh` and `resend`, against the mock gateway."""

import csv
import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import PATIENCE, Laaffic, Spawn, Write
from laaffic_mock import Gateway

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks and signals of POSIX")

FIRST, SECOND = "99900000001", "99900000002"


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Gateway]:
    """Return a gateway whose clock stands still, to which the command line sends."""
    monkeypatch.chdir(tmp_path)
    with Gateway(held=True) as gateway:
        yield gateway


@pytest.fixture
def sent(laaffic: Laaffic, mock: Gateway, write: Write, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a file that was sent to two recipients, whose responses were lost."""
    monkeypatch.setenv("LAAFFIC_BASE_URL", mock.url)
    name = write("a.csv", f"number,content\n{FIRST},Hello\n{SECOND},Hello\n")
    mock.fail_next("accept_then_drop")
    assert laaffic("send", name).exit_code == 5
    return name


def test_an_unknown_recipient_is_found_by_the_records(laaffic: Laaffic, mock: Gateway, sent: str) -> None:
    mock.deliver(FIRST)
    result = laaffic("campaign", "reconcile", sent)
    assert result.exit_code == 5
    assert "2 unknown: 1 found, 1 still unknown" in result.stdout
    assert "this proves nothing" not in result.stderr  # it is said in its own words
    assert "proves nothing: give the same command again later" in result.stderr.replace("\n", " ")
    mock.deliver(SECOND)
    found = json.loads(laaffic("campaign", "reconcile", sent, "--json").stdout)
    assert (found["found"], found["still_unknown"], found["exit_code"]) == (1, 0, 0)
    assert found["campaign"]["accepted"] == 2


def test_a_found_outcome_is_not_in_an_earlier_export(laaffic: Laaffic, mock: Gateway, sent: str) -> None:
    said = "A file that was exported before still has what it had: `laaffic campaign export"
    assert said not in laaffic("campaign", "reconcile", sent).stderr.replace("\n", " ")
    mock.deliver(FIRST)
    assert said in laaffic("campaign", "reconcile", sent).stderr.replace("\n", " ")


def test_when_nobody_is_unknown_nothing_is_asked(laaffic: Laaffic, mock: Gateway, sent: str) -> None:
    mock.advance(10)
    laaffic("campaign", "reconcile", sent)
    result = laaffic("campaign", "reconcile", sent)
    assert (result.exit_code, "Nobody was unknown, so nothing was asked." in result.stderr) == (0, True)


def test_what_was_heard_is_in_the_status_and_the_export(
    laaffic: Laaffic, mock: Gateway, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", mock.url)
    name = write("a.csv", f"number,content\n{FIRST},Hello\n{SECOND},Hello\n")
    laaffic("send", name)
    mock.deliver(FIRST)
    result = laaffic("campaign", "refresh", name)
    assert result.exit_code == 5
    assert "2 asked for: 1 succeeded, 1 not found" in result.stdout
    mock.deliver(SECOND, failed=True)
    result = laaffic("campaign", "refresh", name)
    assert result.exit_code == 1
    assert "1 asked for: 1 failed" in result.stdout
    assert [line.split() for line in laaffic("campaign", "status", name).stdout.splitlines()[6:9]] == [
        ["delivered", "1"],
        ["failed", "1"],
        ["not", "final", "0"],
    ]
    laaffic("campaign", "export", name, "--output", "o.csv")
    with (tmp_path / "o.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["delivery"] for row in rows] == ["succeeded", "failed"]
    assert all(row["delivered_at"].endswith("Z") for row in rows)
    assert laaffic("report", "--from", "o.csv").exit_code == 1  # which has nothing more to ask


def test_a_failure_says_what_is_wrong(laaffic: Laaffic, sent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAAFFIC_API_SECRET", "wrong")
    for command in ("reconcile", "resend --unknown --yes"):
        result = laaffic("campaign", *command.split(), sent, "--json")
        assert result.exit_code == 3
        assert json.loads(result.stdout)["errors"][0]["status"] == "-1"


def rejected(laaffic: Laaffic, mock: Gateway, write: Write) -> str:
    name = write("a.csv", f"number,content\n{FIRST},Hello\n{SECOND},Bonjour\n")
    mock.configure(words=["Bonjour"])
    laaffic("send", name, "--max-recipients", "1")
    return name


def test_the_rejected_get_another_text(
    laaffic: Laaffic, mock: Gateway, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", mock.url)
    name = rejected(laaffic, mock, write)
    result = laaffic("campaign", "resend", name, "--rejected", "--content", "Good day {{1}}", "--yes")
    assert result.exit_code == 0
    assert "1 recipient will be sent to again, in 1 request at most." in result.stdout
    assert f"Nothing is posted yet: `laaffic campaign run {name}" in result.stderr
    ran = laaffic("campaign", "run", name)
    assert ran.exit_code == 0, ran.output
    mock.assert_sent(to=SECOND, containing="Good day {1}", times=1)
    assert "Nobody can be sent to again." in laaffic("campaign", "resend", name, "--rejected", "--yes").stdout
    assert laaffic("campaign", "run", name).exit_code == 0
    mock.assert_sent(to=SECOND, times=1)


def test_a_dry_run_changes_nothing(
    laaffic: Laaffic, mock: Gateway, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", mock.url)
    name = rejected(laaffic, mock, write)
    before = laaffic("campaign", "status", name, "--json").stdout
    result = laaffic("campaign", "resend", name, "--rejected", "--dry-run")
    assert "1 recipient can be sent to again" in result.stdout
    assert "Nothing is changed." in result.stderr
    assert laaffic("campaign", "status", name, "--json").stdout == before


def test_a_text_with_a_field_is_refused(
    laaffic: Laaffic, mock: Gateway, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", mock.url)
    name = rejected(laaffic, mock, write)
    result = laaffic("campaign", "resend", name, "--rejected", "--content", "Hi {name}", "--yes")
    assert result.exit_code == 2
    assert "--content: {name} cannot be filled in" in result.stderr


def test_where_nobody_can_be_asked_nobody_is_sent_to_again(
    laaffic: Laaffic, mock: Gateway, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", mock.url)
    name = rejected(laaffic, mock, write)
    result = laaffic("campaign", "resend", name, "--rejected")
    assert result.exit_code == 2
    assert "give --yes" in result.stderr
    assert json.loads(laaffic("campaign", "status", name, "--json").stdout)["to_go"] == 0


@pytest.mark.parametrize(("answer", "to_go"), [("y\n", 1), ("n\n", 0)])
def test_resend_asks_on_a_terminal(
    laaffic: Laaffic,
    measured: Spawn,
    mock: Gateway,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    *,
    answer: str,
    to_go: int,
) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", mock.url)
    name = rejected(laaffic, mock, write)
    ours, theirs = os.openpty()
    process = measured("campaign", "resend", name, "--rejected", stdin=theirs)
    os.close(theirs)
    os.write(ours, answer.encode())
    _, errors = process.communicate(timeout=PATIENCE)
    os.close(ours)
    assert "1 recipient can be sent to again" in errors
    assert "Send to 1 recipient of 'a.csv' again?" in errors
    assert json.loads(laaffic("campaign", "status", name, "--json").stdout)["to_go"] == to_go


def test_it_is_too_early_for_the_unknown(laaffic: Laaffic, sent: str) -> None:
    result = laaffic("campaign", "resend", sent, "--unknown", "--yes")
    assert result.exit_code == 0
    assert "Nobody can be sent to again." in result.stdout
    assert "2 are not sent to again: it is too early" in result.stdout
    assert "can be sent to again at " in result.stdout.splitlines()[-1]


def test_who_has_no_record_after_the_half_hour_may_be_sent_to_again(laaffic: Laaffic, mock: Gateway, sent: str) -> None:
    mock.deliver(FIRST)
    with sqlite3.connect(f"{sent}.laaffic.db") as database:  # as if it were two hours ago
        for column in ("claimed_at", "posted_at", "recorded_at"):
            database.execute(f"UPDATE laaffic_chunks SET {column} = {column} - 7200")  # noqa: S608  # names of columns
    database.close()
    result = laaffic("campaign", "resend", sent, "--unknown", "--dry-run")
    assert "1 of the unknown was found in the provider's records" in result.stdout
    assert "1 recipient can be sent to again, in 1 request at most." in result.stdout
    assert "They may get it twice" in result.stdout
    assert laaffic("campaign", "resend", sent, "--unknown", "--yes").exit_code == 0
    assert laaffic("campaign", "run", sent).exit_code == 0
    assert len([message for message in mock.messages if message.number == SECOND]) == 2
    assert len([message for message in mock.messages if message.number == FIRST]) == 1
    rows = list(csv.DictReader(laaffic("campaign", "export", sent).stdout.splitlines()))
    assert [row["earlier"] for row in rows] == ["", "1"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Say to whom: --unknown or --rejected"),
        (["--unknown", "--rejected"], "Say to whom: --unknown or --rejected"),
        (["--unknown", "--content", "Hi"], "--content goes with --rejected"),
    ],
)
def test_what_does_not_go_together_is_refused(laaffic: Laaffic, arguments: list[str], said: str) -> None:
    result = laaffic("campaign", "resend", "a.csv", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
