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
from support.server import Server
from support.started import programs_of_postgres, started_postgres

_ALWAYS = {"kill": 6.0, "SIGTERM": 0.7, "clock": 0.7, "rate": 0.7, "pause": 0.7}
SQLITE = {**_ALWAYS, "disk full": 1.0}
POSTGRES = {**_ALWAYS, "cut": 1.0, "database stopped": 0.7}
# By a second runner of the same ledger is meant one that was started by mistake: it is to post nothing.
# Groups of Celery's workers, on RabbitMQ and on Redis, have a place here once there are some.
KINDS = {
    "SQLite, threads": ["threads"],
    "SQLite, tasks": ["tasks"],
    "SQLite, two by mistake": ["threads", "pump"],
    "PostgreSQL, four": ["threads", "tasks", "pump", "threads"],
}


def can_be_run(kind: str) -> bool:
    """Return whether there is what it needs."""
    return not kind.startswith("PostgreSQL") or programs_of_postgres() is not None


def run(kind: str, kills: int, chunks: int, seed: int) -> Figures:
    """Run campaigns in one way until so many processes were killed, and judge."""
    with ExitStack() as things:
        folder = Path(things.enter_context(tempfile.TemporaryDirectory(prefix="laaffic-kills-")))
        book = Gateway(seed)
        base_url = things.enter_context(Server([book], keep_posts=False)).url
        if kind.startswith("PostgreSQL"):
            server = things.enter_context(started_postgres())
            url = _schema_with_a_clock(server.url)
            plan = Plan(kind, KINDS[kind], POSTGRES, kills, chunks, seed)
        else:
            server, url = None, f"sqlite:///{folder / 'spring.db'}"
            plan = Plan(kind, KINDS[kind], SQLITE, kills, chunks, seed)
        group = Group(plan, url, base_url, book, folder, server)
        things.callback(group.close)
        done_to(group)
        if not group.figures.sound:
            errors = (folder / "errors").read_text(encoding="utf-8", errors="replace")
            group.figures.add("what the processes said last", [errors[-3000:]])
        return group.figures


def _schema_with_a_clock(server: str) -> str:
    """Return the address of a schema whose own `clock_timestamp` comes before PostgreSQL's, and can be wrong."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("create schema kills; set search_path = kills, pg_catalog")
        connection.execute("create table wrong_clock (seconds int); insert into wrong_clock values (0)")
        connection.execute(
            "create function clock_timestamp() returns timestamptz language sql volatile as"
            " $$ select pg_catalog.clock_timestamp() + (select seconds from wrong_clock) * interval '1 second' $$"
        )
    options = {"options": "-csearch_path=kills,pg_catalog"}
    return make_url(server).update_query_dict(options).render_as_string(hide_password=False)
