"""Sends in every way that the package has, and writes into a log what was claimed of each recipient, as it is."""

import asyncio
import itertools
import operator
import os
import re
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

import laaffic
from chaos.book import NORMAL, REFUSED, number_of, recipient_of

MAX_RECIPIENTS = 4  # in a request of `send_many`
TIMEOUT = (5.0, 1.5)
STOP = threading.Event()  # no more work is begun
_INDEXES = re.compile(r"messages? (\d+)(?: to (\d+))?(, whose result|: read and not posted)?")
_LETTERS = {"accepted": "a", "rejected": "r", "not_sent": "n", "unknown": "u"}


class Way(NamedTuple):
    """A way of sending; `rows` says whether `send_many` and `send_batch` get `Rows`."""

    call: Literal["send", "send_batch", "send_many"] = "send_batch"
    rows: bool = False
    concurrency: int = 1
    in_order: bool = False
    report: bool = False
    split: bool = False


WAYS = [
    Way("send"),
    Way("send_batch"),
    Way("send_batch", rows=True),
    Way("send_many"),
    Way("send_many", rows=True, report=True),
    Way("send_many", split=True, report=True),
    Way("send_many", rows=True, split=True),
    Way("send_many", concurrency=3, in_order=True),
    Way("send_many", rows=True, concurrency=4, report=True),
    Way("send_many", concurrency=4, split=True, report=True),
    Way("send_many", rows=True, concurrency=3, in_order=True, split=True),
]


class Plan(NamedTuple):
    """What one process does.

    Attributes:
        url: the server's address.
        ca: whose certificates to trust.
        log: where the claims go.
        seed: where the chances begin.
        first: the first of its recipients; the others follow.
        rounds: how often: pieces of work, interrupts, forks or cancellations.
        seconds: when it is taken for hanging.
        fresh: whether each request has a connection of its own.
        senders: how many threads or tasks share one client.
        watched: whether a thread watches over the time; a fork could not end it.
    """

    url: str
    ca: Path
    log: Path
    seed: int
    first: int
    rounds: int
    seconds: float
    fresh: bool = False
    senders: int = 1
    watched: bool = True


