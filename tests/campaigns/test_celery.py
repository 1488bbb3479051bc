"""Celery's part of a campaign, with a broker in this process's memory."""

import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from celery.exceptions import Reject
from kombu.exceptions import OperationalError

import laaffic_campaigns.celery as engine
from laaffic_campaigns import Campaign, Ledger, LedgerError, NoSuchCampaignError
from support.server import Connection, Server, success
from support.services import Broker
from support.workers import make_app

BACKENDS = ["postgresql"]
CODE, NUMBER = "4711", "99900000007"


class Memory:
    """A queue in memory, and an application that uses it."""

    def __init__(self, queue: str, url: str, seconds: float) -> None:
        self.app = make_app(Broker("memory://", queue), ledger=url, seconds=seconds)
        self._queue = queue

    def messages(self) -> list[Any]:
        """Take what is in the queue."""
        taken = []
        with self.app.connection_for_read() as connection:
            queue = connection.SimpleQueue(self._queue)
            while len(queue):
                message = queue.get_nowait()
                message.ack()
                taken.append(message)
            queue.close()
        return taken

    def deliver(self, *, redelivered: bool = False) -> int:
        """Do what the messages in the queue say, and return how many there were."""
        taken = self.messages()
        for message in taken:
            task = self.app.tasks[message.headers["task"]]
            task.push_request(delivery_info={"redelivered": redelivered})
            try:
                task.run(*message.payload[0])
            finally:
                task.pop_request()
        return len(taken)


@pytest.fixture
def memory(url: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> Memory:
    """Return a queue of this test's own."""
    monkeypatch.setenv("LAAFFIC_BASE_URL", server.url)
    engine._clients.clear()  # each test has a gateway of its own
    return Memory(uuid.uuid4().hex, url, seconds=0.2)


@pytest.fixture
def campaign(ledger: Ledger) -> Campaign:
    """Return a campaign of ten requests."""
    return ledger.create("spring", [(f"999{n:08d}", f"Your code is {CODE}") for n in range(10)], max_recipients=1)


@pytest.fixture
def stopping() -> Iterator[None]:
    """Let slices go on when the test has ended."""
    yield
    engine._worker_begins()


def test_messages_go_round_until_it_is_done(memory: Memory, ledger: Ledger, campaign: Campaign, server: Server) -> None:
    assert engine.start("spring", pumps=2, app=memory.app).state == "ready"
    while memory.deliver():
        pass
    assert campaign.status().state == "done"
    assert len(server.posts) == 10
    assert engine.start("spring", ledger=ledger, app=memory.app).state == "done"


def test_a_message_has_no_recipient_no_text_and_no_password(memory: Memory, campaign: Campaign, url: str) -> None:
    engine.start(campaign.name, ledger=url, app=memory.app)
    [message] = memory.messages()
    name, slot, ticket = message.payload[0]
    assert (name, slot, len(ticket)) == ("spring", 0, 32)
    carried = json.dumps([message.payload, message.headers, message.properties])
    assert [private for private in (CODE, NUMBER, "postgres") if private in carried] == []
    assert (message.headers["eta"], message.headers["expires"]) == (None, None)


def test_it_goes_on_after_a_pause_when_it_is_started_again(memory: Memory, campaign: Campaign, server: Server) -> None:
    engine.start("spring", app=memory.app)
    campaign.pause()
    assert memory.deliver() == 1
    assert (memory.deliver(), server.posts) == (0, [])
    with pytest.raises(LedgerError, match="paused by hand"):
        engine.start("spring", app=memory.app)
    campaign.resume()
    engine.start("spring", app=memory.app)
    while memory.deliver():
        pass
    assert campaign.status().state == "done"


@pytest.mark.usefixtures("campaign")
def test_what_cannot_be_started_is_refused(memory: Memory, tmp_path: Any) -> None:
    with pytest.raises(NoSuchCampaignError):
        engine.start("summer", app=memory.app)
    with pytest.raises(LedgerError, match="concurrency must be"):
        engine.start("spring", pumps=0, app=memory.app)
    with pytest.raises(LedgerError, match="need a ledger in PostgreSQL"):
        engine.start("spring", ledger=f"sqlite:///{tmp_path / 'spring.db'}", app=memory.app)
    memory.app.conf.laaffic_seconds = 0
    with pytest.raises(LedgerError, match="laaffic_seconds must be"):
        engine.start("spring", app=memory.app)


def test_without_a_broker_nothing_is_started(memory: Memory, campaign: Campaign, url: str) -> None:
    nowhere = make_app(
        Broker("amqp://127.0.0.1:1//", "nowhere", {"max_retries": 1, "interval_start": 0}), ledger=url, seconds=0.2
    )
    nowhere.conf.task_publish_retry = False
    with pytest.raises(OperationalError):
        engine.start(campaign.name, app=nowhere)
    assert engine._tend(memory.app) == 0


def test_tending_sends_again_what_was_lost(memory: Memory, campaign: Campaign, server: Server) -> None:
    engine.start(campaign.name, pumps=3, app=memory.app)
    assert len(memory.messages()) == 3
    server.will(success)
    sent = 0
    while not sent:  # until they have been lost for long enough
        sent = engine._tend(memory.app)
    assert memory.deliver() == sent == 3


def test_a_campaign_that_is_gone_is_left_alone(memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    memory.app.tasks["laaffic.pump"].apply_async(("winter", 0, "x"), queue=memory.app.conf.laaffic_queue)
    assert memory.deliver() == 1
    assert memory.deliver() == 0
    assert "not there" in caplog.text


def test_without_the_database_the_message_goes_back(memory: Memory, campaign: Campaign) -> None:
    engine.start(campaign.name, app=memory.app)
    memory.app.conf.laaffic_ledger = "postgresql://postgres@127.0.0.1:1/postgres"
    with pytest.raises(Reject) as rejected:
        memory.deliver()
    assert vars(rejected.value)["requeue"]


@pytest.mark.usefixtures("stopping")
def test_when_the_worker_is_to_end_the_request_in_flight_ends_and_a_message_follows(
    memory: Memory, campaign: Campaign, server: Server
) -> None:
    memory.app.conf.laaffic_seconds = 60.0

    def ends_it(connection: Connection) -> bool:
        engine._worker_ends()
        return success(connection)

    server.will(ends_it)
    engine.start(campaign.name, app=memory.app)
    memory.deliver()
    status = campaign.status()
    assert (status.state, status.accepted, status.in_flight) == ("running", 1, 0)
    assert len(memory.messages()) == 1


@pytest.mark.usefixtures("stopping")
def test_a_worker_of_the_queue_tends_by_itself(memory: Memory, campaign: Campaign) -> None:
    engine.start(campaign.name, app=memory.app)
    memory.messages()
    before = set(threading.enumerate())
    engine._keep_tending(sender=SimpleNamespace(app=memory.app))
    assert set(threading.enumerate()) == before  # it does not have the queue
    memory.app.amqp.queues.select(memory.app.conf.laaffic_queue)
    engine._keep_tending(sender=SimpleNamespace(app=memory.app))
    [thread] = set(threading.enumerate()) - before
    while not memory.messages():
        pass
    engine._worker_ends()
    thread.join()


def test_without_celery_the_error_names_the_extra() -> None:
    without = "import sys; sys.modules['celery'] = None; import laaffic_campaigns.celery"
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=False)
    assert "install laaffic with its extra `celery`" in done.stderr
