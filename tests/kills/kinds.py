"""The kinds of runners, and the ledgers that they have."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from kills.gateway import Gateway
from kills.group import Group, Plan
from kills.harms import done_to
from kills.judge import Figures
from kills.small_disk import NO_MOUNT, SmallDisk, can_mount, small_disk
from kills.workers import Workers
from support.server import Server
from support.services import NO_BROKER, brokers, own_queue
from support.started import NO_PROGRAM, programs_of_postgres, started_postgres

_USUAL = {"kill": 6.0, "SIGTERM": 0.7, "clock": 0.7, "rate": 0.7, "pause": 0.7}
TABLES_MEGABYTES, LOG_MEGABYTES = 24, 12
_SHORT_LOG = ["-c", "min_wal_size=2MB", "-c", "max_wal_size=4MB"]
_FOUR = ["threads", "tasks", "pump", "threads"]
_SQLITE = {"disk full": 1.0}
_POSTGRES = {"cut": 1.0, "database stopped": 0.7}
_SMALL_DISKS = {"tables' disk full": 1.0, "log's disk full": 1.0}
_CELERY = {**_POSTGRES, "messages doubled": 2.0, "broker flushed": 1.0}
# How each of them runs a campaign, and what is done to this kind beside the usual.
# By a second runner of the same ledger is meant one that was started by mistake: it is to post nothing.
KINDS = {
    "SQLite, threads": (["threads"], _SQLITE),
    "SQLite, tasks": (["tasks"], _SQLITE),
    "SQLite, two by mistake": (["threads", "pump"], _SQLITE),
    "PostgreSQL, four": (_FOUR, _POSTGRES),
    "PostgreSQL, small disks": (_FOUR, _SMALL_DISKS),
    "Celery, RabbitMQ": (["worker", "worker"], _CELERY),
    "Celery, Redis": (["worker", "worker"], _CELERY),
}


def why_not(kind: str) -> str | None:
    """Return what a kind needs and is not there, or None."""
    if kind.startswith("SQLite"):
        return None
    if programs_of_postgres() is None:
        return NO_PROGRAM
    if kind.endswith("small disks") and not can_mount():
        return NO_MOUNT
    return NO_BROKER if kind.startswith("Celery") and _broker_of(kind) not in brokers() else None


def run(kind: str, kills: int, chunks: int, seed: int) -> Figures:
    """Run campaigns in one way until so many processes were killed, and judge."""
    with ExitStack() as things:
        ways, own = KINDS[kind]
        group = _group(Plan(kind, ways, _USUAL, own, kills, chunks, seed), things)
        things.callback(group.close)
        done_to(group)
        if not group.figures.sound:
            errors = (group.folder / "errors").read_text(encoding="utf-8", errors="replace")
            group.figures.add("what the processes said last", [errors[-3000:]])
        return group.figures


def _group(plan: Plan, things: ExitStack) -> Group:
    folder = Path(things.enter_context(tempfile.TemporaryDirectory(prefix="laaffic-kills-")))
    book = Gateway(plan.seed)
    base_url = things.enter_context(Server([book], keep_posts=False)).url
    if plan.kind.startswith("SQLite"):
        return Group(plan, f"sqlite:///{folder / 'spring.db'}", base_url, book, folder)
    if plan.kind.endswith("small disks"):
        tables = things.enter_context(small_disk(TABLES_MEGABYTES))
        log = things.enter_context(small_disk(LOG_MEGABYTES))
        made_with = ["--wal-segsize=1", f"--waldir={log.made('log')}"]
        server = things.enter_context(started_postgres(made_with=made_with, settings=_SHORT_LOG))
        url = _schema_with_a_clock(server.url, tables)
        return Group(plan, url, base_url, book, folder, server, {"tables": tables, "log": log})
    server = things.enter_context(started_postgres())
    url = _schema_with_a_clock(server.url)
    if plan.kind.startswith("PostgreSQL"):
        return Group(plan, url, base_url, book, folder, server)
    broker = things.enter_context(own_queue(brokers()[_broker_of(plan.kind)]))
    return Workers(plan, url, base_url, book, folder, server, broker=broker)


def _broker_of(kind: str) -> str:
    return kind.removeprefix("Celery, ").lower()


def _schema_with_a_clock(server: str, tables: SmallDisk | None = None) -> str:
    """Return the address of a schema whose own `clock_timestamp` comes before PostgreSQL's, and can be wrong.

    Args:
        server: where it is made.
        tables: the disk for what is made in it afterwards.
    """
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("create schema kills; set search_path = kills, pg_catalog")
        connection.execute("create table wrong_clock (seconds int); insert into wrong_clock values (0)")
        connection.execute(
            "create function clock_timestamp() returns timestamptz language sql volatile as"
            " $$ select pg_catalog.clock_timestamp() + (select seconds from wrong_clock) * interval '1 second' $$"
        )
        if tables is not None:
            connection.execute(f"create tablespace small location '{tables.made('tables')}'".encode())
            connection.execute("alter database postgres set default_tablespace = small")
    options = {"options": "-csearch_path=kills,pg_catalog"}
    return make_url(server).update_query_dict(options).render_as_string(hide_password=False)
