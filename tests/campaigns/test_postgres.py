"""What is PostgreSQL's own: connections, locks, and what its errors may say."""

import multiprocessing
import os
import queue
import threading
import traceback
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, func, select, text

from laaffic_campaigns import Ledger, LedgerBusyError, LedgerError, LedgerUnavailableError
from laaffic_campaigns._filling.filling import discard_dead
from laaffic_campaigns._kept.chunks import Outcomes, unpack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.opening import open_database
from laaffic_campaigns._kept.schema import campaigns
from laaffic_campaigns._protocol.again import take_over
from laaffic_campaigns._protocol.settling import Shown, settle, standing
from laaffic_campaigns._protocol.steps import Claimed, Settled, claim, finish, record, start

HELLO = ("99900000001", "Hello")


BACKENDS = ["postgresql"]
GATE = "hashtext(current_schema())"
# Whoever reads a payload waits for the gate.
SLOW_PAYLOADS = (
    (
        "create function opened() returns boolean language plpgsql volatile as"
        f" $$ begin perform pg_advisory_xact_lock_shared({GATE}); return true; end $$"
    ),
    "alter table laaffic_payloads rename to every_payload",
    "create view laaffic_payloads as select chunk, content from every_payload where opened()",
)


def pid_of(database: Database) -> int:
    with database.read() as connection:
        return int(connection.scalar(select(func.pg_backend_pid())) or 0)


def terminate(database: Database, pid: int) -> None:
    with database.read() as connection:
        assert connection.scalar(select(func.pg_terminate_backend(pid, 60_000)))


def ends_itself(connection: Connection, other: Database) -> None:
    terminate(other, int(connection.scalar(select(func.pg_backend_pid())) or 0))
    connection.execute(text("select 1"))


def test_its_clock_is_the_servers(database: Database) -> None:
    with database.read() as connection:
        before = database.now(connection)
        assert before <= float(connection.scalar(select(func.extract("epoch", func.clock_timestamp()))) or 0)


def test_a_commit_is_on_the_servers_disk(database: Database) -> None:
    with database.write() as connection:
        assert connection.scalar(text("show synchronous_commit")) == "on"
        assert connection.scalar(text("show transaction_isolation")) == "read committed"
        assert connection.scalar(text("show statement_timeout")) == "2min"


def test_a_read_is_of_one_moment_and_writes_nothing(database: Database) -> None:
    with database.read() as connection:
        assert connection.scalar(text("show transaction_isolation")) == "repeatable read"
    refused = pytest.raises(LedgerUnavailableError, match=r"read only sql transaction \(25006\)")
    with refused, database.read() as connection:
        connection.execute(text("delete from laaffic_campaigns"))


def test_an_error_shows_no_value_and_no_password(database: Database) -> None:
    refused = pytest.raises(LedgerUnavailableError, match=r"numeric value out of range \(22003\)")
    with refused as caught, database.write() as connection:
        connection.execute(text("select cast(:value as integer)"), {"value": "99900000001x"})
    shown = "".join(traceback.format_exception(caught.value))
    assert "99900000001" not in shown.replace('{"value": "99900000001x"}', "")  # which stands in the line above


def test_a_connection_that_was_lost_is_told_and_the_next_one_works(database: Database, url: str) -> None:
    other = open_database(url)
    lost = pytest.raises(LedgerUnavailableError, match=r"failed: (admin shutdown \(57P01\)|.*it was lost)")
    with lost, database.write() as connection:
        ends_itself(connection, other)
    pid = pid_of(database)
    terminate(other, pid)
    assert pid_of(database) not in {0, pid}
    other.close()


def test_a_process_that_forks_shares_no_connection(database: Database) -> None:
    def told() -> None:
        sending.send(pid_of(database))
        database.close()

    mine = pid_of(database)
    receiving, sending = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=told)
    child.start()
    theirs = receiving.recv() if receiving.poll(60) else 0
    child.join(60)
    assert child.exitcode == 0
    assert theirs not in {0, mine}
    assert pid_of(database) == mine  # the child has not closed it


