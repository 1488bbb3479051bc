"""What only a process of its own shows: signals, pipes, terminals, missing extras."""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from cli.conftest import PATIENCE, Laaffic, Spawn
from laaffic_cli.terminal.interrupts import Interrupts
from support.rows import Rows, row
from support.server import Connection, Server, answer, silence, success

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")


def test_a_signal_waits_until_something_says_what_it_does() -> None:
    with Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt), interrupts.break_off():
            pass
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_signal_that_breaks_off_comes_at_once_and_once() -> None:
    def undo() -> None:  # to its end, whatever comes meanwhile
        os.kill(os.getpid(), signal.SIGINT)

    def interrupted() -> None:
        with interrupts.break_off(), ExitStack() as stack:
            stack.callback(undo)
            os.kill(os.getpid(), signal.SIGHUP)

    with Interrupts() as interrupts, pytest.raises(KeyboardInterrupt):
        interrupted()


def test_a_hang_up_is_no_interrupt_under_nohup(spawn: Spawn, gateway: Server, many: str) -> None:
    started: list[subprocess.Popen[str]] = []
    there = threading.Event()

    def hang_up(connection: Connection) -> bool:
        assert there.wait(PATIENCE)
        started[0].send_signal(signal.SIGHUP)
        return success(connection)

    gateway.will(hang_up)
    started.append(spawn("send", many, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)))
    there.set()
    started[0].communicate(timeout=PATIENCE)
    assert started[0].returncode == 0


def _on_terminal(spawn: Spawn, *arguments: str, **environment: str) -> str:
    """Run with standard output and error on a terminal, and return what it shows."""
    ours, theirs = os.openpty()
    variables = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "CI"}}
    process = spawn(
        *arguments, stdout=theirs, stderr=theirs, env={**variables, "TERM": "xterm-256color", **environment}
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not more:
            break
        shown += more
    os.close(ours)
    process.wait(timeout=PATIENCE)
    return shown.decode()


def test_a_terminal_gets_a_progress_bar_and_colours(measured: Spawn, many: str) -> None:
    shown = _on_terminal(measured, "send", many, "--max-recipients", "50")
    assert "Sending" in shown
    assert "250/250" in shown
    shown = _on_terminal(measured, "send", "--to", "91856321412", "--content", "a")
    assert "\x1b[32maccepted" in shown


def test_a_terminal_is_told_how_far_asking_is(measured: Spawn, gateway: Server) -> None:
    ids = [f"m{i}" for i in range(450)]
    gateway.will(Rows([row(msg_id, "99900000001") for msg_id in ids]))
    shown = _on_terminal(measured, "report", *ids)
    assert "Asking" in shown
    assert "450/450" in shown
    assert "\x1b[32msucceeded" not in shown  # of many, those that succeeded are counted


def test_an_interrupt_keeps_what_was_told(spawn: Spawn, gateway: Server, tmp_path: Path) -> None:
    waiting = threading.Event()

    def never(connection: Connection) -> bool:
        waiting.set()
        return silence(connection)

    gateway.will(Rows([row(f"m{i}", "99900000001") for i in range(250)]), never)
    output = tmp_path / "reports.csv"
    process = spawn("report", *(f"m{i}" for i in range(250)), "--output", str(output))
    assert waiting.wait(PATIENCE)
    process.send_signal(signal.SIGINT)
    shown, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "Interrupted." in errors) == (4, True)
    assert "250 messages: 200 succeeded, 50 not asked" in shown
    assert output.read_text().count("succeeded") == 200


def test_a_terminal_that_watches_gets_the_counts_and_a_bar(measured: Spawn, many: str) -> None:
    _on_terminal(measured, "send", many)
    shown = _on_terminal(measured, "campaign", "status", many, "--watch")
    assert "done since" in shown
    assert "━" in shown


def test_watching_ends_with_the_terminal(laaffic: Laaffic, spawn: Spawn, many: str) -> None:
    laaffic("campaign", "create", many)
    ours, theirs = os.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    watching = spawn("campaign", "status", many, "--watch", stdout=theirs, env=environment)
    os.close(theirs)
    assert os.read(ours, 65536)
    os.close(ours)
    _, errors = watching.communicate(timeout=PATIENCE)
    assert (watching.returncode, errors) == (0, "")


def test_a_terminal_gets_lines_that_fit(measured: Spawn, gateway: Server) -> None:
    gateway.will(answer({"status": "-10"}))
    shown = _on_terminal(measured, "send", "--to", "91856321412", "--content", "a")
    lines = [line.strip() for line in shown.split("Error", 1)[1].splitlines()]
    assert max(len(line) for line in lines) <= 80
    assert "Top up the account, then send again." in " ".join(lines)


def test_a_pipe_gets_each_thing_on_one_line(measured: Spawn, gateway: Server) -> None:
    gateway.will(answer({"status": "-10"}))
    _, errors = measured("send", "--to", "91856321412", "--content", "a").communicate(timeout=PATIENCE)
    assert len(errors.splitlines()) == 1


def test_a_terminal_that_goes_away_ends_no_run(measured: Spawn, gateway: Server, tmp_path: Path, many: str) -> None:
    ours, theirs = os.openpty()

    def hang_up(connection: Connection) -> bool:
        os.close(ours)
        return success(connection)

    gateway.will(success, hang_up, success)
    output = tmp_path / "outcomes.csv"
    process = measured("send", many, "--max-recipients", "50", "--output", str(output), stdout=theirs, stderr=theirs)
    os.close(theirs)
    process.wait(PATIENCE)
    assert len(gateway.posts) == 5
    assert output.read_text().count("accepted") == 250


def test_no_color_is_respected(measured: Spawn) -> None:
    shown = _on_terminal(measured, "send", "--to", "91856321412", "--content", "a", NO_COLOR="1")
    assert "accepted" in shown
    assert "\x1b[32m" not in shown


def test_json_on_a_terminal_is_not_drawn_over(measured: Spawn, many: str) -> None:
    shown = _on_terminal(measured, "send", many, "--json")
    assert json.loads(shown)["counts"]["accepted"] == 250


def test_a_pipe_gets_neither_bar_nor_colours(measured: Spawn) -> None:
    said, errors = measured("send", "--to", "91856321412", "--content", "a").communicate(timeout=PATIENCE)
    assert "\x1b" not in said + errors
    assert errors == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_an_old_terminal_is_no_reason_to_fail(measured: Spawn, encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    arguments = ("send", "--to", "91856321412", "--content", "नमस्ते", "--order-id", "ü-小明")
    for options in ([], ["--dry-run"], ["--json"]):
        process = measured(*arguments, *options, env=environment, encoding=encoding)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0


@pytest.mark.parametrize("missing", ["click", "rich", "sqlalchemy"])
def test_a_missing_extra_is_told_in_one_line(spawn: Spawn, missing: str) -> None:
    blocked = f"import sys; sys.modules[{missing!r}] = None; from laaffic_cli import main; sys.exit(main())"
    process = spawn("send", "people.csv", command=["-c", blocked])
    said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert said == ""
    needed = "The command line needs click, rich and SQLAlchemy: install laaffic with its extra `cli`."
    assert errors == f"{needed} Only `laaffic explain` works without them\n"


def test_the_sdk_does_without_click_and_rich() -> None:
    code = "import sys, laaffic; print({'click', 'rich', 'laaffic_cli'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_module_runs_as_a_program(measured: Spawn) -> None:
    process = measured("--version")
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert said.startswith("laaffic ")
