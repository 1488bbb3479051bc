"""Send a hundred thousand requests through every fault, and hold what the SDK said against the gateway's own book."""

import argparse
import asyncio
import contextlib
import itertools
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import httpx

import laaffic
from laaffic_mock import Gateway, RemoteGateway
from laaffic_mock._faults import Fault

THREADS, TASKS = 6, 18
MOST = 3  # receivers in a request
TIMEOUT = (2.0, 1.5)  # seconds to connect and to read; what is late is answered after 1
RARE = {Fault.HANG: 0.0002, Fault.ACCEPT_THEN_HANG: 0.0002, Fault.SLOW: 0.001}
CHANCES = {fault.value: RARE.get(fault, 0.004) for fault in Fault}
SECONDS_BETWEEN_REFUSALS, SECONDS_REFUSED = 2.0, 0.02
WARMING_UP = 200  # sends before the first measurement
STATUSES = [f"999001{-int(code):05d}" for code in laaffic.STATUSES if code != "0"]
NOT_TAKEN = "99900300001"
PAGE = 10_000
# What is known of each receiver, one byte each, by the number that is its order id.
NOT_ASKED, ASKED = b"-?"
STATES = {state: ord(state.value[0]) for state in laaffic.State}


class Used(NamedTuple):
    """What a process uses."""

    files: int | None
    megabytes: float | None

    def __str__(self) -> str:
        if self.files is None:
            return "not known on this system"
        return f"{self.files} file descriptors, {self.megabytes:.0f} MB"


def used(process: int) -> Used:
    """Measure a process, on Linux."""
    folder = Path("/proc", str(process))
    if not folder.exists():
        return Used(None, None)
    pages = int(Path(folder, "statm").read_text(encoding="ascii").split()[1])
    return Used(len(os.listdir(folder / "fd")), pages * os.sysconf("SC_PAGE_SIZE") / 1e6)  # noqa: PTH208  # counted


def serve(ending: Connection, limit: int) -> None:
    """Run the gateway until the other end says so, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Gateway(limit=limit) as gateway, contextlib.suppress(EOFError):
        ending.send(gateway.url)
        ending.recv()


@contextlib.contextmanager
def gateway_process(limit: int) -> Iterator[tuple[str, int]]:
    """Run the gateway in a process of its own; its address and its process."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=serve, args=(there, limit), daemon=True)
    process.start()
    there.close()
    try:
        yield here.recv(), process.pid or 0
    finally:
        here.close()
        process.join(10)
        process.kill()


class Campaign:
    """Sends, and what was told of each receiver."""

    def __init__(self, url: str, sends: int, seed: int) -> None:
        self.sends = sends
        self.told = bytearray([NOT_ASKED]) * (sends * MOST)
        self.errors: Counter[str] = Counter()
        self.strange: list[str] = []  # what is no LaafficError
        self.stop = threading.Event()
        self._places = itertools.count()
        self._next = 0
        self._seed = seed
        self._lock = threading.Lock()
        self._settings: dict[str, Any] = {"base_url": url, "timeout": TIMEOUT}

    @property
    def done(self) -> int:
        """How many sends there were."""
        return min(self._next, self.sends)

    def run(self, upto: int) -> None:
        """Send, from threads and from tasks, until so many are sent in all."""
        with laaffic.Client(**self._settings, connect_retries=0) as client:
            threads = [threading.Thread(target=self._work, args=(client, upto)) for _ in range(THREADS)]
            threads.append(threading.Thread(target=lambda: asyncio.run(self._work_async(upto))))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def _work(self, client: laaffic.Client, upto: int) -> None:
        while (place := self._place(upto)) is not None:
            messages, first = self._messages(place)
            try:
                self._note(first, client.send_batch(messages))
            except Exception as error:  # noqa: BLE001  # an error of any kind is what is looked for
                self._note_error(first, error)

    async def _work_async(self, upto: int) -> None:
        async def work() -> None:
            while (place := self._place(upto)) is not None:
                messages, first = self._messages(place)
                try:
                    self._note(first, await client.send_batch(messages))
                except Exception as error:  # noqa: BLE001  # an error of any kind is what is looked for
                    self._note_error(first, error)

        async with laaffic.AsyncClient(**self._settings) as client:
            await asyncio.gather(*(work() for _ in range(TASKS)))

    def _place(self, upto: int) -> int | None:
        with self._lock:
            if self.stop.is_set() or self._next >= upto:
                return None
            self._next += 1
            return self._next - 1

    def _messages(self, place: int) -> tuple[list[laaffic.Message], int]:
        """Return the messages of one send, and the order id of its first receiver."""
        chance = Random(self._seed * 10**9 + place)  # noqa: S311  # repeatable, not secret
        first = place * MOST
        messages = []
        for order_id in range(first, first + chance.randint(1, MOST)):
            drawn = chance.random()
            number = NOT_TAKEN if drawn < 0.01 else chance.choice(STATUSES) if drawn < 0.02 else f"9997{order_id:09d}"  # noqa: PLR2004  # one in a hundred of each
            messages.append(laaffic.Message(number, f"text {order_id}", None, [str(order_id)]))
            self.told[order_id] = ASKED
        return messages, first

    def _note(self, first: int, result: laaffic.BatchResult) -> None:
        for order_id, recipient in enumerate(result.recipients, first):
            if recipient.order_id == str(order_id) and self.told[order_id] == ASKED:
                self.told[order_id] = STATES[recipient.state]

    def _note_error(self, first: int, error: Exception) -> None:
        with self._lock:
            self.errors[type(error).__name__] += 1
        if isinstance(error, laaffic.LaafficError):
            self._note(first, error.result)
        else:
            self.strange.append(repr(error))


def read_book(url: str, receivers: int) -> bytearray:
    """Return how often the gateway accepted each receiver, by order id."""
    book = bytearray(receivers)
    offset, total = 0, 1
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
        while offset < total:
            page = http.get("/_mock/messages", params={"offset": offset, "limit": PAGE}).raise_for_status().json()
            if page["let_go"]:
                raise SystemExit("the gateway let messages go, so that nothing can be compared")
            total = page["total"]
            offset += PAGE
            for message in page["messages"]:
                book[int(message["order_id"])] += 1
    return book
