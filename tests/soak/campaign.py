"""The sends of the soak, from threads or from tasks, and what was told of each receiver."""

import asyncio
import contextlib
import logging
import os
import threading
from collections import Counter
from multiprocessing.connection import Connection
from random import Random
from typing import Any, Literal, NamedTuple

from tools.soak_process import used

import laaffic

THREADS, TASKS = 8, 16
MOST = 3  # receivers in a request
TIMEOUT = (2.0, 1.5)  # seconds to connect and to read; the gateway's late answers take 1
WARMING_UP = 100  # sends before the first measurement
STATUSES = [f"999001{-int(code):05d}" for code in laaffic.STATUSES if code != "0"]
NOT_TAKEN = "99900300001"
ONE_IN_A_HUNDRED = 0.01
# What is known of each receiver, one byte each, found by its order id.
NOT_ASKED, ASKED = b"-?"
TOLD = {state: ord(state.value[0]) for state in laaffic.State}


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
        told: what was told of each receiver, by its order id, counted from the share's first.
        errors: the exceptions met, by class.
        strange: those that are no `LaafficError`, of which there must be none.
        used: what the process used, at the start and at the end.
    """

    done: int
    told: bytes
    errors: Counter[str]
    strange: list[str]
    used: tuple[str, str]


def campaign(parent: Connection, url: str, share: Share) -> None:
    """Send a share, and report; until the parent says anything, or has gone."""
    logging.getLogger("laaffic").setLevel(logging.ERROR)  # that a clock differs is part of it
    mine = _Campaign(url, share)
    threading.Thread(target=_wait_for_the_end, args=(parent, mine.stop), daemon=True).start()
    mine.run(min(WARMING_UP, share.sends))
    before = used(os.getpid())
    mine.run(share.sends)
    report = Report(mine.done, bytes(mine.told), mine.errors, mine.strange, (before, used(os.getpid())))
    with contextlib.suppress(OSError):  # the parent was killed, and nobody wants to know
        parent.send(report)


def _wait_for_the_end(parent: Connection, stop: threading.Event) -> None:
    with contextlib.suppress(EOFError, OSError):
        parent.recv()
    stop.set()


class _Campaign:
    def __init__(self, url: str, share: Share) -> None:
        self.told = bytearray([NOT_ASKED]) * (share.sends * MOST)
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
        while (place := self._next(upto)) is not None:
            messages = self._messages(place)
            try:
                self._note(place, client.send_batch(messages))
            except Exception as error:  # noqa: BLE001  # an error of any kind is what is looked for
                self._note_error(place, error)

    async def _work_async(self, client: laaffic.AsyncClient, upto: int) -> None:
        while (place := self._next(upto)) is not None:
            messages = self._messages(place)
            try:
                self._note(place, await client.send_batch(messages))
            except Exception as error:  # noqa: BLE001  # an error of any kind is what is looked for
                self._note_error(place, error)

    def _next(self, upto: int) -> int | None:
        with self._lock:
            if self.stop.is_set() or self.done >= upto:
                return None
            self.done += 1
            return self.done - 1

    def _order_ids(self, place: int, count: int) -> range:
        first = (self._share.first + place) * MOST
        return range(first, first + count)

    def _messages(self, place: int) -> list[laaffic.Message]:
        """Return the messages of one send: each receiver with an order id of its own, and most with a number."""
        chance = Random(f"{self._share.seed} {self._share.first + place}")  # noqa: S311  # repeatable, not secret
        messages = []
        for at, order_id in enumerate(self._order_ids(place, chance.randint(1, MOST)), place * MOST):
            number = f"9997{order_id:09d}"
            if chance.random() < ONE_IN_A_HUNDRED:
                number = chance.choice([NOT_TAKEN, *STATUSES])
            messages.append(laaffic.Message(number, f"text {order_id}", None, [str(order_id)]))
            self.told[at] = ASKED
        return messages

    def _note(self, place: int, result: laaffic.BatchResult) -> None:
        order_ids = self._order_ids(place, len(result.recipients))
        for at, (order_id, recipient) in enumerate(zip(order_ids, result.recipients, strict=True), place * MOST):
            # Else the outcome is another receiver's, or told twice: it counts as lost.
            if recipient.order_id == str(order_id) and self.told[at] == ASKED:
                self.told[at] = TOLD[recipient.state]

    def _note_error(self, place: int, error: Exception) -> None:
        with self._lock:
            self.errors[type(error).__name__] += 1
            if not isinstance(error, laaffic.LaafficError):
                self.strange.append(repr(error))
                return
        self._note(place, error.result)
