"""`make demo-cluster`: two Celery workers post a campaign, one is killed in the middle, and the books are compared.

It needs a PostgreSQL and a broker, which are found or started as the tests' are.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

import laaffic_campaigns.celery as engine
from laaffic_campaigns import Campaign, Ledger, Status
from laaffic_mock import AcceptedMessage, Gateway
from support.services import brokers, own_queue, own_schema, postgres
from support.started import started_postgres, started_redis

HERE = Path(__file__).parent
RECIPIENTS, RATE, PUMPS = 3000, 200, 4
LONG = 120.0  # seconds
CALM = ["--without-gossip", "--without-mingle", "--prefetch-multiplier", "1", "--loglevel", "ERROR"]
# What a claim's age says about the dead; here nobody wants to wait for so long.
AGE = "update laaffic_chunks set claimed_at = claimed_at - 900 where state = 'claimed'"


class Hold:
    """Holds the gateway's responses back once so many are accepted, so that a kill has something to hit."""

    def __init__(self, after: int) -> None:
        self._left = after
        self.reached = threading.Event()
        self.over = threading.Event()

    def __call__(self, _: AcceptedMessage) -> None:
        """Note a message, in the gateway's own thread."""
        self._left -= 1
        if self._left == 0:
            self.reached.set()
            self.over.wait(LONG)


def headline(text: str) -> None:
    """Print a headline."""
    print(f"\n── {text}", flush=True)


def say(what: str, text: str) -> None:
    """Print a line."""
    print(f"{what:<12}  {text}", flush=True)


def database(stack: ExitStack) -> str:
    """Return the address of a ledger of this demonstration's own."""
    url, how = postgres(), "found; the ledger is in a schema of its own, dropped at the end"
    if url is None:
        url, how = stack.enter_context(started_postgres()).url, "started for this, and stopped at the end"
    say("PostgreSQL", f"{make_url(url).host}:{make_url(url).port or 5432}, {how}")
    return stack.enter_context(own_schema(url))


def broker(stack: ExitStack) -> dict[str, str]:
    """Return what tells the shop where its queue is."""
    there = brokers()
    kind, url = next(iter(there.items()), ("redis", ""))
    how = "found; with a queue of its own"
    if not url:
        url, how = stack.enter_context(started_redis()), "started for this, and stopped at the end"
    say("RabbitMQ" if kind == "rabbitmq" else "Redis", f"{make_url(url).host}:{make_url(url).port}, {how}")
    mine = stack.enter_context(own_queue(url))
    return {"BROKER": mine.url, "QUEUE": mine.queue, "SECONDS_OF_A_SLICE": "2"}


