"""send_many with several requests in flight at once."""

import asyncio
import contextlib
import itertools
import logging
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from typing import Any

import pytest
import trio

import laaffic
from conftest import SendMany
from laaffic._bulk import in_flight as _in_flight
from laaffic._bulk import threads as _threads
from support.server import Action, Connection, Server, answer, drop, silence, success

TRACE = ContextVar("TRACE", default="none")
BALANCE_TOO_LOW = answer({"status": "-10", "reason": "insufficient balance"})


def messages(count: int) -> Iterator[laaffic.Message]:
    """Yield messages for one recipient each."""
    for n in range(count):
        yield laaffic.Message(f"999{n:08d}", f"text {n}", order_ids=[str(n)])


def posted(server: Server) -> list[str]:
    """Return the recipients of every request that came in."""
    return [item["numbers"] for post in server.posts for item in post.json()["array"]]


def numbers(results: list[laaffic.BatchResult], *states: str) -> list[str]:
    """Return the recipients in these states, or all."""
    every = [recipient for result in results for recipient in result.recipients]
    return [recipient.number for recipient in every if not states or recipient.state in states]


def first_of_all(connection: Connection) -> bool:
    """Tell whether this is the request with the first message."""
    return bool(connection.request.json()["array"][0]["orderId"] == "0")


def together(count: int) -> Action:
    """Answer only when `count` requests are waiting."""
    barrier = threading.Barrier(count)

    def act(connection: Connection) -> bool:
        barrier.wait(20)
        return success(connection)

    return act


@pytest.mark.parametrize("in_order", [False, True])
def test_as_many_requests_are_under_way_as_was_asked(send_many: SendMany, server: Server, in_order: bool) -> None:
    server.will(together(4))
    results = send_many(messages(80), base_url=server.url, max_recipients=10, concurrency=4, in_order=in_order)
    assert sorted(numbers(results, "accepted")) == [message.numbers[0] for message in messages(80)]
    assert len(server.posts) == 8


def test_never_more_are_under_way(send_many: SendMany, server: Server) -> None:
    lock, under_way, most = threading.Lock(), 0, 0
    full = threading.Barrier(3)

    def counted(connection: Connection) -> bool:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        full.wait(20)  # so that all that may be in flight are
        with lock:
            under_way -= 1
        return success(connection)

    server.will(counted)
    send_many(messages(120), base_url=server.url, max_recipients=2, concurrency=3)
    assert most == 3
    assert server.connections == 3


def test_results_come_in_the_order_of_the_messages_when_asked(send_many: SendMany, server: Server) -> None:
    others = threading.Semaphore(0)

    def first_waits_for_the_others(connection: Connection) -> bool:
        if first_of_all(connection):
            for _ in range(3):
                assert others.acquire(timeout=20)
            return success(connection)
        sent = success(connection)
        others.release()
        return sent

    server.will(first_waits_for_the_others)
    results = send_many(messages(40), base_url=server.url, max_recipients=10, concurrency=4, in_order=True)
    assert numbers(results) == [message.numbers[0] for message in messages(40)]


def test_results_come_as_the_answers_do(server: Server) -> None:
    one_was_read = threading.Event()

    def first_waits_for_the_reader(connection: Connection) -> bool:
        return (not first_of_all(connection) or one_was_read.wait(20)) and success(connection)

    server.will(first_waits_for_the_reader)
    with laaffic.Client(base_url=server.url, max_recipients=10) as client:
        results = client.send_many(messages(20), concurrency=2)
        assert next(results).recipients[0].message_index == 10
        one_was_read.set()
        assert [result.recipients[0].message_index for result in results] == [0]


@pytest.mark.parametrize("in_order", [False, True])
def test_whatever_comes_back_every_recipient_has_one_outcome_and_one_post(
    send_many: SendMany, server: Server, in_order: bool
) -> None:
    refused = answer({"status": "-3", "reason": "sensitive"})
    server.will(*[success, drop, refused, answer(b"<html>"), success] * 8, success)
    results = send_many(messages(400), base_url=server.url, max_recipients=10, concurrency=8, in_order=in_order)
    assert Counter(numbers(results)) == dict.fromkeys(posted(server), 1)
    assert len(numbers(results)) == 400
    assert len(server.posts) == 40
    states = Counter(recipient.state.value for result in results for recipient in result.recipients)
    assert states == {"accepted": 160, "unknown": 160, "rejected": 80}


