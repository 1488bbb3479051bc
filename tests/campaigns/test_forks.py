"""A process that forks while a ledger in a file is used: neither it nor its child is held up by the other."""

import multiprocessing
import os
import signal
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, update

from laaffic_campaigns import LedgerBusyError, LedgerError
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.forks import _handles
from laaffic_campaigns._kept.databases.lock import is_surely_free, locked
from laaffic_campaigns._kept.schema import ledgers

BACKENDS = ["sqlite"]
FORK = multiprocessing.get_context("fork")


@pytest.mark.parametrize("reads", [True, False])
def test_a_child_reads_and_writes_though_a_thread_of_its_parent_had_a_transaction(
    database: Database, *, reads: bool
) -> None:
    begun, ends = threading.Event(), threading.Event()
    here, there = FORK.Pipe()

    def uses() -> None:
        with database.read() if reads else database.write() as connection:
            connection.execute(select(ledgers))
            begun.set()
            ends.wait()

    def uses_too() -> None:
        there.send("forked")
        with database.read() as connection:
            connection.execute(select(ledgers))
        with database.write() as connection:
            connection.execute(update(ledgers).values(claims=0))

    thread, child = threading.Thread(target=uses), FORK.Process(target=uses_too)
    forks = threading.Thread(target=child.start)
    thread.start()
    begun.wait()
    forks.start()
    here.poll(1)  # the fork waits for the transaction; if it does not, it is there at once
    ends.set()
    forks.join()
    thread.join()
    child.join(20)
    code = child.exitcode
    child.kill()
    assert code == 0


def test_a_child_that_is_forked_within_a_transaction_uses_no_ledger(database: Database) -> None:
    here, there = FORK.Pipe()

    def uses() -> None:
        try:
            with database.read() as connection:
                connection.execute(select(ledgers))
        except LedgerError as error:
            there.send(str(error))

    with database.write():
        child = FORK.Process(target=uses)
        child.start()
        child.join(20)
    child.kill()
    assert here.poll()
    assert "was forked" in here.recv()


def test_a_lock_that_is_let_go_of_is_not_kept_by_a_child_that_was_forked_meanwhile(path: Path) -> None:
    child = FORK.Process(target=signal.pause)
    with locked(path, "running a campaign"):
        child.start()
    try:
        with locked(path, "running a campaign"):
            pass
    finally:
        child.kill()
        child.join()


def test_who_is_next_is_seen_though_a_child_has_not_closed_its_handle_yet(path: Path) -> None:
    with locked(path, "running a campaign"):
        (handle,) = _handles
        late = os.dup(handle.fileno())  # as a child has it
    with locked(path, "running a campaign"):
        os.close(late)
        assert not is_surely_free(path)


def test_a_lock_of_who_is_killed_is_not_kept_by_its_child(path: Path) -> None:
    here, there = FORK.Pipe()

    def lives() -> None:
        there.send(os.getpid())
        signal.pause()

    def parent() -> None:
        with locked(path, "running a campaign"):
            FORK.Process(target=lives).start()
            signal.pause()

    one = FORK.Process(target=parent)
    one.start()
    child = here.recv()
    one.kill()
    one.join()
    try:
        with locked(path, "running a campaign"):
            pass
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_child_that_leaves_the_block_lets_go_of_nothing_of_its_parents(path: Path) -> None:
    def leaves() -> None:
        lock.__exit__(None, None, None)

    with (lock := locked(path, "running a campaign")):
        child = FORK.Process(target=leaves)
        child.start()
        child.join()
        assert child.exitcode == 0
        with pytest.raises(LedgerBusyError), locked(path, "running another"):
            pass
