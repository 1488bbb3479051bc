"""The figures of campaigns: each step in processes of its own, which share the machine's cores with the server."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bench.figures.goals import CELERY, LARGE_LOAD, LARGE_RUN, LOAD, ON_POSTGRES, ON_SQLITE, RATED, STATUS
from bench.ledgers.people import write_csv
from bench.ledgers.upstream import off_by, per_second
from bench.started.environments import BENCH
from bench.started.processes import Child
from bench.started.server import arrivals, counts, server
from support import services

SLOW = 0.05  # seconds until the server responds
IN_FLIGHT, PROCESSES = 16, 4
RATE, MACHINES, SECONDS, WINDOW = 500, 2, 24, 10.0
CHUNKS, UNFINISHED = 50_000, 5_000  # of a campaign of 50 million
NO_REDIS = "needs Redis: LAAFFIC_TEST_BROKER, or one on its usual port of 127.0.0.1"
_PATIENCE = 120
# What `status` reads. There is nobody in these chunks: it is their number that counts.
_CHUNKS = """
with recursive n(i) as (select 1 union all select i + 1 from n where i < :chunks)
insert into laaffic_chunks (campaign, sequence, part, version, size, state, claimed_at, posted_at, recorded_at, status,
                            accepted, rejected, not_sent, unknown)
select c.id, i, 0, 1, 1000, case when i <= :done then 'done' else 'ready' end, :now, :now, :now - 0.01 * (:done - i),
       '0', case when i <= :done then 990 else 0 end, case when i <= :done then 10 else 0 end, 0, 0
