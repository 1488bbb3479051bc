"""A process that fills or runs a campaign, as those do that are killed.

`create URL NAME FILE`, or `run URL NAME BASE_URL APP_ID CLOCK WAY`: by threads, tasks or pump. CLOCK is a file with the
seconds by which this machine's clock is wrong.
"""

import asyncio
import csv
import faulthandler
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import laaffic
from laaffic_campaigns import CampaignExistsError, Ledger, LedgerBusyError, LedgerUnavailableError, pump

BUSY, UNAVAILABLE, EXISTS = 3, 4, 5
SIZE = 8  # recipients in one request
CONCURRENCY = 3


def rows(file: Path) -> Iterator[list[str]]:
    """Yield numbers and texts."""
    with file.open(newline="", encoding="utf-8") as opened:
        yield from csv.reader(opened)


def put_clock(file: Path) -> None:
    """Let Python's clock be wrong by what a file says, as an operator's mistake would make it: for everything here."""
    right = time.time

    def wrong() -> float:
        try:
            return right() + float(file.read_text(encoding="ascii"))
        except (OSError, ValueError):  # it is just being written
            return right()

    time.time = wrong


def run(url: str, name: str, *more: str) -> None:
    """Run it in one of the ways that there are."""
    base_url, app_id, clock, way = more
    put_clock(Path(clock))
    with Ledger(url) as ledger:
        if way == "tasks":
            with suppress(asyncio.CancelledError):
                asyncio.run(by_tasks(ledger, name, base_url, app_id))
            return
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        with laaffic.Client(base_url=base_url, app_id=app_id) as client:
            if way == "threads":
                ledger.campaign(name).run(client, concurrency=CONCURRENCY, stop=stop)
            while way == "pump" and not stop.is_set() and pump(ledger, name, 2, client=client):
                if not ledger.campaign(name).status().to_go:  # only the dead have something in flight
                    return


async def by_tasks(ledger: Ledger, name: str, base_url: str, app_id: str) -> None:
    """Run it; SIGTERM cancels it."""
    mine = asyncio.current_task()
    assert mine is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, mine.cancel)
    async with laaffic.AsyncClient(base_url=base_url, app_id=app_id) as client:
        await ledger.campaign(name).run_async(client, concurrency=CONCURRENCY)


def main(what: str, url: str, name: str, *more: str) -> int:
    """Do one thing, and return how it ended."""
    faulthandler.register(signal.SIGUSR1)
    try:
        if what == "create":
            with Ledger(url) as ledger:
                ledger.create(name, ((number, text) for number, text in rows(Path(more[0]))), max_recipients=SIZE)
        else:
            run(url, name, *more)
    except LedgerBusyError:
        return BUSY
    except LedgerUnavailableError:
        return UNAVAILABLE
    except CampaignExistsError:
        return EXISTS
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
