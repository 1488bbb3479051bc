"""The same command again goes on where it stopped; another one is refused; --again asks."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import PATIENCE, Laaffic, Spawn, Write
from laaffic_campaigns import Ledger
from laaffic_cli.reading.sources import Source
from laaffic_cli.reading.survey import Survey, survey
from support.server import Connection, Server, drop, silence, success
from support.services import NO_POSTGRES, own_schema, postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks and signals of POSIX")


def numbers(gateway: Server) -> list[str]:
    return [
        number for post in gateway.posts for message in post.json()["array"] for number in message["numbers"].split(",")
    ]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Stuck:
    """Accepts so many requests each time, then holds one until it is dropped, and says so."""

    def __init__(self, requests: int) -> None:
        self.requests = self._left = requests
        self.waiting = threading.Event()

    def __call__(self, connection: Connection) -> bool:
        """Accept, or hold."""
        if self._left:
            self._left -= 1
            return success(connection)
        self.waiting.set()
        return silence(connection)

    def again(self) -> None:
        """Begin anew."""
        self.waiting.clear()
        self._left = self.requests


@pytest.mark.usefixtures("unmeasured")
def test_killed_three_times_and_typed_again_everybody_is_posted_to_once(
    spawn: Spawn, gateway: Server, many: str, tmp_path: Path
) -> None:
    stuck = Stuck(5)
    gateway.will(stuck)
    output = tmp_path / "outcomes.csv"
    command = ("send", many, "--max-recipients", "10", "--output", str(output))
    for kill in range(3):
        process = spawn(*command)
        assert stuck.waiting.wait(PATIENCE)
        process.kill()
        _, errors = process.communicate(timeout=PATIENCE)
        assert not output.exists()
        before = f"{50 * kill} done, {10 * kill} unknown, {250 - 60 * kill} to go."
        assert errors == (f"Goes on with campaign 'many.csv': {before}\n" if kill else "")
        stuck.again()
    gateway.will(success)
    last = spawn(*command)
    said, errors = last.communicate(timeout=PATIENCE)
    assert last.returncode == 5
    assert errors.startswith("Goes on with campaign 'many.csv': 150 done, 30 unknown, 70 to go.\n")
    assert "250 recipients: 220 accepted, 0 rejected, 0 not_sent, 30 unknown" in said
    assert Counter(numbers(gateway)) == Counter(f"99900000{i:03}" for i in range(250))
    unknown = [row["number"] for row in rows(output) if row["state"] == "unknown"]
    assert unknown == [f"99900000{i:03}" for start in (50, 110, 170) for i in range(start, start + 10)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_lets_what_is_in_flight_end(
    spawn: Spawn, gateway: Server, many: str, number: signal.Signals
) -> None:
    started: list[subprocess.Popen[str]] = []
    there, seen = threading.Event(), threading.Event()

    def interrupt(connection: Connection) -> bool:
        assert there.wait(PATIENCE)
        started[0].send_signal(number)
        assert seen.wait(PATIENCE)
        return success(connection)

    gateway.will(success, interrupt, success)
    command = ("send", many, "--max-recipients", "50", "--json")
    started.append(spawn(*command))
    there.set()
    assert started[0].stderr is not None
    line = started[0].stderr.readline()
    seen.set()
    said, errors = started[0].communicate(timeout=PATIENCE)
    document = json.loads(said)
    assert line == "Stopping: what is in flight ends first. Ctrl-C again leaves it unknown.\n"
    assert document["counts"]["accepted"] == len(numbers(gateway)) == 100
    assert document["counts"]["to_go"] == 150
    assert document["errors"][0]["type"] == "Interrupted"
    assert started[0].returncode == document["exit_code"] == 4
    assert "Interrupted.\n150 recipients are to go. The same command goes on with them.\n" in errors
    again = spawn(*command)
    again.communicate(timeout=PATIENCE)
    assert again.returncode == 0
    assert Counter(numbers(gateway)) == Counter(f"99900000{i:03}" for i in range(250))


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("to", [False, True], ids=["file", "to"])
def test_a_further_signal_leaves_it_unknown_and_ends_at_once(
    spawn: Spawn, gateway: Server, many: str, *, to: bool
) -> None:
    stuck = Stuck(1)
    gateway.will(stuck)
    whom = ("--to", "99900000001,99900000002,99900000003", "--content", "Hi") if to else (many,)
    process = spawn("send", *whom, "--max-recipients", "1")
    assert stuck.waiting.wait(PATIENCE)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 5
    assert "Ended at once: what was in flight is unknown." in errors
    assert "Traceback" not in errors
    if not to:
        assert "Until it is run again, the ledger calls that in_flight;" in errors
        with Ledger(f"sqlite:///{many}.laaffic.db") as ledger:
            assert ledger.campaign("many.csv").status().in_flight == 1
    if to:
        assert "3 recipients: 1 accepted, 0 rejected, 1 not_sent, 1 unknown" in errors


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of a ledger that is given with --ledger, in each kind of database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'spring.db'}"
        return
    server = postgres()
    if server is None:
        pytest.skip(NO_POSTGRES)
    with own_schema(server) as address:
        yield address


def test_who_is_second_goes_on_with_the_campaign_that_was_made_meanwhile(
    laaffic: Laaffic, gateway: Server, many: str, ledger_url: str
) -> None:
    first = []
    with pytest.MonkeyPatch.context() as patch:

        def slow_survey(source: Source) -> Survey:
            patch.undo()
            first.append(laaffic("send", many, "--ledger", ledger_url))
            return survey(source)

        patch.setattr("laaffic_cli.jobs.running.run.survey", slow_survey)
        second = laaffic("send", many, "--ledger", ledger_url)
    assert (first[0].exit_code, second.exit_code) == (0, 0)
    assert "is done: everybody was posted to before" in second.stderr
    assert Counter(numbers(gateway)) == Counter(f"99900000{i:03}" for i in range(250))


def test_while_another_process_makes_the_campaign_nothing_is_sent(
    laaffic: Laaffic, gateway: Server, many: str, ledger_url: str
) -> None:
    source = json.loads(laaffic("campaign", "create", many, "--json").stdout)["source"]
    second = []

    def rows() -> Iterator[tuple[str, str]]:
        second.append(laaffic("send", many, "--ledger", ledger_url))
        yield "99900000001", "Hello"

    with Ledger(ledger_url) as ledger:
        ledger.create("many.csv", rows(), source=source)
    assert second[0].exit_code == 6
    assert f"Error: Process {os.getpid()} on " in second[0].stderr
    assert not gateway.posts


def test_an_interrupt_before_sending_sends_nothing(spawn: Spawn, gateway: Server, write: Write, tmp_path: Path) -> None:
    long = write("long.csv", "number,content\n" + "99900000001,a\n" * 300_000)
    process = spawn("send", long, "--output", str(tmp_path / "outcomes.csv"))
    while long not in _open_files(process.pid):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4
    assert errors == "Error: Interrupted.\nNothing was sent.\n"
    assert not gateway.posts


def _open_files(pid: int) -> set[str]:
    found = set()
    for entry in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            found.add(str(entry.readlink()))
        except OSError:  # it was closed meanwhile
            continue
    return found


def test_a_second_process_sends_nothing_and_says_who_does(measured: Spawn, gateway: Server, many: str) -> None:
    stuck = Stuck(0)
    gateway.will(stuck)
    first = measured("send", many)
    assert stuck.waiting.wait(PATIENCE)
    second = measured("send", many, "--json")
    said, errors = second.communicate(timeout=PATIENCE)
    first.kill()
    first.communicate(timeout=PATIENCE)
    assert second.returncode == json.loads(said)["exit_code"] == 6
    assert f"Error: Process {first.pid} on " in errors
    assert "Nothing was sent." in errors
    assert len(gateway.posts) == 1


def test_when_all_is_done_the_same_command_posts_to_nobody(
    laaffic: Laaffic, gateway: Server, many: str, tmp_path: Path
) -> None:
    laaffic("send", many)
    output = tmp_path / "outcomes.csv"
    again = laaffic("send", many, "--output", str(output), "--concurrency", "4", "--timeout", "9")
    assert len(gateway.posts) == 1
    assert again.exit_code == 0
    assert "Campaign 'many.csv' is done: everybody was posted to before (250 accepted, 0 rejected" in again.stderr
    assert "Nothing was posted now; --again sends to everybody anew." in again.stderr
    assert len(rows(output)) == 250


def test_nobody_is_shown_how_to_send_to_the_unknown_anew(laaffic: Laaffic, gateway: Server, many: str) -> None:
    gateway.actions = [drop]
    laaffic("send", many)
    again = laaffic("send", many)
    assert len(gateway.posts) == 1
    assert "(0 accepted, 0 rejected, 250 unknown). Nothing was posted now.\n" in again.stderr
    assert "`laaffic campaign reconcile " in again.stderr
    assert "--again" not in again.stderr


def test_so_does_a_renamed_file_in_the_same_ledger(
    laaffic: Laaffic, gateway: Server, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAAFFIC_LEDGER", "sqlite:///all.db")
    laaffic("send", write("a.csv", "number,content\n99900000001,Hi\n"))
    again = laaffic("send", write("b.csv", "number,content\n99900000001,Hi\n"))
    assert "Campaign 'a.csv' is done" in again.stderr
    assert "give --yes as well" in laaffic("send", str(Path("b.csv")), "--again").stderr
    assert len(gateway.posts) == 1


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("number,content\n99900000001,Ho\n", [], "made with other content (1 accepted, 0 unknown"),
        ("number,content\n99900000001,Hi\n", ["--content", "Ho"], "made with another --content"),
        ("number,content\n99900000001,Hi\n", ["--max-recipients", "5"], "made with another --max-recipients"),
    ],
)
def test_what_would_send_something_else_is_refused(
    laaffic: Laaffic, gateway: Server, write: Write, content: str, options: list[str], *, said: str
) -> None:
    laaffic("send", write("a.csv", "number,content\n99900000001,Hi\n"))
    result = laaffic("send", write("a.csv", content), *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "--again starts anew" in result.stderr
    assert len(gateway.posts) == 1


def test_again_needs_somebody_to_ask_or_yes(laaffic: Laaffic, gateway: Server, many: str) -> None:
    laaffic("send", many)
    refused = laaffic("send", many, "--again")
    assert refused.exit_code == 2
    assert "give --yes as well" in refused.stderr
    assert laaffic("send", many, "--again", "--yes").exit_code == 0
    assert len(gateway.posts) == 2
    with Ledger(f"sqlite:///{many}.laaffic.db") as ledger:
        assert [campaign.name for campaign in ledger.campaigns()] == ["many.csv", "many.csv-2"]


@pytest.mark.parametrize(("answer", "posts"), [("y\n", 2), ("n\n", 1)])
def test_again_asks_on_a_terminal(
    laaffic: Laaffic, measured: Spawn, gateway: Server, many: str, *, answer: str, posts: int
) -> None:
    laaffic("send", many)
    ours, theirs = os.openpty()
    process = measured("send", many, "--again", stdin=theirs)
    os.close(theirs)
    os.write(ours, answer.encode())
    _, errors = process.communicate(timeout=PATIENCE)
    os.close(ours)
    assert "Send to all 250 recipients of " in errors
    assert len(gateway.posts) == posts
    assert process.returncode == (0 if posts == 2 else 4)


@pytest.mark.usefixtures("unmeasured")
def test_again_goes_on_with_what_has_not_ended(laaffic: Laaffic, spawn: Spawn, gateway: Server, many: str) -> None:
    laaffic("send", many, "--max-recipients", "50")
    stuck = Stuck(2)
    gateway.will(stuck)
    command = ("send", many, "--max-recipients", "50", "--again", "--yes")
    process = spawn(*command)
    assert stuck.waiting.wait(PATIENCE)
    process.kill()
    process.communicate(timeout=PATIENCE)
    gateway.will(success)
    result = laaffic(*command)
    assert "Goes on with campaign 'many.csv-2': 100 done, 50 unknown, 100 to go." in result.stderr
    assert set(Counter(numbers(gateway)).values()) == {2}


def test_another_name_sends_nobody_the_same_again_unless_it_is_asked_for(
    laaffic: Laaffic, gateway: Server, many: str
) -> None:
    laaffic("send", many, "--name", "spring")
    refused = laaffic("send", many, "--name", "summer")
    assert (refused.exit_code, len(gateway.posts)) == (2, 1)
    assert "was sent before, as campaign 'spring'" in " ".join(refused.stderr.split())
    assert laaffic("send", many, "--name", "summer", "--again", "--yes").exit_code == 0
    assert len(gateway.posts) == 2


def test_a_ledger_that_is_gone_is_not_begun_anew(laaffic: Laaffic, gateway: Server, many: str) -> None:
    laaffic("send", many)
    Path(f"{many}.laaffic.db").unlink()
    refused = laaffic("send", many)
    assert (refused.exit_code, len(gateway.posts)) == (2, 1)
    assert "The ledger that was here is gone" in refused.stderr
    assert not Path(f"{many}.laaffic.db").exists()
    Path(f"{many}.laaffic.db.claims").unlink()
    assert laaffic("send", many).exit_code == 0


@pytest.mark.parametrize("option", ["--ledger", "--name"])
def test_an_empty_option_is_refused(laaffic: Laaffic, gateway: Server, many: str, option: str) -> None:
    result = laaffic("send", many, option, "")
    assert result.exit_code == 2
    assert f"{option} is empty" in result.stderr
    assert not gateway.posts


def test_a_bad_file_leaves_no_ledger(laaffic: Laaffic, write: Write) -> None:
    file = write("bad.csv", "number,content\n12,Hi\n")
    assert laaffic("send", file).exit_code == 2
    assert not Path(f"{file}.laaffic.db").exists()


def test_the_ledger_is_its_owners_alone(laaffic: Laaffic, many: str) -> None:
    laaffic("send", many)
    assert Path(f"{many}.laaffic.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("option", [["--ledger", "x.db"], ["--name", "x"], ["--again"]])
def test_a_message_of_the_command_line_has_no_ledger(laaffic: Laaffic, gateway: Server, option: list[str]) -> None:
    result = laaffic("send", "--to", "99900000001", "--content", "Hi", *option)
    assert result.exit_code == 2
    assert f"{option[0]} goes with FILE" in result.stderr
    assert not gateway.posts


@pytest.mark.parametrize("name", ["a?.csv", "a%20b.csv"])
def test_a_name_that_no_ledger_can_have_is_told(laaffic: Laaffic, write: Write, name: str) -> None:
    result = laaffic("send", write(name, "number,content\n99900000001,Hi\n"))
    assert result.exit_code == 2
    assert "a ledger's name cannot have the sign" in result.stderr
