"""The long run, small: it counts right, and however it ends, it leaves no process behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.usefixtures("unmeasured")
TESTS = Path(__file__).parents[1]
SECONDS_TO_END = 60.0


@contextmanager
def soak(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """Run the command until it sends; the process, and those that it started."""
    command = [sys.executable, "-m", "chaos", *arguments]
    with subprocess.Popen(
        command,
        cwd=TESTS,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # as a terminal does, whose Ctrl-C goes to all of them
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        started = [*map(int, re.findall(r"(\d+) \(", first))]
        assert started, first
        try:
            yield process, started
        finally:
            process.kill()


def is_there(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_small_soak_ends_with_zeros_and_no_process() -> None:
    with soak("--sends", "500", "--interrupts", "10") as (process, started):
        output, _ = process.communicate()
    assert process.returncode == 0, output
    zeros = re.search(r"what must be 0\n((?:  .+\n)+)", output)
    assert zeros is not None, output
    assert set(re.findall(r"(\d+)\n", zeros[1])) == {"0"}
    sends = re.search(r"^  sends +(\d+)$", output, re.MULTILINE)
    assert sends is not None, output
    assert int(sends[1]) >= 500
    assert not any(map(is_there, started))


def test_interrupted_soak_reports_and_leaves_no_process() -> None:
    with soak("--sends", "1000000") as (process, started):
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=SECONDS_TO_END)
    assert process.returncode == 130, output
    assert "what must be 0" in output
    assert not any(map(is_there, started))


def test_killed_soak_leaves_no_process() -> None:
    with soak("--sends", "1000000") as (process, started):
        process.kill()
        process.communicate(timeout=SECONDS_TO_END)
    until = time.monotonic() + SECONDS_TO_END
    while any(map(is_there, started)) and time.monotonic() < until:
        time.sleep(0.05)  # a process that is not our child can only be polled
    assert not any(map(is_there, started))
