"""The sends of the soak, from threads or from tasks, and what was reported of each recipient."""

import asyncio
import contextlib
import logging
import os
import threading
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from random import Random
from typing import Any, Literal, NamedTuple

import laaffic
from soak.processes import used

THREADS, TASKS = 8, 16
MAX_RECIPIENTS = 3  # in a request
TIMEOUT = (2.0, 1.5)  # seconds to connect and to read; the gateway's slow responses take 1
WARMING_UP = 100  # sends before the first measurement
STATUS_NUMBERS = [f"999001{-int(code):05d}" for code in laaffic.STATUSES if code != "0"]
NOT_LISTED_NUMBER = "99900300001"
ODD_NUMBERS = 0.01
# What is known of each recipient, one byte each, at its order id.
NOT_ASKED, ASKED = b"-?"
REPORTED = {state: ord(state.value[0]) for state in laaffic.State}


class Share(NamedTuple):
    """What one process sends: from which clients, and which of all sends."""

    kind: Literal["threads", "tasks"]
    first: int
    sends: int
    seed: int


class Report(NamedTuple):
    """What came of a share.

    Attributes:
        done: how many sends there were.
        reported: what was reported of each recipient, by its order id, counted from the share's first.
        errors: the exceptions met, by class.
        strange: those that are no `LaafficError`, of which there must be none.
        used: what the process used, at the start and at the end.
    """

    done: int
    reported: bytes
    errors: Counter[str]
    strange: list[str]
    used: tuple[str, str]


def campaign(parent: Connection, url: str, share: Share) -> None:
    """Send a share, and report; until the parent says anything, or has gone."""
    logging.getLogger("laaffic").setLevel(logging.ERROR)  # clock skew is one of the faults
    mine = _Campaign(url, share)
    threading.Thread(target=_wait_for_the_end, args=(parent, mine.stop), daemon=True).start()
    mine.run(min(WARMING_UP, share.sends))
    before = used(os.getpid())
    mine.run(share.sends)
    report = Report(mine.done, bytes(mine.reported), mine.errors, mine.strange, (before, used(os.getpid())))
    with contextlib.suppress(OSError):  # the parent was killed
        parent.send(report)


def _wait_for_the_end(parent: Connection, stop: threading.Event) -> None:
    with contextlib.suppress(EOFError, OSError):
        parent.recv()
    stop.set()


class _Campaign:
    def __init__(self, url: str, share: Share) -> None:
        self.reported = bytearray([NOT_ASKED]) * (share.sends * MAX_RECIPIENTS)
        self.errors: Counter[str] = Counter()
        self.strange: list[str] = []
        self.stop = threading.Event()
        self.done = 0
        self._share = share
        self._lock = threading.Lock()
        # Without another attempt what is refused is not sent; with one it is sent late.
        retries = 0 if share.kind == "threads" else 1
        self._settings: dict[str, Any] = {"base_url": url, "timeout": TIMEOUT, "connect_retries": retries}

    def run(self, upto: int) -> None:
        """Send until so many are sent in all."""
        if self._share.kind == "tasks":
            asyncio.run(self._run_tasks(upto))
            return
        with laaffic.Client(**self._settings) as client:
            threads = [threading.Thread(target=self._work, args=(client, upto)) for _ in range(THREADS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    async def _run_tasks(self, upto: int) -> None:
        async with laaffic.AsyncClient(**self._settings) as client:
            await asyncio.gather(*(self._work_async(client, upto) for _ in range(TASKS)))

    def _work(self, client: laaffic.Client, upto: int) -> None:
        while (index := self._next(upto)) is not None:
            with self._noting_errors(index):
                self._note(index, client.send_batch(self._messages(index)))

    async def _work_async(self, client: laaffic.AsyncClient, upto: int) -> None:
        while (index := self._next(upto)) is not None:
            with self._noting_errors(index):
                self._note(index, await client.send_batch(self._messages(index)))

    def _next(self, upto: int) -> int | None:
        with self._lock:
            if self.stop.is_set() or self.done >= upto:
                return None
            self.done += 1
            return self.done - 1

    def _order_ids(self, index: int, count: int) -> range:
        first = (self._share.first + index) * MAX_RECIPIENTS
        return range(first, first + count)

    def _messages(self, index: int) -> list[laaffic.Message]:
        """Return the messages of one send, each to one recipient with an order id of its own."""
        chance = Random(f"{self._share.seed} {self._share.first + index}")  # noqa: S311  # repeatable, not secret
        messages = []
        order_ids = self._order_ids(index, chance.randint(1, MAX_RECIPIENTS))
        for at, order_id in enumerate(order_ids, index * MAX_RECIPIENTS):
            number = f"9997{order_id:09d}"
            if chance.random() < ODD_NUMBERS:
                number = chance.choice([NOT_LISTED_NUMBER, *STATUS_NUMBERS])
            messages.append(laaffic.Message(number, f"text {order_id}", order_ids=[str(order_id)]))
            self.reported[at] = ASKED
        return messages

    def _note(self, index: int, result: laaffic.BatchResult) -> None:
        order_ids = self._order_ids(index, len(result.recipients))
        for at, (order_id, recipient) in enumerate(
            zip(order_ids, result.recipients, strict=True), index * MAX_RECIPIENTS
        ):
            # Else the outcome is another recipient's, or reported twice: it counts as lost.
            if recipient.order_id == str(order_id) and self.reported[at] == ASKED:
                self.reported[at] = REPORTED[recipient.state]

    @contextlib.contextmanager
    def _noting_errors(self, index: int) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001  # an error of any kind is what is looked for
            with self._lock:
                self.errors[type(error).__name__] += 1
                if not isinstance(error, laaffic.LaafficError):
                    self.strange.append(repr(error))
            if isinstance(error, laaffic.LaafficError):
                self._note(index, error.result)