@dataclass
class Work:
    """What goes into one call, and whose indexes those are."""

    items: list[Any]
    groups: list[list[int]]
    source: Iterator[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.source = iter(self.items)

    @property
    def read(self) -> list[int]:
        """Whoever was read: the source is a list's own iterator, which no interrupt can hit in the midst of a step."""
        return self.among(0, len(self.items) - operator.length_hint(self.source) - 1)

    @property
    def all(self) -> list[int]:
        """Return everybody."""
        return self.among(0, len(self.items) - 1)

    def among(self, first: int, last: int) -> list[int]:
        """Return who has these indexes."""
        return [recipient for group in self.groups[first : last + 1] for recipient in group]


class Log:
    """Takes the claims, each whole and at once, so that what was written survives the death of the process."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, kind: str, rest: Iterable[object]) -> None:
        """Write a line; none about nobody."""
        if line := " ".join(map(str, rest)):
            os.write(self._fd, f"{kind} {line}\n".encode())

    def told(self, work: Work, recipients: Iterable[laaffic.Recipient]) -> None:
        """Write what was claimed of each."""
        lines: dict[str, list[int]] = {}
        for given in recipients:
            recipient = recipient_of(given.number)
            if recipient not in work.groups[given.message_index]:
                self.write("strange", [recipient, "has the index", given.message_index])
            is_another = given.state is laaffic.State.ACCEPTED and given.msg_id != f"m{recipient}"
            lines.setdefault("w" if is_another else _LETTERS[given.state], []).append(recipient)
        for letter, those in lines.items():
            self.write(letter, those)

    def doubted(self, work: Work, words: Iterable[str]) -> None:
        """Write whom the words of notes and of the log tell of; what was read and not posted is claimed `not_sent`."""
        for match in (match for line in words for match in _INDEXES.finditer(line)):
            first = int(match[1])
            those = work.among(first, int(match[2] or first))
            self.write("noted", those)
            if match[3] == ": read and not posted":
                self.write("n", those)


def turns(plan: Plan) -> Iterator[int]:
    """Count the turns of a plan, until it is to stop."""
    return itertools.takewhile(lambda _: not STOP.is_set(), range(plan.rounds))


def of_client(plan: Plan) -> dict[str, Any]:
    """Return the arguments of a client."""
    context = ssl.create_default_context(cafile=str(plan.ca)) if plan.url.startswith("https") else None
    return {
        "base_url": plan.url,
        "ssl_context": context,
        "timeout": TIMEOUT,
        "max_recipients": MAX_RECIPIENTS,
        "connect_retries": 1,
        "fresh_connections": plan.fresh,
    }


class Supply:
    """Pieces of work for recipients whom nobody had before. Threads may share it: its counters are written in C."""

    def __init__(self, plan: Plan) -> None:
        self._seed = plan.seed
        self._turns = turns(plan)
        self._recipients = itertools.count(plan.first)

    def __iter__(self) -> Iterator[tuple[Way, Work, Random]]:
        """Yield ways, work and chances until there were as many as planned."""
        for turn in self._turns:
            yield self.piece(f"{self._seed} {turn}")

    def piece(self, seed: str, ways: list[Way] = WAYS) -> tuple[Way, Work, Random]:
        """Return one."""
        dice = Random(f"work {seed}")
        way = dice.choice(ways)
        most = {"send": 1, "send_batch": dice.randint(1, MAX_RECIPIENTS), "send_many": dice.choice([3, 12, 30])}[
            way.call
        ]
        items: list[Any] = []
        groups: list[list[int]] = []
        while most > 0:
            alone = way.rows or way.call == "send"
            group = [next(self._recipients) for _ in range(1 if alone else min(dice.randint(1, 3), most))]
            most -= len(group)
            items.append(_item(way, group, dice))
            groups.append(group[:1] if isinstance(items[-1], str) else group)
        return way, Work(items, groups), dice


def _item(way: Way, group: list[int], dice: Random) -> Any:
    if way.report and dice.random() < 0.05:  # how often it is invalid
        invalid = f"0{group[0]:08d}"
        return (invalid, "x") if way.rows else invalid
    kind = REFUSED if way.split and dice.random() < 0.05 else NORMAL  # how often it is refused
    numbers = [number_of(recipient, kind) for recipient in group]
    order_ids = [f"o{recipient}" for recipient in group] if dice.random() < 0.5 else []  # half of them
    if way.rows:
        return (numbers[0], "x", *order_ids)
    return laaffic.Message(numbers, "x", order_ids=order_ids or None)


def many(way: Way) -> dict[str, Any]:
    """Return the arguments of `send_many`."""
    return {
        "concurrency": way.concurrency,
        "in_order": way.in_order,
        "on_invalid": "report" if way.report else "raise",
        "split_refused": way.split,
    }


def given(way: Way, work: Work) -> Any:
    """Return what `send_batch` or `send_many` gets."""
    return laaffic.Rows(work.source) if way.rows else work.source


def run(client: laaffic.Client, way: Way, work: Work, log: Log) -> None:
    """Do one piece of work, and tell what came of it. An error of the package's is told, and anything else raised."""
    with _errors(work, log):
        if way.call == "send_many":
            for result in client.send_many(given(way, work), **many(way)):
                log.told(work, result.recipients)
        elif way.call == "send_batch":
            log.told(work, client.send_batch(given(way, work)).recipients)
        else:
            log.told(work, [client.send(work.items[0].numbers[0], "x")])


async def run_async(client: laaffic.AsyncClient, way: Way, work: Work, log: Log) -> None:
    """Do the same with the asynchronous client."""
    with _errors(work, log):
        if way.call == "send_many":
            async with aclosing(client.send_many(given(way, work), **many(way))) as results:
                async for result in results:
                    log.told(work, result.recipients)
        elif way.call == "send_batch":
            log.told(work, (await client.send_batch(given(way, work))).recipients)
        else:
            log.told(work, [await client.send(work.items[0].numbers[0], "x")])


@contextmanager
def _errors(work: Work, log: Log) -> Iterator[None]:
    try:
        yield
    except laaffic.LaafficError as error:
        log.told(work, error.result.recipients)


def send_sync(plan: Plan) -> None:
    """Send from threads that share one client."""
    log, supply = Log(plan.log), Supply(plan)

    def work_on(client: laaffic.Client) -> None:
        for way, work, _ in supply:
            with telling(way, work, log):
                run(client, way, work, log)

    with laaffic.Client(**of_client(plan)) as client:
        threads = [threading.Thread(target=work_on, args=(client,)) for _ in range(plan.senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def send_async(plan: Plan) -> None:
    """Send from tasks that share one client."""
    log, supply = Log(plan.log), Supply(plan)

    async def work_on(client: laaffic.AsyncClient) -> None:
        for way, work, _ in supply:
            with telling(way, work, log):
                await run_async(client, way, work, log)

    async def main() -> None:
        async with laaffic.AsyncClient(**of_client(plan)) as client:
            await asyncio.gather(*(work_on(client) for _ in range(plan.senders)))

    asyncio.run(main())


@contextmanager
def telling(way: Way, work: Work, log: Log) -> Iterator[None]:
    """Write who is asked for before and after a piece of work, and any exception that should not be."""
    if way.call != "send_many":  # whoever dies in the midst of it has read all
        log.write("asked", work.all)
    try:
        yield
    except Exception as error:  # noqa: BLE001  # an error of any kind is what is looked for
        log.write("strange", [type(error).__name__, "in", way])
    finally:
        if way.call == "send_many":
            log.write("asked", work.read)