@pytest.mark.parametrize("in_order", [False, True])
def test_after_an_error_that_all_would_meet_nothing_more_is_posted_and_nothing_is_lost(
    send_many: SendMany, server: Server, in_order: bool
) -> None:
    read: list[str] = []

    def noted() -> Iterator[laaffic.Message]:
        for message in messages(10_000):
            read.append(message.numbers[0])
            yield message

    server.will(success, success, BALANCE_TOO_LOW)
    results = send_many(noted(), base_url=server.url, max_recipients=7, concurrency=4, in_order=in_order)
    assert sorted(numbers(results)) == sorted(read)
    assert sorted(numbers(results, "accepted", "rejected")) == sorted(posted(server))
    assert not set(numbers(results, "not_sent")) & set(posted(server))
    assert len(read) < 10_000


def test_the_rest_of_a_message_that_was_cut_is_not_sent_when_it_ends(send_many: SendMany, server: Server) -> None:
    server.will(BALANCE_TOO_LOW)
    large = laaffic.Message([f"999{n:08d}" for n in range(1000)], "x")
    results = send_many([large], base_url=server.url, max_recipients=10, concurrency=3)
    assert sorted(numbers(results)) == sorted(large.numbers)
    assert set(numbers(results, "rejected")) == set(",".join(posted(server)).split(","))


def test_when_reading_fails_what_is_under_way_is_handed_over_first(server: Server, kind: str) -> None:
    def failing() -> Iterator[laaffic.Message]:
        yield from messages(35)
        raise LookupError("the database went away")

    got: list[laaffic.BatchResult] = []

    def run() -> None:
        with laaffic.Client(base_url=server.url, max_recipients=10) as client:
            got.extend(client.send_many(failing(), concurrency=4))  # which keeps what came before it failed

    async def run_async() -> None:
        async with laaffic.AsyncClient(base_url=server.url, max_recipients=10) as client:
            async for result in client.send_many(failing(), concurrency=4):
                got.append(result)  # noqa: PERF401  # a comprehension would lose what came before it failed

    with pytest.raises(LookupError):
        run() if kind == "sync" else asyncio.run(run_async())
    assert sorted(numbers(got, "accepted")) == sorted(posted(server))
    assert len(server.posts) == 3


class _Noticed(queue.SimpleQueue[Any]):
    """The queue of what was answered, which says when something is in it."""

    def __init__(self) -> None:
        super().__init__()
        self.filled = threading.Event()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        super().put(item, block, timeout)
        self.filled.set()


def _heeded(got: list[laaffic.BatchResult], server: Server) -> None:
    assert len(server.posts) == 1
    assert numbers(got, "rejected") == [message.numbers[0] for message in messages(10)]
    assert numbers(got, "not_sent") == [message.numbers[0] for message in itertools.islice(messages(20), 10, None)]
    assert len(numbers(got)) == 20


