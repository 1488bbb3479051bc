"""Celery workers as programs of their own, which tests start and kill."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import celery
from celery import signals

from laaffic_campaigns import Campaign, Status
from support.server import Connection, success
from support.services import Broker

TESTS = Path(__file__).parents[1]
SETTINGS, READY = "LAAFFIC_TEST_WORKER", "LAAFFIC_TEST_READY"
LONG = 120.0  # seconds
LATE = 0.01  # seconds


class Book:
    """A server that accepts everybody, a little late, and notes whom."""

    def __init__(self) -> None:
        self.accepted = Counter[str]()
        self.requests = 0
        self.responds = threading.Event()  # while it is not set, requests are in flight
        self.responds.set()
        self._changed = threading.Condition()

    def __call__(self, connection: Connection) -> bool:
        """Note a request and accept it."""
        numbers = [n for message in connection.request.json()["array"] for n in message["numbers"].split(",")]
        with self._changed:
            self.requests += 1
            self.accepted.update(numbers)
            self._changed.notify_all()
        time.sleep(LATE)
        self.responds.wait(LONG)
        return success(connection)

    def wait_for(self, requests: int) -> None:
        """Wait for so many requests in all."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.requests >= requests, LONG)


def make_app(broker: Broker, *, ledger: str, seconds: float) -> celery.Celery:
    """Return an application that uses a broker, and nothing else of this machine."""
    app = celery.Celery("shop", broker=broker.url, include=["laaffic_campaigns.celery"], set_as_current=False)
    app.conf.update(
        broker_connection_retry_on_startup=True,
        broker_transport_options=broker.options,
        worker_enable_remote_control=False,
        laaffic_ledger=ledger,
        laaffic_queue=broker.queue,
        laaffic_seconds=seconds,
    )
    app.loader.import_default_modules()
    return app


@contextmanager
def workers(app: celery.Celery, base_url: str, *, groups: int = 1, processes: int = 2) -> Iterator[list["Group"]]:
    """Start groups of worker processes, and kill those that are left at the end."""
    started = [Group(app, base_url, processes) for _ in range(groups)]
    try:
        yield started
    finally:
        for group in started:
            group.kill()


def started_worker(
    app: celery.Celery,
    processes: int,
    environment: dict[str, str],
    *,
    application: str = "support.workers:app_of_this_process",
    output: IO[bytes] | None = None,
    handles: Sequence[int] = (),
) -> "subprocess.Popen[bytes]":
    """Start a worker in a session of its own, so that all of it can be killed.

    Args:
        app: what it uses.
        processes: how many it forks.
        environment: what it is told beside that.
        application: where it finds its own.
        output: where it writes, if not where this process does.
        handles: what it keeps open of this process's.
    """
    conf = app.conf
    told = {
        "broker": {"url": conf.broker_url, "queue": conf.laaffic_queue, "options": conf.broker_transport_options},
        "ledger": conf.laaffic_ledger,
        "seconds": conf.laaffic_seconds,
    }
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    name = ["-n", f"{uuid.uuid4().hex}@%h", "-Q", conf.laaffic_queue]
    some = ["-c", str(processes), "--prefetch-multiplier", "1"]
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-q", "-A", application, "worker", *name, *some, *quiet],
        env={**os.environ, "PYTHONPATH": str(TESTS), SETTINGS: json.dumps(told), **environment},
        stdout=output,
        stderr=output,
        start_new_session=True,
        pass_fds=handles,
    )


class Group:
    """A worker: its main process, and those that it has forked."""

    def __init__(self, app: celery.Celery, base_url: str, processes: int) -> None:
        ready, told = os.pipe()
        self._ready = os.fdopen(ready, "rb", buffering=0)
        environment = {"LAAFFIC_BASE_URL": base_url, READY: str(told)}
        try:
            self._process = started_worker(app, processes, environment, handles=[told])
        finally:
            os.close(told)

    def kill(self) -> None:
        """Kill all of it at once."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(LONG)
        self._ready.close()

    def wait_until_ready(self) -> None:
        """Wait until it listens to signals."""
        assert self._ready.read(1), "it has ended"

    def ask_to_end(self) -> None:
        """Let it end by itself: what Celery calls a warm shutdown."""
        self._process.terminate()

    def wait(self) -> int:
        """Wait until it has ended, and return its exit code."""
        return self._process.wait(LONG)


def wait_until(campaign: Campaign, there: Callable[[Status], bool]) -> Status:
    """Wait until a campaign is so far."""
    until = time.monotonic() + LONG
    while not there(status := campaign.status()):
        assert time.monotonic() < until, status
        time.sleep(0.05)
    return status


def __getattr__(name: str) -> celery.Celery:
    """Make the application that Celery's command line asks for."""
    if name != "app_of_this_process":
        raise AttributeError(name)
    told = json.loads(os.environ[SETTINGS])
    if ready := os.environ.get(READY):
        signals.worker_ready.connect(lambda **_: os.write(int(ready), b"1"), weak=False)
    return make_app(Broker(**told["broker"]), ledger=told["ledger"], seconds=told["seconds"])
