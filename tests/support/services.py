"""The databases and brokers that tests use: those that are named, or those on the usual ports of this machine.

`LAAFFIC_TEST_POSTGRES` names a PostgreSQL in which databases can be made, `LAAFFIC_TEST_BROKER` a RabbitMQ or Redis.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import kombu
import psycopg
import redis
from sqlalchemy.engine import make_url

POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
BROKERS = {"rabbitmq": "amqp://guest:guest@127.0.0.1:5672//", "redis": "redis://127.0.0.1:6379/0"}
NO_POSTGRES = "needs PostgreSQL: LAAFFIC_TEST_POSTGRES, or one on 127.0.0.1:5432 that trusts the user postgres"
NO_BROKER = "needs RabbitMQ or Redis: LAAFFIC_TEST_BROKER, or one on its usual port of 127.0.0.1"
_PATIENCE = 5  # seconds


@dataclass(frozen=True)
class Broker:
    """A broker, and what in it is this test's own.

    Attributes:
        url: where it is.
        queue: a name that nobody else uses.
        options: transport options for it.
    """

    url: str
    queue: str
    options: dict[str, Any] = field(default_factory=dict)


@cache
def postgres() -> str | None:
    """Return the address of a PostgreSQL, or None where there is none."""
    url = os.environ.get("LAAFFIC_TEST_POSTGRES") or POSTGRES
    try:
        psycopg.connect(_for_libpq(url), connect_timeout=_PATIENCE).close()
    except psycopg.OperationalError:
        if "LAAFFIC_TEST_POSTGRES" in os.environ:
            raise
        return None
    return url


@cache
def brokers() -> dict[str, str]:
    """Return the addresses of the brokers that there are, by their kinds: `rabbitmq`, `redis`."""
    named = os.environ.get("LAAFFIC_TEST_BROKER")
    if named:
        return {"redis" if named.startswith("redis") else "rabbitmq": named}
    return {kind: url for kind, url in BROKERS.items() if _responds(url)}


@contextmanager
def own_schema(url: str) -> Iterator[str]:
    """Make a schema in a PostgreSQL, yield the address of a ledger in it, and drop it. It is quickly made."""
    name = _new_name()
    with psycopg.connect(_for_libpq(url), autocommit=True) as connection:
        connection.execute(f"create schema {name}".encode())
        try:
            yield make_url(url).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(False)
        finally:
            connection.execute(f"drop schema {name} cascade".encode())


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """Make a database in a PostgreSQL, yield its address, and drop it with whoever is still connected."""
    name = _new_name()
    with psycopg.connect(_for_libpq(url), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
        try:
            yield make_url(url).set(database=name).render_as_string(False)
        finally:
            connection.execute(f"drop database {name} with (force)".encode())


@contextmanager
def own_queue(url: str) -> Iterator[Broker]:
    """Yield a broker with a queue that nobody else uses, and delete it at the end."""
    name = _new_name()
    if url.startswith("redis"):
        prefix = f"{name}."
        yield Broker(url, name, {"global_keyprefix": prefix})
        with redis.Redis.from_url(url) as client:
            for key in client.scan_iter(f"*{name}*"):
                client.delete(key)
        return
    yield Broker(url, name)
    with kombu.Connection(url, connect_timeout=_PATIENCE) as connection:
        kombu.Queue(name, kombu.Exchange(name), channel=connection.default_channel).delete()


def _responds(url: str) -> bool:
    try:
        with kombu.Connection(url, connect_timeout=_PATIENCE) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=_PATIENCE)
    except Exception:  # noqa: BLE001  # whatever it is: there is no broker to use
        return False
    return True


def _new_name() -> str:
    return f"laaffic_test_{uuid.uuid4().hex[:16]}"


def _for_libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