def test_a_refusal_of_all_that_comes_while_messages_are_read_is_heeded(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, reading = _Noticed(), threading.Event()

    def refuse(connection: Connection) -> bool:
        assert reading.wait(20)
        return BALANCE_TOO_LOW(connection)

    server.will(refuse)
    monkeypatch.setattr(_threads, "SimpleQueue", lambda: answered)

    def slow() -> Iterator[laaffic.Message]:
        yield from messages(10)
        reading.set()
        assert answered.filled.wait(20)
        yield from itertools.islice(messages(30), 10, None)

    with laaffic.Client(base_url=server.url, max_recipients=10) as client:
        _heeded(list(client.send_many(slow(), concurrency=4)), server)


def test_a_refusal_that_comes_while_an_async_iterable_is_read_is_heeded(server: Server) -> None:
    server.will(BALANCE_TOO_LOW)

    async def slow() -> AsyncIterator[laaffic.Message]:
        for message in messages(10):
            yield message
        await asyncio.Event().wait()  # a quiet source, which must not keep the refusal from being told
        for message in itertools.islice(messages(30), 10, None):
            yield message

    async def run() -> list[laaffic.BatchResult]:
        async with laaffic.AsyncClient(base_url=server.url, max_recipients=10) as client:
            return [result async for result in client.send_many(slow(), concurrency=4)]

    results = asyncio.run(run())
    assert len(server.posts) == 1
    assert numbers(results) == numbers(results, "rejected") == [message.numbers[0] for message in messages(10)]


def test_only_as_much_is_read_as_may_be_under_way(server: Server) -> None:
    read = itertools.count()
    endless = (laaffic.Message(f"999{next(read):08d}", "x") for _ in itertools.count())
    with laaffic.Client(base_url=server.url, max_recipients=10) as client:
        results = client.send_many(endless, concurrency=4, in_order=True)
        for _ in range(20):
            next(results)
        results.close()
    assert next(read) <= (20 + 2 * 4) * 10


def test_what_nobody_reads_stands_in_the_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.will(together(4))
    with caplog.at_level(logging.WARNING, "laaffic"), laaffic.Client(base_url=server.url, max_recipients=10) as client:
        results = client.send_many(messages(400), concurrency=4)
        assert len(next(results).accepted) == 10
        results.close()
    assert caplog.text.count("accepted=10") == 3
    assert len(set(re.findall(r"messages (\d+) to \d*9, whose result nobody read: BatchResult", caplog.text))) == 3
    assert len(server.posts) == 4


def test_what_nobody_reads_of_the_async_client_stands_in_the_log(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.will(together(4))

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url, max_recipients=10) as client:
            results = client.send_many(messages(400), concurrency=4)
            assert len((await anext(results)).accepted) == 10
            await results.aclose()

    with caplog.at_level(logging.WARNING, "laaffic"):
        asyncio.run(run())
    assert caplog.text.count("accepted=10") == 3


def test_an_interrupted_reader_waits_for_the_answers_and_says_so(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupted() -> Iterator[laaffic.Message]:
        yield from messages(20)
        raise KeyboardInterrupt

    with (
        caplog.at_level(logging.WARNING, "laaffic"),
        laaffic.Client(base_url=server.url, max_recipients=10) as client,
        pytest.raises(KeyboardInterrupt) as caught,
    ):
        list(client.send_many(interrupted(), concurrency=4))
    assert any("laaffic: interrupted" in note for note in caught.value.__notes__)
    assert len(server.posts) == 2


def test_cancelling_cancels_what_is_under_way(server: Server) -> None:
    arrived = threading.Semaphore(0)

    def hang(connection: Connection) -> bool:
        arrived.release()
        return silence(connection)

    server.will(hang)

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url, max_recipients=10) as client:

            async def read() -> None:
                async for _ in client.send_many(messages(400), concurrency=3):
                    pass

            task = asyncio.create_task(read())
            for _ in range(3):
                assert await asyncio.to_thread(arrived.acquire, timeout=20)
            task.cancel()
            await task

    with pytest.raises(asyncio.CancelledError) as caught:
        asyncio.run(run())
    assert any("messages 0 to 9, messages 10 to 19, messages 20 to 29" in note for note in caught.value.__notes__)
    assert len(server.posts) == 3


@pytest.mark.parametrize("concurrency", [0, -1, 101, True, 1.5, "4", None])
def test_what_is_no_number_of_requests_is_refused_at_once(concurrency: object) -> None:
    for client in (laaffic.Client(), laaffic.AsyncClient()):
        with pytest.raises(laaffic.ConfigurationError, match="concurrency must be a whole number"):
            client.send_many([], concurrency=concurrency)  # type: ignore[arg-type]  # what a test of it needs


def test_under_another_async_library_it_says_so() -> None:
    async def run() -> None:
        await anext(laaffic.AsyncClient().send_many([], concurrency=2))

    with pytest.raises(laaffic.ConfigurationError, match="asyncio"):
        trio.run(run)


def test_a_client_closed_meanwhile_lists_what_it_did_not_post(server: Server) -> None:
    with laaffic.Client(base_url=server.url, max_recipients=10) as client:
        results = client.send_many(messages(400), concurrency=2)
        got = [next(results)]
        client.close()
        got += results
    assert any(isinstance(result.error, laaffic.ConfigurationError) for result in got)
    assert set(numbers(got, "accepted")) == set(posted(server))
    assert not set(numbers(got, "not_sent")) & set(posted(server))


@pytest.mark.parametrize("step", ["responded", "start", "ready"])
def test_an_interruption_at_any_step_ends(server: Server, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    real, times = getattr(_in_flight.InFlight, step), itertools.count()

    def interrupted(*given: Any) -> Any:
        if next(times) == 1:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(_in_flight.InFlight, step, interrupted)
    with laaffic.Client(base_url=server.url, max_recipients=10) as client, pytest.raises(KeyboardInterrupt):
        list(client.send_many(messages(400), concurrency=4))
    assert not [thread for thread in threading.enumerate() if thread.name == "laaffic-send-many"]


@pytest.mark.parametrize("in_order", [False, True])
def test_what_was_not_posted_stands_last(send_many: SendMany, server: Server, in_order: bool) -> None:
    barrier = threading.Barrier(2)

    def refuse(connection: Connection) -> bool:
        barrier.wait(20)
        return BALANCE_TOO_LOW(connection)

    server.will(refuse)
    large = laaffic.Message([f"999{n:08d}" for n in range(8)], "x")
    results = send_many([large], base_url=server.url, max_recipients=2, concurrency=2, in_order=in_order)
    assert [len(result.not_sent) for result in results] == [0, 4]
    if in_order:
        assert numbers(results) == list(large.numbers)


CAMPAIGN = """
import threading, laaffic
def campaign():
    rows = laaffic.Rows((f"999{n:08d}", "x") for n in range(60))
    with laaffic.Client(max_recipients=1) as client:
        print(sum(len(result.accepted) for result in client.send_many(rows, concurrency=4)), flush=True)
threading.Thread(target=campaign).start()
"""
FORKED = """
import os, sys, warnings, laaffic
warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)  # of newer Pythons, at every such fork
rows = laaffic.Rows((f"999{n:08d}", "x") for n in range(60))
told = 0
with laaffic.Client(max_recipients=1) as client:
    for result in client.send_many(rows, concurrency=4):
        told += len(result.accepted)
        if told == 10 and os.fork() == 0:
            warnings.simplefilter("ignore", ResourceWarning)  # the connections are its parent's
            sys.exit(7)
print(told, os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
"""
LEFT = """
import asyncio, logging, laaffic
logging.basicConfig(level="WARNING", format="%(message)s")
async def main():
    rows = laaffic.Rows((f"999{n:08d}", "x") for n in range(60))
    async with laaffic.AsyncClient(max_recipients=1) as client:
        async for result in client.send_many(rows, concurrency=4):
            break
asyncio.run(main())
"""


def _printed(program: str, server: Server) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "LAAFFIC_BASE_URL": server.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout


@pytest.mark.skipif((3, 12) <= sys.version_info < (3, 12, 2), reason="Python 3.12.2 mended it")
def test_a_campaign_in_a_thread_goes_on_when_the_main_thread_has_ended(server: Server) -> None:
    assert _printed(CAMPAIGN, server) == "60\n"


def test_a_forked_process_lets_go_of_what_its_parent_has_under_way(server: Server) -> None:
    assert _printed(FORKED, server) == "60 7\n"


def test_what_is_left_when_the_loop_ends_stands_in_the_log(server: Server) -> None:
    printed = _printed(LEFT, server)
    told = re.findall(r"^message (\d+), whose result nobody read: ", printed, re.MULTILINE)
    assert len(told) == len(set(told)) == len(server.posts) - 1


def test_a_cancellation_within_the_messages_is_no_end_of_them(server: Server) -> None:
    async def cancelled_within() -> AsyncIterator[laaffic.Message]:
        for message in messages(15):
            yield message
        helper = asyncio.create_task(asyncio.sleep(60))
        helper.cancel()
        await helper

    got: list[laaffic.BatchResult] = []

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url, max_recipients=10) as client:
            async for result in client.send_many(cancelled_within(), concurrency=2):
                got.append(result)  # noqa: PERF401  # a comprehension would lose what came before it failed

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())
    assert len(numbers(got, "accepted")) == 10


