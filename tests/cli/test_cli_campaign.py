"""`laaffic campaign`: looking after a ledger from any terminal."""

import csv
import json
import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.conftest import PATIENCE, Laaffic, Spawn, Write
from laaffic_campaigns import Ledger
from support.server import Connection, Server, answer, silence, success

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks and signals of POSIX")


def status(laaffic: Laaffic, *words: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(laaffic("campaign", "status", *words, "--json").stdout)
    return found


def test_create_posts_nothing_and_run_does(laaffic: Laaffic, gateway: Server, many: str) -> None:
    made = laaffic("campaign", "create", many, "--max-recipients", "100")
    assert "  to_go      250\n" in made.stdout
    assert f"Nothing is posted yet: `laaffic campaign run {many}.laaffic.db` posts it." in made.stderr
    assert not gateway.posts
    result = laaffic("campaign", "run", many)
    assert result.exit_code == 0
    assert "250 recipients: 250 accepted" in result.stdout
    assert len(gateway.posts) == 3


def test_running_what_has_ended_says_that_nothing_was_posted(laaffic: Laaffic, gateway: Server, many: str) -> None:
    laaffic("send", many)
    assert "is done: everybody was posted to before" in laaffic("campaign", "run", many).stderr
    assert len(gateway.posts) == 1


def test_send_goes_on_with_what_create_has_made(laaffic: Laaffic, gateway: Server, many: str) -> None:
    laaffic("campaign", "create", many, "--content", "{number}")
    laaffic("send", many, "--content", "{number}")
    assert gateway.posts[0].json()["array"][0]["content"] == "99900000000"
    assert len(Ledger(f"sqlite:///{many}.laaffic.db").campaigns()) == 1


def test_status_in_json_is_the_status(laaffic: Laaffic, many: str) -> None:
    laaffic("send", many)
    with Ledger(f"sqlite:///{many}.laaffic.db") as ledger:
        assert status(laaffic, many) == ledger.campaign("many.csv").status().as_dict()


@pytest.mark.parametrize("way", ["file", "ledger", "option", "variable", "name"])
def test_a_ledger_may_be_named_in_each_of_these_ways(
    laaffic: Laaffic, many: str, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    laaffic("send", many)
    url = f"sqlite:///{many}.laaffic.db"
    if way == "variable":
        monkeypatch.setenv("LAAFFIC_LEDGER", url)
    words = {
        "file": [many],
        "ledger": [f"{many}.laaffic.db"],
        "option": ["--ledger", url],
        "variable": [],
        "name": [many, "many.csv"],
    }
    assert status(laaffic, *words[way])["accepted"] == 250


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Give a ledger, such as customers.csv.laaffic.db"),
        (["none.csv"], "none.csv: there is no ledger"),
        (["--ledger", "sqlite:///none.db"], "none.db: there is no ledger"),
        (["many.csv", "other"], "There is no campaign 'other' in this ledger. There are: 'many.csv'."),
        (["many.csv", "a", "b"], "Give one ledger and one campaign"),
    ],
)
def test_a_ledger_or_campaign_that_is_not_there_is_told_and_not_made(
    laaffic: Laaffic, many: str, tmp_path: Path, words: list[str], said: str
) -> None:
    laaffic("send", many)
    before = sorted(tmp_path.iterdir())
    result = laaffic("campaign", "status", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_of_several_campaigns_one_has_to_be_named(laaffic: Laaffic, many: str) -> None:
    laaffic("send", many)
    laaffic("send", many, "--again", "--yes")
    assert "Name one of the campaigns: many.csv, many.csv-2" in laaffic("campaign", "status", many).stderr
    assert status(laaffic, many, "many.csv-2")["accepted"] == 250


def test_list_shows_all_campaigns_in_few_columns(laaffic: Laaffic, many: str) -> None:
    laaffic("send", many)
    laaffic("campaign", "create", many, "--name", "another campaign with quite a long name", "--again", "--yes")
    lines = laaffic("campaign", "list", many).stdout.splitlines()
    assert lines[0].split() == ["CAMPAIGN", "STATE", "SINCE", "TO", "GO", "ACCEPTED"]
    assert max(map(len, lines)) <= 80
    assert len(json.loads(laaffic("campaign", "list", many, "--json").stdout)) == 2


def test_pause_resume_and_cancel(laaffic: Laaffic, gateway: Server, many: str) -> None:
    laaffic("campaign", "create", many)
    assert "paused" in laaffic("campaign", "pause", many).stdout
    held = laaffic("send", many)
    assert held.exit_code == 4
    assert "Paused by hand; `laaffic campaign resume " in held.stderr
    assert "Goes on" not in held.stderr
    assert not gateway.posts
    assert status(laaffic, many)["state"] == "paused"
    assert json.loads(laaffic("campaign", "resume", many, "--json").stdout)["state"] == "ready"
    assert laaffic("campaign", "cancel", many, "--yes").exit_code == 0
    ended = laaffic("send", many)
    assert ended.exit_code == 4
    assert "Campaign 'many.csv' was cancelled" in ended.stderr
    assert laaffic("campaign", "pause", many).exit_code == 2
    assert not gateway.posts


def test_texts_are_erased_and_everybody_is_still_known(laaffic: Laaffic, gateway: Server, many: str) -> None:
    laaffic("send", many)
    assert laaffic("campaign", "erase", many).exit_code == 2
    assert "are erased" in laaffic("campaign", "erase", many, "--texts").stderr
    assert "is done: everybody was posted to before" in laaffic("send", many).stderr
    assert len(gateway.posts) == 1


@pytest.mark.parametrize("way", ["send", "cancel"])
def test_to_cancel_what_has_ended_asks_nothing_and_changes_nothing(laaffic: Laaffic, many: str, way: str) -> None:
    laaffic(*(["send", many] if way == "send" else ["campaign", "create", many]))
    laaffic("campaign", "cancel", many, "--yes")
    before = status(laaffic, many)
    again = laaffic("campaign", "cancel", many, "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout) == before
    said = "done: there is nobody left" if way == "send" else "cancelled already"
    assert f"Campaign 'many.csv' is {said}" in again.stderr


@pytest.mark.parametrize(
    ("answer", "options", "erased"), [("y\n", [], True), ("n\n", [], False), ("", ["--yes"], True)]
)
def test_erase_asks_on_a_terminal(
    laaffic: Laaffic, measured: Spawn, many: str, *, answer: str, options: list[str], erased: bool
) -> None:
    laaffic("send", many)
    ours, theirs = os.openpty()
    process = measured("campaign", "erase", many, "--texts", *options, stdin=theirs)
    os.close(theirs)
    os.write(ours, answer.encode())
    _, errors = process.communicate(timeout=PATIENCE)
    os.close(ours)
    assert ("Erase the texts of 'many.csv'?" in errors) == (not options)
    assert laaffic("campaign", "preview", many).exit_code == (2 if erased else 0)


@pytest.mark.parametrize("texts", [[], ["--texts"]])
def test_numbers_are_erased_and_outcomes_can_still_be_exported(
    laaffic: Laaffic, gateway: Server, many: str, texts: list[str]
) -> None:
    laaffic("send", many)
    assert "numbers of campaign" in laaffic("campaign", "erase", many, "--numbers", *texts).stderr
    exported = laaffic("campaign", "export", many)
    rows = list(csv.DictReader(exported.stdout.splitlines()))
    assert (exported.exit_code, len(rows)) == (0, 250)
    assert {(row["number"], row["state"]) for row in rows} == {("", "accepted")}
    assert laaffic("campaign", "preview", many).exit_code == (2 if texts else 0)
    assert "is done: everybody was posted to before" in laaffic("send", many).stderr
    assert len(gateway.posts) == 1


def test_a_campaign_without_numbers_is_shown(laaffic: Laaffic, write: Write) -> None:
    file = write("a.csv", "number,content\n99900000001,a\n")
    laaffic("send", file)
    laaffic("campaign", "erase", file, "--numbers")
    assert "\n-       accepted" in laaffic("send", file).stdout


def test_a_campaign_that_waits_says_until_when(laaffic: Laaffic, many: str) -> None:
    now = datetime.now(UTC)
    start, end = [(now + timedelta(hours=hours)).strftime("%H:%M") for hours in (-1, 6)]
    laaffic("campaign", "create", many, "--not-between", f"{start}-{end}", "--zone", "UTC")
    until = datetime.fromtimestamp(float(str(status(laaffic, many)["waits_until"]))).astimezone()
    assert f"waits until  {until:%H:%M %Z}\n" in laaffic("campaign", "status", many).stdout


def test_what_paused_for_a_cause_says_why_and_goes_on_when_it_is_sent_again(
    laaffic: Laaffic, gateway: Server, many: str
) -> None:
    gateway.will(answer({"status": "-10"}), success)
    paused = laaffic("send", many)
    assert paused.exit_code == 3
    assert "Paused: " in paused.stderr
    assert "250 recipients are to go. The same command goes on with them." in paused.stderr
    again = laaffic("send", many)
    assert again.exit_code == 0
    assert "0 done, 0 unknown, 250 to go. It was paused: " in again.stderr
    assert "Top up the account" in again.stderr


def test_watch_looks_on_from_another_process_until_it_has_ended(measured: Spawn, gateway: Server, many: str) -> None:
    waiting, go_on = threading.Event(), threading.Event()

    def wait(connection: Connection) -> bool:
        waiting.set()
        assert go_on.wait(PATIENCE)
        return success(connection)

    gateway.will(success, wait, success)
    sending = measured("send", many, "--max-recipients", "100")
    assert waiting.wait(PATIENCE)
    watching = measured("campaign", "status", many, "--watch", "--json")
    assert watching.stdout is not None
    first = json.loads(watching.stdout.readline())
    go_on.set()
    sending.communicate(timeout=PATIENCE)
    said, errors = watching.communicate(timeout=PATIENCE)
    assert (first["state"], first["accepted"], first["in_flight"]) == ("running", 100, 100)
    last = json.loads(said.splitlines()[-1])
    assert (last["state"], last["accepted"]) == ("done", 250)
    assert (watching.returncode, errors) == (0, "")


def test_watching_ends_with_its_reader_though_nothing_changes(laaffic: Laaffic, measured: Spawn, many: str) -> None:
    laaffic("campaign", "create", many)
    with measured("campaign", "status", many, "--watch") as watching:
        assert watching.stdout is not None
        watching.stdout.readline()
        watching.stdout.close()
        assert watching.wait(PATIENCE) == 0


def test_ctrl_c_ends_watching_and_not_the_campaign(laaffic: Laaffic, spawn: Spawn, many: str) -> None:
    laaffic("campaign", "create", many)
    watching = spawn("campaign", "status", many, "--watch")
    assert watching.stdout is not None
    assert watching.stdout.readline().split() == ["campaign", "many.csv"]
    watching.send_signal(signal.SIGINT)
    _, errors = watching.communicate(timeout=PATIENCE)
    assert (watching.returncode, errors) == (0, "")
    assert status(laaffic, many)["state"] == "ready"


def test_run_says_who_runs_the_ledger(measured: Spawn, gateway: Server, many: str) -> None:
    waiting = threading.Event()

    def hold(connection: Connection) -> bool:
        waiting.set()
        return silence(connection)

    gateway.will(hold)
    first = measured("send", many)
    assert waiting.wait(PATIENCE)
    second = measured("campaign", "run", many)
    _, errors = second.communicate(timeout=PATIENCE)
    first.kill()
    first.communicate(timeout=PATIENCE)
    assert second.returncode == 6
    assert f"Process {first.pid} on " in errors


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be asked who holds a lock")
def test_status_says_that_nobody_runs_what_was_killed(
    laaffic: Laaffic, measured: Spawn, gateway: Server, many: str
) -> None:
    waiting = threading.Event()

    def hold(connection: Connection) -> bool:
        waiting.set()
        return silence(connection)

    gateway.will(success, hold)
    process = measured("send", many, "--max-recipients", "100")
    assert waiting.wait(PATIENCE)
    assert "Nobody runs it" not in laaffic("campaign", "status", many).stdout
    process.kill()
    process.communicate(timeout=PATIENCE)
    shown = laaffic("campaign", "status", many).stdout
    assert "Nobody runs it now: the same `send`, or `laaffic campaign run`, goes on" in " ".join(shown.split())
    assert "time left" not in shown
    assert (status(laaffic, many)["state"], status(laaffic, many)["unattended"]) == ("running", True)


@pytest.mark.parametrize("content", ["number,content\n99900000001,a\n", ""])
def test_a_file_without_a_ledger_is_told_and_stays_as_it_is(laaffic: Laaffic, write: Write, content: str) -> None:
    file = write("a.csv", content)
    result = laaffic("campaign", "status", file)
    assert result.exit_code == 2
    assert "a.csv is no ledger, and there is none beside it" in result.stderr
    assert Path(file).read_text() == content


def test_every_command_has_a_line_in_the_help(laaffic: Laaffic) -> None:
    said = laaffic("campaign", "--help").stdout
    for command in (
        "cancel",
        "create",
        "erase",
        "export",
        "list",
        "pause",
        "preview",
        "resume",
        "run",
        "set",
        "status",
    ):
        assert f"\n  {command}  " in said
        assert "Usage" in laaffic("campaign", command, "--help").stdout
