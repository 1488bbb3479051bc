"""The files of outcomes as evidence, whatever ends the process."""

import csv
import dataclasses
import inspect
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import PATIENCE, Laaffic, Spawn, Write
from laaffic import BatchResult, Client, Message, Recipient, State
from laaffic_cli.commands.send import send
from laaffic_cli.durable.outcomes_csv import OutcomesCsv, create_outcomes, open_outcomes
from laaffic_cli.jobs import job
from laaffic_cli.reports.json_report import JsonReport
from support.server import Connection, Request, Server, success

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")


def _numbers(request: Request) -> list[str]:
    return [number for message in request.json()["array"] for number in message["numbers"].split(",")]


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["number", "order_id", "msg_id", "state"]
    return rows


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Return a file that is not there yet."""
    return tmp_path / "outcomes.csv"


@pytest.fixture
def in_flight(tmp_path: Path) -> Path:
    """Return where the recipients of the request in flight stand."""
    return tmp_path / "outcomes.csv.inflight"


def _write_messages(write: Write, sizes: Iterable[int]) -> str:
    """Write messages with so many recipients."""
    numbers = iter(range(10_000))
    lines = []
    for size in sizes:
        group = ",".join(f"99900001{next(numbers):03}" for _ in range(size))
        lines.append(f'"{group}",Hi\n')
    return write("sizes.csv", "number,content\n" + "".join(lines))


# ---- who is in a request, before it is posted


@pytest.mark.parametrize("sizes", [[1] * 25, [3] * 8, [23], [4, 31, 1, 9], [10, 10], [1]])
def test_whoever_is_posted_is_in_the_file_before(
    laaffic: Laaffic, gateway: Server, write: Write, output: Path, in_flight: Path, *, sizes: list[int]
) -> None:
    told = []

    def look(connection: Connection) -> bool:
        told.append([row[0] for row in _rows(in_flight)])
        assert {row[3] for row in _rows(in_flight)} == {"unknown"}
        return success(connection)

    gateway.will(look)
    file = _write_messages(write, sizes)
    assert laaffic("send", file, "--max-recipients", "10", "--output", str(output)).exit_code == 0
    posted = [_numbers(post) for post in gateway.posts]
    assert [numbers[: len(others)] for numbers, others in zip(told, posted, strict=True)] == posted
    assert all(len(numbers) <= 10 for numbers in told)
    assert not in_flight.exists()


def test_nobody_else_is_in_the_file_when_requests_are_full(
    laaffic: Laaffic, gateway: Server, many: str, output: Path, in_flight: Path
) -> None:
    told = []

    def look(connection: Connection) -> bool:
        told.append([row[0] for row in _rows(in_flight)])
        return success(connection)

    gateway.will(look)
    laaffic("send", many, "--max-recipients", "50", "--output", str(output))
    assert told == [_numbers(post) for post in gateway.posts]


def test_both_files_are_on_disk_before_a_request_is_posted(
    laaffic: Laaffic, gateway: Server, many: str, output: Path, in_flight: Path, *, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk: dict[int, int] = {}
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        on_disk[os.fstat(descriptor).st_ino] = os.fstat(descriptor).st_size

    def look(connection: Connection) -> bool:
        for path in (output, in_flight):
            assert on_disk[path.stat().st_ino] == path.stat().st_size > 0
        return success(connection)

    monkeypatch.setattr("os.fsync", fsync)
    gateway.will(look)
    assert laaffic("send", many, "--max-recipients", "50", "--output", str(output)).exit_code == 0


@posix
def test_a_killed_run_leaves_who_is_unknown(
    spawn: Spawn, stuck: threading.Event, many: str, output: Path, in_flight: Path
) -> None:
    process = spawn("send", many, "--max-recipients", "50", "--output", str(output))
    assert stuck.wait(PATIENCE)
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert [(row[0], row[3]) for row in _rows(output)] == [(f"99900000{i:03}", "accepted") for i in range(50)]
    assert [(row[0], row[3]) for row in _rows(in_flight)] == [(f"99900000{i:03}", "unknown") for i in range(50, 100)]


def test_a_file_left_over_by_a_killed_run_is_not_sent_past(
    laaffic: Laaffic, gateway: Server, many: str, output: Path, in_flight: Path
) -> None:
    in_flight.write_text("evidence")
    result = laaffic("send", many, "--output", str(output))
    assert result.exit_code == 2
    assert f"{in_flight} is left over from a run that was killed" in result.stderr
    assert in_flight.read_text() == "evidence"
    assert not output.exists()
    assert not gateway.posts


@posix
def test_an_interrupted_run_leaves_one_file(
    spawn: Spawn, stuck: threading.Event, many: str, output: Path, in_flight: Path
) -> None:
    process = spawn("send", many, "--max-recipients", "50", "--output", str(output))
    assert stuck.wait(PATIENCE)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    assert len(_rows(output)) == 250
    assert not in_flight.exists()


@posix
def test_whoever_is_unknown_is_listed_though_the_file_was_changed(
    spawn: Spawn, stuck: threading.Event, many: str, output: Path
) -> None:
    process = spawn("send", many, "--max-recipients", "50", "--output", str(output))
    assert stuck.wait(PATIENCE)
    with open(many, "a") as more:  # noqa: PTH123  # shorter
        more.write("99900000999,Hi\n")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert [row[3] for row in _rows(output)] == ["accepted"] * 50 + ["unknown"] * 50
    assert "Not everybody who was not sent to is listed" in errors
    assert f"50 accepted, 50 unknown. Take them out before you send to the rest; {output} says who they are" in errors
    assert process.returncode == 5


@posix
def test_of_a_message_for_many_requests_only_one_is_under_way(
    spawn: Spawn, stuck: threading.Event, write: Write, output: Path
) -> None:
    process = spawn("send", _write_messages(write, [35]), "--max-recipients", "10", "--output", str(output))
    assert stuck.wait(PATIENCE)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert [row[3] for row in _rows(output)] == ["accepted"] * 10 + ["unknown"] * 10 + ["not_sent"] * 15


def _limited(size: int) -> list[str]:
    limit = f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}));"
    return ["-B", "-c", f"{limit} from laaffic_cli import main; sys.exit(main())"]


@posix
def test_nobody_is_sent_to_who_cannot_be_written_down_first(
    spawn: Spawn, gateway: Server, many: str, output: Path, in_flight: Path
) -> None:
    process = spawn("send", many, "--output", str(output), command=_limited(100))
    said, errors = process.communicate(timeout=PATIENCE)
    assert not gateway.posts
    assert process.returncode == 5
    assert "the next recipients could not be written down" in errors
    assert "250 not_sent" in said
    assert not in_flight.exists()


@posix
def test_a_row_that_cannot_be_written_whole_is_not_written_at_all(
    spawn: Spawn, gateway: Server, many: str, output: Path, in_flight: Path
) -> None:
    process = spawn("send", many, "--max-recipients", "5", "--output", str(output), command=_limited(300))
    said, errors = process.communicate(timeout=PATIENCE)
    kept = [row[0] for row in _rows(output)]
    missing = [row[0] for row in _rows(in_flight)]
    assert kept + missing == [number for post in gateway.posts for number in _numbers(post)]
    assert all(f"{number}  accepted" in said for number in missing)
    assert f"{output} could not be written (File too large)" in errors
    assert f"{output} says" not in errors
    assert "keeps them all" not in said


def test_a_request_that_never_came_to_pass_leaves_nothing_behind(
    laaffic: Laaffic, many: str, output: Path, in_flight: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: JsonReport) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(JsonReport, "begin", fail)
    assert laaffic("send", many, "--json", "--output", str(output)).exit_code == 2
    assert not output.exists()
    assert not in_flight.exists()


def test_of_two_runs_with_the_same_empty_file_one_gives_way(write: Write, output: Path) -> None:
    name = write(output.name, "")
    with open_outcomes(name) as one, open_outcomes(name) as other:
        one.begin()
        one.add([Recipient("99900000001", None, "m0", State.ACCEPTED)])
        with pytest.raises(FileExistsError):
            other.begin()
    assert _rows(output) == [["99900000001", "", "m0", "accepted"]]


# ---- without --output


def _kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("laaffic-outcomes-*"))


def test_more_than_the_table_shows_is_kept_in_a_new_file(
    laaffic: Laaffic, gateway: Server, tmp_path: Path, many: str
) -> None:
    names = []

    def look(connection: Connection) -> bool:
        names.append(sorted(path.name for path in _kept(tmp_path)))
        return success(connection)

    gateway.will(look)
    result = laaffic("send", many)
    (kept,) = _kept(tmp_path)
    assert names == [[kept.name, f"{kept.name}.inflight"]]
    assert result.stderr == f"Outcomes are kept in {kept.name}\n"
    assert len(_rows(kept)) == 250


@pytest.mark.parametrize("options", [["--json"], ["--dry-run"], ["--output", "mine.csv"]])
def test_a_new_file_is_made_only_when_nothing_else_tells_all(
    laaffic: Laaffic, tmp_path: Path, many: str, options: list[str]
) -> None:
    assert laaffic("send", many, *options).exit_code == 0
    assert not _kept(tmp_path)


def test_as_many_as_the_table_shows_need_no_file(laaffic: Laaffic, tmp_path: Path, write: Write) -> None:
    result = laaffic("send", _write_messages(write, [1] * 100))
    assert result.stdout.count("accepted") == 101
    assert not _kept(tmp_path)


def test_a_folder_that_takes_no_file_keeps_everything_from_being_sent(
    laaffic: Laaffic, gateway: Server, many: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    result = laaffic("send", many)
    assert result.exit_code == 2
    assert "cannot be made (No such file or directory), and the outcomes are many; name a file with --output" in (
        result.stderr
    )
    assert not gateway.posts


def test_two_runs_in_one_second_have_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(20):  # until two fall into the same second, which nearly any two do
        with create_outcomes() as one, create_outcomes() as other:
            assert one.name != other.name
        if other.name == one.name.replace(".csv", "-2.csv"):
            return
    pytest.fail("no two in the same second")


# ---- what must not happen, and does


class Forging(Client):
    """An SDK whose results have what no text can hold."""

    def send_many(self, messages: Iterable[Message], **how: Any) -> Generator[BatchResult]:
        """Send, and change the results."""
        for result in super().send_many(messages, **how):
            recipients = tuple(r._replace(msg_id="m\ud800", order_id="\udfff") for r in result.recipients)
            yield dataclasses.replace(result, recipients=recipients)


@pytest.fixture
def _forged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line have such an SDK."""
    monkeypatch.setattr(job, "Client", Forging)