def test_messages_that_go_on_when_cancelled_keep_nothing_from_ending(server: Server) -> None:
    server.will(BALANCE_TOO_LOW)

    async def swallowing() -> AsyncIterator[laaffic.Message]:
        for message in messages(10):
            yield message
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        for message in itertools.islice(messages(30), 10, None):
            yield message

    async def run() -> list[laaffic.BatchResult]:
        async with laaffic.AsyncClient(base_url=server.url, max_recipients=10) as client:
            return [result async for result in client.send_many(swallowing(), concurrency=2)]

    results = asyncio.run(run())
    assert len(server.posts) == 1
    assert numbers(results, "not_sent") == [message.numbers[0] for message in itertools.islice(messages(20), 10, None)]


def test_nothing_more_is_posted_when_nobody_reads_on(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    more, told = asyncio.Event(), list[laaffic.BatchResult]()

    async def source() -> AsyncIterator[laaffic.Message]:
        for message in messages(10):
            yield message
        await more.wait()
        for message in itertools.islice(messages(20), 10, None):
            yield message

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url, max_recipients=10) as client:
            results = client.send_many(source(), concurrency=2)
            told.append(await anext(results))
            more.set()
            for _ in range(20):
                await asyncio.sleep(0)  # the next batch is read, and not yet posted
            await results.aclose()

    with caplog.at_level(logging.WARNING, "laaffic"):
        asyncio.run(run())
    assert len(server.posts) == 1
    assert numbers(told, "accepted") == [message.numbers[0] for message in messages(10)]
    assert "messages 10 to 19: read and not posted" in caplog.text


