"""Celery's workers are killed and its broker loses and doubles messages: the gateway's book against the ledger."""

from collections import Counter
from collections.abc import Iterator

import celery
import kombu
import pytest
from sqlalchemy import select, update

import laaffic_campaigns.celery as engine
from laaffic_campaigns import Campaign, Ledger
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import chunks, slots
from support.server import Server
from support.services import NO_BROKER, Broker, brokers, own_queue
from support.workers import Book, make_app, wait_until, workers

BACKENDS = ["postgresql"]
SIZE, CHUNKS, PUMPS = 5, 120, 4
SECONDS = 1.0

pytestmark = pytest.mark.usefixtures("unmeasured")


@pytest.fixture(params=["rabbitmq", "redis"])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Return a queue of this test's own in each kind of broker that there is."""
    url = brokers().get(request.param)
    if url is None:
        pytest.skip(NO_BROKER)
    with own_queue(url) as mine:
        yield mine


@pytest.fixture
def app(broker: Broker, url: str) -> celery.Celery:
    """Return an application whose slices are short."""
    return make_app(broker, ledger=url, seconds=SECONDS)


@pytest.fixture
def book() -> Book:
    """Return the gateway's book."""
    return Book()


@pytest.fixture
def gateway(book: Book) -> Iterator[str]:
    """Return the address of a gateway that accepts everybody."""
    with Server([book], keep_posts=False) as server:
        yield server.url


def create(ledger: Ledger, name: str, first: int = 0, count: int = CHUNKS * SIZE) -> Campaign:
    return ledger.create(name, [(f"999{first + n:08d}", "Hello") for n in range(count)], max_recipients=SIZE)


def in_flight(database: Database) -> set[int]:
    with database.read() as connection:
        return set(connection.scalars(select(chunks.c.id).where(chunks.c.state == "claimed")))


def tickets(database: Database) -> list[tuple[int, str]]:
    with database.read() as connection:
        return [(one.slot, one.ticket) for one in connection.execute(select(slots))]


def let_time_pass(database: Database) -> None:
    """Make all claims older than any living one would be."""
    with database.write() as connection:
        claimed = chunks.c.state == "claimed"
        connection.execute(update(chunks).where(claimed).values(claimed_at=chunks.c.claimed_at - 1000))


def judge(campaign: Campaign, accepted: Counter[str], count: int = CHUNKS * SIZE, first: int = 0) -> None:
    outcomes = list(campaign.outcomes())
    assert sorted(outcome.number for outcome in outcomes) == [f"999{first + n:08d}" for n in range(count)]
    assert [number for number, times in accepted.items() if times > 1] == []  # twice
    for outcome in outcomes:
        if outcome.state == "accepted":
            assert accepted[outcome.number] == 1
        else:  # nobody is lost, and nobody whom the gateway accepted is called anything else
            assert outcome.state == "unknown"


def test_one_of_two_groups_is_killed(
    app: celery.Celery, ledger: Ledger, database: Database, book: Book, gateway: str
) -> None:
    campaign = create(ledger, "spring")
    engine.start("spring", pumps=PUMPS, ledger=ledger, app=app)
    with workers(app, gateway, groups=2) as (one, _):
        book.wait_for(20)
        book.responds.clear()
        wait_until(campaign, lambda status: status.in_flight > SIZE)
        one.kill()
        claimed = in_flight(database)
        book.responds.set()
        wait_until(campaign, lambda status: status.to_go == 0 and status.in_flight <= 2 * SIZE)
        let_time_pass(database)
        status = wait_until(campaign, lambda status: status.state == "done")
    judge(campaign, book.accepted)
    with database.read() as connection:
        unknown = set(connection.scalars(select(chunks.c.id).where(chunks.c.state == "unknown")))
    assert unknown <= claimed
    assert status.unknown == len(unknown) * SIZE


def test_messages_are_doubled_and_lost_while_two_campaigns_run(
    app: celery.Celery, ledger: Ledger, database: Database, book: Book, gateway: str
) -> None:
    count = CHUNKS * SIZE // 2
    campaigns = {0: create(ledger, "spring", count=count), count: create(ledger, "summer", count, count)}
    for campaign in campaigns.values():
        engine.start(campaign.name, pumps=2, ledger=ledger, app=app)
    queue = app.conf.laaffic_queue
    with app.connection_for_write() as connection:
        kombu.Queue(queue, channel=connection.default_channel).purge()  # before anybody has read them
    with workers(app, gateway, processes=3):
        book.wait_for(10)
        for slot, ticket in tickets(database):
            for campaign in (*campaigns.values(), *campaigns.values()):
                app.tasks["laaffic.pump"].apply_async((campaign.name, slot, ticket), queue=queue)
        for first, campaign in campaigns.items():
            assert wait_until(campaign, lambda status: status.state == "done").accepted == count
            judge(campaign, book.accepted, count, first)
        wait_until(campaign, lambda _: not tickets(database))
    assert book.requests == CHUNKS


def test_a_worker_that_is_asked_to_end_lets_what_is_in_flight_end(
    app: celery.Celery, ledger: Ledger, book: Book, gateway: str
) -> None:
    app.conf.laaffic_seconds = 60.0  # far longer than it takes
    campaign = create(ledger, "spring")
    engine.start("spring", pumps=PUMPS, ledger=ledger, app=app)
    with workers(app, gateway, groups=2) as (one, _):
        book.wait_for(20)
        one.wait_until_ready()  # the other one may have posted all of them
        one.ask_to_end()
        assert one.wait() == 0
        status = wait_until(campaign, lambda status: status.state == "done")
    assert status.accepted == status.recipients
    judge(campaign, book.accepted)