def test_two_campaigns_are_filled_at_once_and_neither_throws_the_other_away(ledger: Ledger, url: str) -> None:
    def rows() -> Iterator[tuple[str, str]]:
        yield HELLO
        with Ledger(url) as other:
            assert [campaign.name for campaign in other.campaigns()] == ["spring"]
            other.create("summer", [HELLO])
            with pytest.raises(ZeroDivisionError):
                other.create("autumn", (HELLO for _ in range(1 // 0)))

    assert ledger.create("spring", rows()).status().state == "ready"
    assert [campaign.name for campaign in ledger.campaigns()] == ["spring", "summer"]


def test_what_a_dead_process_began_to_fill_is_thrown_away_by_the_next_of_that_name(
    ledger: Ledger, database: Database
) -> None:
    values = {"key": "k000000000", "state": "loading", "held": False, "recipients": 0, "created_at": 1.0, "since": 1.0}
    with database.write() as connection:
        connection.execute(campaigns.insert().values(name="spring", **values))
    assert ledger.create("spring", [HELLO]).status().recipients == 1


def test_what_is_filled_to_the_end_while_the_dead_are_looked_for_is_not_thrown_away(database: Database) -> None:
    values = {"key": "k000000000", "state": "loading", "held": False, "recipients": 1, "created_at": 1.0, "since": 1.0}
    with database.write() as connection:
        connection.execute(campaigns.insert().values(name="spring", **values))
    pids = queue.SimpleQueue[int]()

    def opens() -> None:
        with database.write() as there:
            pids.put(int(there.scalar(select(func.pg_backend_pid())) or 0))
            discard_dead(database, there)

    other = threading.Thread(target=opens)
    with database.write() as connection:
        connection.execute(campaigns.update().values(state="ready"))
        other.start()
        wait_until_held_up(database, pids.get())  # it has read that the campaign is being filled
    other.join()
    with database.read() as connection:
        assert connection.scalar(select(campaigns.c.state)) == "ready"


def test_a_lock_is_let_go_of_when_its_connection_ends(database: Database) -> None:
    busy = pytest.raises(LedgerBusyError, match=f"Process {os.getpid()} on .* already filling")
    filling = [database.locked_for("load", "filling", name="spring") for _ in "ab"]
    with filling[0], busy, filling[1]:
        pytest.fail("two hold it")
    with database.locked_for("load", "filling", name="spring"), database.locked_for("load", "filling", name="summer"):
        pass


def test_two_threads_may_hold_more_transactions_than_connections_are_kept(database: Database) -> None:
    met = threading.Barrier(9, timeout=60)
    failures: list[BaseException] = []

    def reads() -> None:
        try:
            with database.read() as connection:
                connection.scalar(select(1))
                met.wait()
        except BaseException as error:  # noqa: BLE001  # shown below
            failures.append(error)

    threads = [threading.Thread(target=reads) for _ in range(8)]
    for thread in threads:
        thread.start()
    met.wait()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_what_it_cannot_hold_in_a_text_is_replaced(ledger: Ledger) -> None:
    campaign = ledger.create("spr\0ing", [HELLO])
    assert ledger.campaigns()[0].name == "spr\ufffding"
    assert campaign.status().recipients == 1


def test_a_schema_that_is_not_there_is_named_as_the_cause(url: str) -> None:
    with pytest.raises(LedgerError, match="schema of the ledger is not there"):
        Ledger(url.replace("laaffic_test_", "laaffic_tset_"))


def test_the_spool_is_where_the_environment_says(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert database.spool.name == "spool"
    monkeypatch.delenv("LAAFFIC_SPOOL")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert str(database.spool) == "/state/laaffic"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/home/shop")
    assert str(database.spool) == "/home/shop/.local/state/laaffic"


def test_a_campaign_is_not_done_while_somebody_is_sent_to_again(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [HELLO])
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        mine = claim(connection, campaign._id, "t1", 1.0)
        assert mine is not None
        rejected = Settled(Outcomes(["rejected"], [None], [None]), "-9", None, 1.0)
        record(connection, campaign._id, mine, rejected, 1.0)
    pids = queue.SimpleQueue[int]()

    def finishes() -> None:
        with database.write() as there:
            pids.put(int(there.scalar(select(func.pg_backend_pid())) or 0))
            finish(there, campaign._id, 2.0)

    with database.write() as connection:
        payload = unpack_payload(mine.payload)
        begun = take_over(connection, campaign._id, mine.id, 1, positions=[0], payload=payload, now=2.0)
        other = threading.Thread(target=finishes)
        other.start()
        wait_until_held_up(database, pids.get())
    other.join()
    assert begun is not None
    assert (campaign.status().state, campaign.status().to_go) == ("running", 1)


def test_who_is_taken_out_of_a_request_while_it_is_claimed_is_not_posted_to(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [HELLO, ("99900000002", "Hello")])
    with database.write() as connection:
        start(connection, campaign._id, 1.0)
        mine = claim(connection, campaign._id, "t1", 1.0)
        assert mine is not None
        lost = Settled(Outcomes(["unknown"] * 2, [None] * 2, [None] * 2), None, None, 1.0)
        record(connection, campaign._id, mine, lost, 1.0)
        payload = unpack_payload(mine.payload)
        take_over(connection, campaign._id, mine.id, 1, positions=[0, 1], payload=payload, now=2.0)
    pids, claims = queue.SimpleQueue[int](), queue.SimpleQueue[Claimed | None]()

    def claimant() -> None:
        with database.write() as there:
            pids.put(int(there.scalar(select(func.pg_backend_pid())) or 0))
            claims.put(claim(there, campaign._id, "t2", 3.0))

    other = threading.Thread(target=claimant)
    with database.write() as connection:
        for statement in SLOW_PAYLOADS:
            connection.execute(text(statement))
    with database.write() as connection:
        connection.execute(text(f"select pg_advisory_xact_lock({GATE})"))
        other.start()
        wait_until_held_up(database, pids.get())  # its statement has begun, and has not locked the chunk
        before = standing(connection, mine.id)
        assert before is not None
        assert settle(connection, mine.id, before.version, {0: Shown("m1")}, {}) == [0]
    other.join()
    claimed = claims.get()
    assert claimed is not None
    assert (claimed.size, unpack_payload(claimed.payload).numbers) == (1, ["99900000002"])


def wait_until_held_up(database: Database, pid: int) -> None:
    while True:
        with database.read() as connection:
            if connection.scalar(select(func.cardinality(func.pg_blocking_pids(pid)))):
                return