def test_what_was_not_posted_stands_in_the_log_when_nobody_reads_that_far(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    barrier = threading.Barrier(2)

    def refuse(connection: Connection) -> bool:
        barrier.wait(20)
        return BALANCE_TOO_LOW(connection)

    server.will(refuse)
    large = laaffic.Message([f"999{n:08d}" for n in range(8)], "x")
    with caplog.at_level(logging.WARNING, "laaffic"), laaffic.Client(base_url=server.url, max_recipients=2) as client:
        results = client.send_many([large], concurrency=2, in_order=True)
        assert len(next(results).rejected) == 2
        results.close()
    assert "message 0: read and not posted" in caplog.text


class Noted(KeyboardInterrupt):
    """An interruption that says when it has been noted: what follows is the waiting for what is in flight."""

    noted = threading.Event()

    def add_note(self, note: str) -> None:
        super().add_note(note)
        self.noted.set()


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no such signals")
def test_a_second_interruption_loses_nothing_either(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    arrived, released = threading.Event(), threading.Event()

    def held(connection: Connection) -> bool:
        if first_of_all(connection):
            arrived.wait(20)  # or its result may be read before the other request is posted
        else:
            arrived.set()
            assert Noted.noted.wait(20)
            os.kill(os.getpid(), signal.SIGINT)
            released.wait(5)  # for the case that it came before the waiting began
        return success(connection)

    server.will(held)
    with caplog.at_level(logging.WARNING, "laaffic"), laaffic.Client(base_url=server.url, max_recipients=10) as client:
        results = client.send_many(messages(20), concurrency=2)
        assert len(next(results).accepted) == 10
        with pytest.raises(KeyboardInterrupt) as caught:
            results.throw(Noted())
        released.set()
    assert isinstance(caught.value.__context__, Noted)
    assert any("messages 10 to 19" in note for note in caught.value.__context__.__notes__)
    assert "messages 10 to 19, whose result nobody read: BatchResult(" in caplog.text


def test_an_interruption_while_a_thread_starts_is_no_thread_that_did_not_start(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        if thread.name == "laaffic-send-many":
            try:
                raise KeyboardInterrupt
            finally:
                raise RuntimeError("release unlocked lock")  # as threading.Condition does

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    caplog.set_level(logging.WARNING, "laaffic")
    with laaffic.Client(base_url=server.url, max_recipients=10) as client, pytest.raises(KeyboardInterrupt):
        next(client.send_many(messages(20), concurrency=2))
    assert "messages 0 to 9, whose result nobody read: BatchResult(accepted=10" in caplog.text
    assert len(server.posts) == 1


def test_what_is_logged_of_each_request_belongs_to_the_callers_trace(
    send_many: SendMany, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    traces = []
    caplog.handler.addFilter(lambda _: traces.append(TRACE.get()) or True)  # type: ignore[func-returns-value]  # it appends, and keeps the record
    caplog.set_level("DEBUG", "laaffic")
    TRACE.set("mine")
    send_many(messages(3), base_url=server.url, max_recipients=1, concurrency=3)
    assert len(server.posts) == 3
    assert {*traces} == {"mine"}
