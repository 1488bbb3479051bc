"""Processes are killed at random moments, and the ledger is held against the book of the server."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from laaffic_campaigns import Ledger, Outcome
from support.server import Connection, Server, success

PROGRAM = Path(__file__).with_name("one_process.py")
BUSY = 3
KILLS, CHUNKS, SIZE, CONCURRENCY = 10, 300, 10, 3
POSTS = 12  # of one process at most, or a few more, so that all are killed in the middle
LONG = 60.0  # seconds


class Book:
    """A server that accepts everybody, a little late, and notes who was accepted and who asked."""

    def __init__(self, seed: int) -> None:
        self.accepted = Counter[str]()
        self.requests = Counter[str]()  # by app id, which is that of a process
        self.responds = threading.Event()  # while it is not set, requests are in flight
        self.responds.set()
        self._dice = Random(seed)
        self._changed = threading.Condition()

    def __call__(self, connection: Connection) -> bool:
        """Note a request and accept it."""
        body = connection.request.json()
        with self._changed:
            self.requests[body["appId"]] += 1
            self.accepted.update(number for message in body["array"] for number in message["numbers"].split(","))
            late = self._dice.uniform(0, 0.008)
            self._changed.notify_all()
        time.sleep(late)
        self.responds.wait(LONG)
        return success(connection)

    def wait_for(self, requests: int, processes: list[subprocess.Popen[str]]) -> None:
        """Wait for so many requests, or until all processes have ended."""

        def over() -> bool:
            return self.requests.total() >= requests or all(process.poll() is not None for process in processes)

        until = time.monotonic() + LONG
        with self._changed:
            while not over() and time.monotonic() < until:
                self._changed.wait(0.05)


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(PROGRAM), *arguments], stdout=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], *, kill: bool = False) -> tuple[int, str]:
    if kill:
        process.kill()
    said, _ = process.communicate(timeout=LONG)
    return process.returncode, said


def wait_for_one_to_end(processes: list[subprocess.Popen[str]]) -> None:
    until = time.monotonic() + LONG
    while all(process.poll() is None for process in processes) and time.monotonic() < until:
        time.sleep(0.01)


def claimed(path: Path) -> set[int]:
    """Return which chunks are in flight, by what the file says."""
    with closing(sqlite3.connect(path, timeout=LONG)) as connection:
        return {key for (key,) in connection.execute("select id from laaffic_chunks where state = 'claimed'")}


def judge(outcomes: list[Outcome], accepted: Counter[str]) -> None:
    assert sorted(outcome.number for outcome in outcomes) == [f"999{n:08d}" for n in range(CHUNKS * SIZE)]
    assert [number for number, times in accepted.items() if times > 1] == []  # twice
    for outcome in outcomes:
        if outcome.state == "accepted":
            assert accepted[outcome.number] == 1
        else:  # nobody is lost, and nobody whom the server accepted is called anything else
            assert outcome.state == "unknown"


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("at_once", [1, 2])
def test_nobody_gets_it_twice_and_nobody_is_lost_whoever_is_killed(tmp_path: Path, at_once: int) -> None:
    path, dice, book = tmp_path / "spring.db", Random(at_once), Book(at_once)
    url = f"sqlite:///{path}"
    assert ended(started("create", url, str(CHUNKS * SIZE), "-1")) == (0, "")
    in_flight: set[int] = set()
    busy: list[bool] = []  # whether it said who runs
    with Server([book], keep_posts=False) as server:
        for kill in range(KILLS):
            names = [f"kill{kill}-{place}" for place in range(at_once)]
            meet = at_once > 1 and kill % 2 == 0  # else they may both be killed before
            if meet:
                book.responds.clear()
            running = [started("run", url, server.url, name, str(CONCURRENCY)) for name in names]
            if meet:
                wait_for_one_to_end(running)
                book.responds.set()
            book.wait_for(book.requests.total() + dice.randrange(1, POSTS), running)
            time.sleep(dice.uniform(0, 0.01))  # so that a kill may come at any moment of a request
            told = [ended(process, kill=True) for process in running]
            for name, (code, said), other in zip(names, told, reversed(running), strict=True):
                if code == BUSY:
                    busy.append(said == f"{other.pid}\n")
                    assert book.requests[name] == 0
                else:
                    assert code == -9
            in_flight |= claimed(path)
        last = ended(started("run", url, server.url, "last", str(CONCURRENCY)))
    assert last == (0, "")
    with Ledger(url) as ledger:
        campaign = ledger.campaign("spring")
        status, outcomes = campaign.status(), list(campaign.outcomes())
    judge(outcomes, book.accepted)
    with closing(sqlite3.connect(path)) as connection:
        unknown = {key for (key,) in connection.execute("select id from laaffic_chunks where state = 'unknown'")}
    assert unknown <= in_flight
    assert status.state == "done"
    assert status.unknown == len(unknown) * SIZE
    assert status.accepted + status.unknown == status.recipients == CHUNKS * SIZE
    assert at_once == 1 or (len(busy) >= KILLS // 2 and any(busy))


@pytest.mark.usefixtures("unmeasured")
def test_a_load_that_was_killed_is_thrown_away(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'spring.db'}"
    loading = started("create", url, str(10_000), str(5_000))
    assert loading.stdout is not None
    assert loading.stdout.readline() == "loading\n"
    assert ended(loading, kill=True)[0] == -9
    with closing(sqlite3.connect(tmp_path / "spring.db")) as connection:
        assert connection.execute("select state from laaffic_campaigns").fetchall() == [("loading",)]

    with Ledger(url) as ledger:
        assert ledger.campaigns() == []
        assert ledger.create("spring", [("99900000001", "Hello")]).status().recipients == 1