@contextmanager
def worker(name: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker with two processes, and end it."""
    command = [sys.executable, "-W", "ignore", "-m", "celery", "-q", "-A", "shop:worker", "worker", "-c", "2", *CALM]
    queue = ["-n", f"{name}-{os.getpid()}@%h", "-Q", os.environ["QUEUE"]]
    one = subprocess.Popen([*command, *queue], cwd=HERE, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield one
    finally:
        kill(one)


def kill(one: subprocess.Popen[bytes]) -> None:
    """Kill a worker with all its processes: it has no chance to say anything."""
    if one.poll() is None:
        os.killpg(one.pid, signal.SIGKILL)
    one.wait(LONG)


def wait_until(campaign: Campaign, there: Callable[[Status], bool], *, show: bool = False) -> Status:
    """Wait until a campaign is so far, and show every few seconds how far it is."""
    until, shown = time.monotonic() + LONG, time.monotonic()
    while not there(status := campaign.status()):
        if time.monotonic() > until:
            raise TimeoutError(f"the campaign does not get on: {status}")
        if show and time.monotonic() > shown + 3:
            shown = time.monotonic()
            say("", f"{status.to_go:>5,} to go  {status.in_flight:>3} in flight  {status.accepted:>5,} accepted")
        time.sleep(0.1)
    return status


def run(ledger: Ledger, hold: Hold) -> Campaign:
    """Run a campaign on two workers, and kill one."""
    headline(f"A campaign: {RECIPIENTS:,} recipients, {RATE} a second, two workers with two processes each")
    rows = [(f"999{n:08d}", f"Hello, your code is {n:04d}") for n in range(RECIPIENTS)]
    campaign = ledger.create("spring", rows, rate=RATE)
    engine.start("spring", pumps=PUMPS, ledger=ledger)
    with worker("one") as one, worker("two"):
        while not hold.reached.wait(0.5):
            wait_until(campaign, lambda _: hold.reached.is_set(), show=True)
        status = wait_until(campaign, lambda status: status.in_flight >= RATE // PUMPS * 3)
        say("kill -9", f"worker one, while {status.in_flight} recipients of both workers were in flight")
        kill(one)
        hold.over.set()
        wait_until(campaign, lambda status: status.to_go == 0 and status.in_flight <= RATE // 2, show=True)
        say("15 minutes", "pass at once here: after them, whoever has claimed something is taken for dead")
        with psycopg.connect(
            make_url(os.environ["LAAFFIC_LEDGER"]).render_as_string(hide_password=False)
        ) as connection:
            connection.execute(AGE)
        wait_until(campaign, lambda status: status.state == "done")
    return campaign


def compare(campaign: Campaign, gateway: Gateway) -> bool:
    """Print the gateway's book beside the ledger, and return whether they agree."""
    book = Counter(message.number for message in gateway.messages)
    told = {outcome.number: outcome.state for outcome in campaign.outcomes()}
    status = campaign.status()
    unknown = [number for number, state in told.items() if state == "unknown"]
    got_it = sum(number in book for number in unknown)
    wrong = {
        "twice": sum(times > 1 for times in book.values()),
        "lost": sum(number not in book and told[number] != "unknown" for number in told),
        "miscalled": sum(told.get(number) not in {"accepted", "unknown"} for number in book),
    }
    headline("The ledger beside the gateway's book")
    say("", f"{'ledger':>8}{'gateway':>10}")
    say("accepted", f"{status.accepted:>8,}{sum(told[n] == 'accepted' for n in book):>10,}")
    say("unknown", f"{status.unknown:>8,}{got_it:>10,}   in flight at the kill; never posted again")
    say("together", f"{status.recipients:>8,}{len(book):>10,}")
    print()
    say("twice", f"{wrong['twice']:>8}   got it twice")
    say("lost", f"{wrong['lost']:>8}   are accepted, or forgotten, and did not get it")
    say("miscalled", f"{wrong['miscalled']:>8}   got it, and the ledger knows nothing of it")
    return not any(wrong.values()) and status.accepted + status.unknown == status.recipients == RECIPIENTS


def main() -> int:
    """Run the demonstration; exit 0 when the books agree."""
    began, hold = time.monotonic(), Hold(RECIPIENTS * 2 // 5)
    with ExitStack() as stack:
        headline("What this runs on")
        try:
            os.environ["LAAFFIC_LEDGER"] = database(stack)
            os.environ.update(broker(stack))
        except (FileNotFoundError, psycopg.OperationalError) as error:
            say("", f"cannot run here: {error}")
            say("", "It uses LAAFFIC_TEST_POSTGRES and LAAFFIC_TEST_BROKER, or what listens on the usual ports of")
            say("", "this machine, or what is installed: on Debian, apt-get install postgresql redis-server.")
            return 1
        gateway = stack.enter_context(Gateway(on_accepted=hold))
        os.environ.update(gateway.environment)
        say("gateway", f"a mock at {gateway.url}; nothing is really sent")
        import shop  # noqa: PLC0415  # it reads the environment

        shop.worker.set_current()
        agree = compare(run(stack.enter_context(Ledger()), hold), gateway)
    print(f"\n{'The books agree.' if agree else 'THE BOOKS DO NOT AGREE.'} It took {time.monotonic() - began:.0f} s.")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
