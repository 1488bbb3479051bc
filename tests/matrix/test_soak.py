"""The soak, small: everything that must be zero is, and however it ends, it leaves no process behind."""

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

from soak.book import book_of, compared

pytestmark = pytest.mark.usefixtures("unmeasured")
TESTS = Path(__file__).parents[1]
SECONDS_TO_END = 30.0


@contextmanager
def soak(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """Run the command until it sends; the process, and those that it started."""
    command = [sys.executable, "-m", "soak", *arguments]
    with subprocess.Popen(
        command,
        cwd=TESTS,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # as a terminal does, whose Ctrl-C goes to all of them
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline() + process.stdout.readline()
        pids = re.findall(r"process (\d+)$|(\d+) \((?:threads|tasks)\)", first, re.MULTILINE)
        started = [int(a or b) for a, b in pids]
        assert len(started) == 3, first
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
    with soak("--sends", "1500", "--seed", "7") as (process, started):
        output, _ = process.communicate()
    assert process.returncode == 0, output
    zeros = re.search(r"what must be 0\n((?:  .+\n)+)", output)
    assert zeros is not None, output
    assert set(re.findall(r"(\d+)\n", zeros[1])) == {"0"}
    assert re.search(r"^  sends +1500$", output, re.MULTILINE)
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


@pytest.mark.parametrize(
    ("reported", "times", "found"),
    [
        (b"a", 1, None),
        (b"r", 0, None),
        (b"n", 0, None),
        (b"u", 0, None),
        (b"u", 1, None),
        (b"-", 0, None),
        (b"a", 0, 'reported "accepted", yet not in the book'),
        (b"r", 1, 'reported "not sent" or "rejected", yet accepted'),
        (b"n", 1, 'reported "not sent" or "rejected", yet accepted'),
        (b"u", 2, "posted twice"),
        (b"a", 2, "posted twice"),
        (b"?", 0, "lost outcomes"),
        (b"-", 1, "in the book, and nobody asked"),
    ],
)
def test_comparison_finds_what_must_not_be(reported: bytes, times: int, found: str | None) -> None:
    counts = compared(reported, book_of(["0"] * times, 1))
    assert {name: count for name, count in counts.items() if count} == ({found: 1} if found else {})
