"""What is done to a group, at a moment of chance."""

import time
from collections.abc import Callable
from contextlib import suppress

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from kills.group import Group, Plan
from kills.small_disk import SmallDisk
from kills.workers import Workers
from laaffic_campaigns import LedgerError
from support.started import Postgres

HOUR = 3600


def done_to(group: Group) -> None:
    """Run campaigns until so many processes were killed; then bring the last one to its end, and judge all.

    What is done to this kind alone is done once at least, however short the run is.
    """
    plan: Plan = group.plan
    due = group.dice.sample([*plan.own], len(plan.own))
    group.fill()
    while due or group.figures.done["kills"] < plan.kills:
        if group.is_over():
            group.end()
            group.fill()
        group.start()
        group.wait(group.dice.randrange(1, 8 * len(plan.ways)))
        time.sleep(group.dice.uniform(0, 0.02))  # so that it comes at any moment of a request
        [what] = group.dice.choices([*plan.harms], [*plan.harms.values()])
        if due and group.dice.random() < 0.7:
            what = due.pop()
        HARMS[what](group)
        if what != "kill":
            group.figures.done[what] += 1
        group.reap()
    group.end()
    group.figures.posts = group.book.posts
    if group.server is not None and group.disks:
        said = group.server.log.read_text(encoding="utf-8", errors="replace")
        group.figures.done["statements without room"] = said.count("ERROR:  could not extend file")
        group.figures.done["panics of the server"] = said.count("PANIC:")


def _kill(group: Group) -> None:
    group.kill()


def _terminate(group: Group) -> None:
    for process in group.running.values():
        if group.dice.random() < 0.5:
            group.terminate(process)
    group.wait(3, 0.5)


def _fill_disk(group: Group) -> None:
    """No file grows: writes fail in the middle of transactions, and so may what is kept beside the ledger."""
    group.limit_files(group.dice.choice([0, 600, 5000, 40_000]))
    group.wait(100, group.dice.uniform(0.2, 1.5))
    if group.dice.random() < 0.3:
        group.kill()
    group.limit_files(-1)


def _put_clock(group: Group) -> None:
    wrong = group.dice.choice([-HOUR, 0, HOUR])
    if group.shared:
        with suppress(LedgerError), group.database.write() as connection:
            connection.execute(text(f"update wrong_clock set seconds = {wrong}"))
    group.clock.write_text(str(wrong), encoding="ascii")


def _cut(group: Group) -> None:
    """Cut the connections of everybody, in the middle of whatever they do."""
    where = make_url(group.url).set(drivername="postgresql").render_as_string(hide_password=False)
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null"
    for _ in range(3):
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(cut)
        group.wait(2, 0.3)


def _stop_database(group: Group) -> None:
    if group.server is None:
        return
    group.server.stop("immediate")
    time.sleep(group.dice.uniform(0, 0.5))
    if group.dice.random() < 0.3:
        for process in list(group.running.values())[:1]:
            group.terminate(process)
    group.server.start()


def _fill_tables(group: Group) -> None:
    """No table grows: statements fail, and the server goes on."""
    if group.server is not None:
        group.disks["tables"].fill(group.dice.choice([0, 0, 8192, 65_536]))
        _while_full(group, group.server, group.disks["tables"])


def _fill_log(group: Group) -> None:
    """The server's log does not grow: it crashes, in the middle of whatever they do, and cannot come back."""
    if group.server is not None:
        with suppress(psycopg.OperationalError), psycopg.connect(group.server.url, autocommit=True) as connection:
            while True:  # until all of its files are used up
                group.disks["log"].fill(0)
                connection.execute("select pg_logical_emit_message(false, 'kills', repeat('x', 200000))")
        _while_full(group, group.server, group.disks["log"])


def _while_full(group: Group, server: Postgres, disk: SmallDisk) -> None:
    group.wait(100, group.dice.uniform(0.2, 1.5))
    if group.dice.random() < 0.3:
        for process in list(group.running.values())[:2]:
            group.dice.choice([group.terminate, group.end_at_once])(process)
    disk.free()
    server.come_back()
    group.note_in_flight()  # of whom was killed


def _change_rate(group: Group) -> None:
    with suppress(LedgerError):
        group.campaign.set(rate=group.dice.choice([None, 20, 100, 1000]))


def _pause(group: Group) -> None:
    with suppress(LedgerError):
        group.campaign.pause()
        group.wait(50, group.dice.uniform(0, 0.7))
    group.resume()


def _double(group: Group) -> None:
    if isinstance(group, Workers):
        group.double_messages()


def _flush(group: Group) -> None:
    if isinstance(group, Workers):
        group.flush_broker()


HARMS: dict[str, Callable[[Group], None]] = {
    "kill": _kill,
    "SIGTERM": _terminate,
    "disk full": _fill_disk,
    "clock": _put_clock,
    "cut": _cut,
    "database stopped": _stop_database,
    "rate": _change_rate,
    "tables' disk full": _fill_tables,
    "log's disk full": _fill_log,
    "pause": _pause,
    "messages doubled": _double,
    "broker flushed": _flush,
}
