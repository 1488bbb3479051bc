"""Standard output and standard error that are closed, full, or read by nobody: no outcome is lost in silence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import PATIENCE, Spawn
from support.server import Connection, Server, success

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and shells of POSIX")
ONE = ("send", "--to", "91856321412", "--content", "a")


def _in_shell(redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run in a shell, which can close what Python's own subprocess cannot."""
    script = f'exec "$@" {redirection}'
    command = ["sh", "-c", script, "sh", sys.executable, "-m", "laaffic_cli", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done


def _nobody_reads(measured: Spawn, *arguments: str) -> tuple[int, str]:
    """Run with a standard output whose reader has gone; return the exit code and standard error."""
    reading, writing = os.pipe()
    os.close(reading)
    process = measured(*arguments, stdout=writing)
    os.close(writing)
    _, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors
    return process.returncode, errors


def test_outcomes_that_nobody_reads_are_told_on_standard_error(measured: Spawn) -> None:
    code, errors = _nobody_reads(measured, *ONE)
    assert code == 5
    assert "standard output could not be written (nobody reads it)" in errors
    assert "91856321412  accepted  m0\n" in errors
    assert "1 recipient: 1 accepted" in errors


def test_json_that_nobody_reads_keeps_everything_from_being_sent(measured: Spawn, gateway: Server) -> None:
    code, errors = _nobody_reads(measured, *ONE, "--json")
    assert code == 2
    assert "standard output cannot be written (nobody reads it); name a file that can be with --output" in errors
    assert not gateway.posts


def test_a_reader_of_json_that_goes_away_loses_nothing_that_the_ledger_has(
    spawn: Spawn, gateway: Server, many: str
) -> None:
    reading, writing = os.pipe()

    def leave(connection: Connection) -> bool:
        os.close(reading)
        return success(connection)

    gateway.will(success, leave, success)
    process = spawn("send", many, "--max-recipients", "50", "--json", stdout=writing)
    os.close(writing)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 5
    assert len(gateway.posts) == 5
    assert "`laaffic campaign export " in errors


def test_json_is_whole_for_a_reader_that_leaves_afterwards(measured: Spawn, many: str) -> None:
    reading, writing = os.pipe()
    process = measured("send", many, "--json", stdout=writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert len(json.loads(pipe.readline())["recipients"]) == 250
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def test_a_closed_standard_output(gateway: Server) -> None:
    done = _in_shell(">&-", *ONE)
    assert done.returncode == 5
    assert "91856321412  accepted  m0\n" in done.stderr
    assert len(gateway.posts) == 1


def test_json_on_a_closed_standard_output_keeps_everything_from_being_sent(gateway: Server) -> None:
    done = _in_shell(">&-", *ONE, "--json")
    assert done.returncode == 2
    assert not gateway.posts


@pytest.mark.parametrize("options", [[], ["--json"]])
@pytest.mark.parametrize("redirection", [">&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.usefixtures("gateway")
def test_a_file_of_outcomes_does_without_standard_streams(tmp_path: Path, redirection: str, options: list[str]) -> None:
    output = tmp_path / "outcomes.csv"
    done = _in_shell(redirection, *ONE, "--output", str(output), *options)
    assert (done.returncode, done.stderr) == (0, "")
    header, row = output.read_text().splitlines()
    assert (
        header == "row,number,order_id,wire_order_id,state,msg_id,status,reason,posted_at,delivery,delivered_at,earlier"
    )
    assert row.startswith("1,91856321412,,")
    assert ",accepted,m0,0,," in row


@pytest.mark.usefixtures("gateway")
def test_a_closed_standard_error() -> None:
    done = _in_shell("2>&-", *ONE)
    assert done.returncode == 0
    assert "91856321412  accepted  m0\n" in done.stdout


@pytest.mark.parametrize("arguments", [("statuses",), (*ONE, "--dry-run"), ("send",), ("--help",)])
@pytest.mark.usefixtures("gateway")
def test_nothing_is_thrown_at_closed_streams(arguments: tuple[str, ...]) -> None:
    for redirection in (">&-", "2>&-", ">&- 2>&-"):
        assert _in_shell(redirection, *arguments).returncode == (2 if arguments == ("send",) else 0)


def test_a_file_never_takes_the_place_of_a_closed_stream() -> None:
    code = "from laaffic_cli.terminal.streams import *; occupy_closed_descriptors(); import os; print(os.open('/', 0))"
    command = ["sh", "-c", 'exec "$0" -c "$1" <&- 2>&-', sys.executable, code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 2


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_goes_away_loses_no_row_of_the_output(
    spawn: Spawn, tmp_path: Path, many: str, options: list[str]
) -> None:
    output = tmp_path / "outcomes.csv"
    reading, writing = os.pipe()
    os.close(reading)
    process = spawn("send", many, "--max-recipients", "50", "--output", str(output), *options, stdout=writing)
    os.close(writing)
    _, errors = process.communicate(timeout=PATIENCE)
    assert errors == ""
    assert process.returncode == 0
    assert len(output.read_text().splitlines()) == 251


def test_a_dry_run_ends_quietly_when_nobody_reads(measured: Spawn, many: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = measured("send", many, "--dry-run", stdout=writing)
    os.close(writing)
    _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(("options", "code", "posts"), [([], 5, 1), (["--json"], 5, 1)])
def test_outcomes_that_cannot_be_printed_are_no_success(
    spawn: Spawn, gateway: Server, many: str, *, options: list[str], code: int, posts: int
) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123  # a device
        process = spawn("send", many, *options, stdout=full)
    _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, len(gateway.posts)) == (code, posts)
    assert "No space left on device" in errors
    assert "Traceback" not in errors


@pytest.mark.usefixtures("unmeasured")
def test_a_terminal_that_is_closed_meanwhile_does_not_change_the_exit_code(
    spawn: Spawn, gateway: Server, many: str
) -> None:
    ours, theirs = os.openpty()

    def close(connection: Connection) -> bool:
        os.close(ours)
        return success(connection)

    gateway.will(close)
    process = spawn("send", many, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    assert process.wait(PATIENCE) == 0
    assert len(gateway.posts) == 1