Broken = Callable[[str], None]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """Return a function that puts a bug into a function of the command line."""

    def put(function: str) -> None:
        monkeypatch.setattr(f"laaffic_cli.{function}", lambda *_, **__: [].pop())

    return put


@pytest.mark.usefixtures("_forged")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_text_can_end_a_run(laaffic: Laaffic, many: str, output: Path, options: list[str]) -> None:
    assert laaffic("send", many, "--output", str(output), *options).exit_code == 0
    assert _rows(output) == [[f"99900000{i:03}", "\\udfff", "m\\ud800", "accepted"] for i in range(250)]


@pytest.mark.usefixtures("_forged")
def test_a_text_that_no_terminal_can_show_ends_no_run(laaffic: Laaffic) -> None:
    result = laaffic("send", "--to", "91856321412", "--content", "a")
    assert "91856321412  \\udfff    accepted  m\\ud800\n" in result.stdout


def test_a_bug_in_the_file_ends_sending_and_the_table_takes_over(
    laaffic: Laaffic, gateway: Server, many: str, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = OutcomesCsv.add

    def add(self: OutcomesCsv, recipients: Sequence[Recipient], *, whole: bool = False) -> None:
        if len(gateway.posts) > 1:
            raise ValueError(recipients)
        real(self, recipients, whole=whole)

    monkeypatch.setattr(OutcomesCsv, "add", add)
    result = laaffic("send", many, "--max-recipients", "50", "--output", str(output))
    assert result.exit_code == 5
    assert len(gateway.posts) == 2
    assert all(f"99900000{i:03}  accepted" in result.stdout for i in range(50, 100))
    assert f"{output} could not be written (ValueError): outcomes are missing there" in result.stderr
    assert "99900000" not in result.stderr


def test_a_bug_in_the_table_loses_nothing(laaffic: Laaffic, broken: Broken) -> None:
    broken("reports.table.outcomes_table")
    result = laaffic("send", "--to", "91856321412", "--content", "a")
    assert result.exit_code == 5
    assert "91856321412  accepted  m0\n" in result.stderr


def test_a_bug_in_json_ends_sending_and_loses_nothing(
    laaffic: Laaffic, gateway: Server, many: str, broken: Broken
) -> None:
    broken("reports.json_report.JsonReport.add")
    result = laaffic("send", many, "--max-recipients", "50", "--json")
    assert result.exit_code == 5
    assert len(gateway.posts) == 1
    assert result.stderr.count("  accepted  ") == 50


def test_a_bug_anywhere_else_is_no_exit_code_that_claims_something(laaffic: Laaffic, broken: Broken) -> None:
    broken("jobs.run.tell_what_went_wrong")
    result = laaffic("send", "--to", "91856321412", "--content", "a")
    assert result.exit_code == 5
    assert "Error: IndexError at " in result.stderr
    assert "may not be reported in full" in result.stderr


def test_a_request_holds_as_many_as_the_sdks_own() -> None:
    (option,) = (option for option in send.params if option.name == "max_recipients")
    assert option.default == inspect.signature(Client).parameters["max_recipients"].default
