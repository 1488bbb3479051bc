"""A process that fills or runs a campaign, for tests that kill it.

It ends with 3, and says who runs, when somebody else uses the ledger.
"""

import sys
from collections.abc import Iterator

import laaffic
from laaffic_campaigns import Ledger, LedgerBusyError

BUSY = 3


def rows(count: int, said_at: int) -> Iterator[tuple[str, str]]:
    """Yield rows, and say when so many were read."""
    for index in range(count):
        if index == said_at:
            print("loading", flush=True)
        yield f"999{index:08d}", f"Hello, your code is {index:04d}"


def main(what: str, url: str, *more: str) -> int:
    """Do one thing: `create ROWS SAID_AT`, or `run BASE_URL APP_ID CONCURRENCY`."""
    with Ledger(url) as ledger:
        if what == "create":
            count, said_at = map(int, more)
            ledger.create("spring", rows(count, said_at), max_recipients=10)
            return 0
        base_url, app_id, concurrency = more
        with laaffic.Client(base_url=base_url, app_id=app_id) as client:
            try:
                ledger.campaign("spring").run(client, concurrency=int(concurrency))
            except LedgerBusyError as error:
                print(error.holder.get("pid"), flush=True)
                return BUSY
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