from laaffic_campaigns c, n"""
_RUNNING = "update laaffic_campaigns set state = 'running', since = :now - 1000, recipients = 1000 * :chunks"


class Sizes(NamedTuple):
    """How many recipients: of a run, of a campaign ten times as large, and of one with a Celery task for each."""

    run: int
    large: int
    alone: int


FULL, QUICK = Sizes(1_000_000, 10_000_000, 6_000), Sizes(100_000, 1_000_000, 1_000)
Row = dict[str, float]


class Measured(NamedTuple):
    """What was measured, by row; and, of what was not, why."""

    rows: dict[str, Row]
    left_out: dict[str, str]


def measure_campaigns(sizes: Sizes) -> Measured:
    """Measure everything for which there are services on this machine."""
    rows: dict[str, Row] = {}
    left_out: dict[str, str] = {}
    postgres, redis = services.postgres(), services.brokers().get("redis")
    with tempfile.TemporaryDirectory(prefix="laaffic-bench-") as folder, server(SLOW, unseen=True) as url:
        here = _Here(Path(folder), url, sizes)
        write_csv(here.people, sizes.run)
        print("  campaigns on SQLite", file=sys.stderr)
        rows |= here.on_sqlite() | here.large() | here.status()
        for what, measure, service, why in (
            (ON_POSTGRES, here.on_postgres, postgres, services.NO_POSTGRES),
            (RATED, here.rated, postgres, services.NO_POSTGRES),
            (CELERY, here.celery, redis, NO_REDIS),
        ):
            if service is None:
                left_out[what] = why
            else:
                print(f"  campaigns: {what}", file=sys.stderr)
                rows |= measure(service)
    return Measured(rows, left_out)


class _Here(NamedTuple):
    """Where files are, what is posted to, and how much."""

    folder: Path
    url: str
    sizes: Sizes

    @property
    def people(self) -> Path:
        return self.folder / "people.csv"

    def on_sqlite(self) -> dict[str, Row]:
        with self._ledger() as ledger:
            loaded = _asked("load", f"sqlite:///{ledger}", str(self.people))
            ran = self._run(f"sqlite:///{ledger}", 1, IN_FLIGHT)
            size = ledger.stat().st_size / self.sizes.run
        return {LOAD: _row(loaded), ON_SQLITE: _row(ran) | {"bytes a recipient": size}}

    def large(self) -> dict[str, Row]:
        people = self.folder / "large.csv"
        write_csv(people, self.sizes.large)
        with self._ledger() as ledger:
            loaded = _asked("load", f"sqlite:///{ledger}", str(people))
            ran = self._run(f"sqlite:///{ledger}", 1, IN_FLIGHT, until=self.sizes.run)
        people.unlink()
        return {LARGE_LOAD: _row(loaded), LARGE_RUN: _row(ran)}

    def status(self) -> dict[str, Row]:
        with self._ledger() as ledger:
            _asked("load", f"sqlite:///{ledger}", str(self._few(1)))
            engine = create_engine(f"sqlite:///{ledger}")
            with engine.begin() as connection:
                given = {"chunks": CHUNKS, "done": CHUNKS - UNFINISHED, "now": time.time()}
                connection.execute(text(_CHUNKS), given)
                connection.execute(text(_RUNNING), given)
            engine.dispose()
            return {STATUS: {"ms": _asked("status", f"sqlite:///{ledger}")["ms"]}}

    def on_postgres(self, url: str) -> dict[str, Row]:
        with services.own_database(url) as ledger:
            _asked("load", ledger, str(self.people))
            ran = self._run(ledger, PROCESSES, IN_FLIGHT // PROCESSES)
            engine = create_engine(make_url(ledger).set(drivername="postgresql+psycopg"))
            with engine.connect() as connection:
                size = int(connection.scalar(text("select pg_database_size(current_database())")) or 0)
            engine.dispose()
        return {ON_POSTGRES: _row(ran) | {"bytes a recipient": size / self.sizes.run}}

    def rated(self, url: str) -> dict[str, Row]:
        with services.own_schema(url) as ledger:
            _asked("load", ledger, str(self._few(RATE * SECONDS)))
            arrivals(self.url)
            self._run(ledger, MACHINES, 2, rate=RATE)
        came = arrivals(self.url)
        return {RATED: {"recipients/s": per_second(came), "off by %": 100 * off_by(came, RATE, WINDOW)}}

    def celery(self, url: str) -> dict[str, Row]:
        before = counts(self.url)["recipients"]
        with services.own_queue(url) as broker, ExitStack() as workers:
            arguments = [broker.url, broker.queue, self.url, str(self.sizes.alone)]
            with Child(BENCH.python, "bench.ledgers.naive", "enqueue", *arguments) as enqueues:
                enqueues.ask()
            arrivals(self.url)
            for _ in range(2):  # one for each core
                workers.enter_context(Child(BENCH.python, "bench.ledgers.naive", "work", *arguments))
            until = time.monotonic() + _PATIENCE
            while counts(self.url)["recipients"] < before + self.sizes.alone and time.monotonic() < until:
                time.sleep(0.5)
        return {CELERY: {"recipients/s": per_second(arrivals(self.url))}}

    def _run(self, ledger: str, processes: int, in_flight: int, *, rate: int = 0, until: int = 0) -> dict[str, Any]:
        """Run the campaign in some processes that begin at once, and return what they took together."""
        how = [ledger, self.url, str(in_flight), str(rate), str(until)]
        with ExitStack() as opened:
            workers = [opened.enter_context(Child(BENCH.python, *_worker("run", *how))) for _ in range(processes)]
            for worker in workers:
                worker.ask()
            began = time.perf_counter()
            for worker in workers:
                worker.tell("begin")
            took = [worker.ask() for worker in workers]
            seconds = time.perf_counter() - began
        together = {name: sum(one[name] for one in took) for name in ("cpu", "peak MiB")}
        return together | {"seconds": seconds, "recipients": max(one["recipients"] for one in took)}

    def _few(self, recipients: int) -> Path:
        path = self.folder / "few.csv"
        write_csv(path, recipients)
        return path

    @contextmanager
    def _ledger(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield Path(folder) / "ledger.db"


def _worker(*arguments: str) -> tuple[str, ...]:
    return ("bench.ledgers.worker", *arguments)


def _asked(*arguments: str) -> dict[str, Any]:
    with Child(BENCH.python, *_worker(*arguments)) as child:
        return child.ask()


def _row(took: dict[str, Any]) -> Row:
    recipients = took["recipients"]
    return {
        "recipients/s": recipients / took["seconds"],
        "CPU µs a recipient": took["cpu"] * 1e6 / recipients,
        "peak MiB": took["peak MiB"],
    }
