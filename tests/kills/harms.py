"""What is done to a group, at a moment of chance."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from kills.group import Group, Plan
from laaffic_campaigns import LedgerError

HOUR = 3600


def done_to(group: Group) -> None:
    """Run campaigns until so many processes were killed; then bring the last one to its end, and judge all."""
    plan: Plan = group.plan
    group.fill()
    while group.figures.done["kills"] < plan.kills:
        if group.is_over():
            group.end()
            group.fill()
        group.start()
        group.wait(group.dice.randrange(1, 8 * len(plan.ways)))
        time.sleep(group.dice.uniform(0, 0.02))  # so that it comes at any moment of a request
        [what] = group.dice.choices([*plan.harms], [*plan.harms.values()])
        HARMS[what](group)
        if what != "kill":
            group.figures.done[what] += 1
        group.reap()
    group.end()
    group.figures.posts = group.book.posts


def _terminate(group: Group) -> None:
    for process in group.running.values():
        if group.dice.random() < 0.5:
            process.send_signal(signal.SIGTERM)
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
            process.send_signal(signal.SIGTERM)
    group.server.start()


def _change_rate(group: Group) -> None:
    with suppress(LedgerError):
        group.campaign.set(rate=group.dice.choice([None, 20, 100, 1000]))


def _pause(group: Group) -> None:
    with suppress(LedgerError):
        group.campaign.pause()
        group.wait(50, group.dice.uniform(0, 0.7))
        group.campaign.resume()


HARMS: dict[str, Callable[[Group], None]] = {
    "kill": Group.kill,
    "SIGTERM": _terminate,
    "disk full": _fill_disk,
    "clock": _put_clock,
    "cut": _cut,
    "database stopped": _stop_database,
    "rate": _change_rate,
    "pause": _pause,
}
