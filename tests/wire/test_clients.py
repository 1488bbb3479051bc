"""How clients live: threads, forks, event loops, closing, interruptions."""

import asyncio
import gc
import multiprocessing
import os
import signal
import ssl
import subprocess
import sys
import textwrap
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

import laaffic
from conftest import Send
from laaffic._http import transport as _transport
from support.server import Connection, Server, silence


def test_a_client_serves_many_threads(server: Server) -> None:
    with laaffic.Client(base_url=server.url) as client, ThreadPoolExecutor(16) as threads:
        batches = [[laaffic.Message(f"999{n:08d}", "x")] for n in range(100)]
        results = list(threads.map(client.send_batch, batches))
    assert [result.accepted[0].number for result in results] == [f"999{n:08d}" for n in range(100)]
    assert len(server.posts) == 100


def test_a_client_serves_many_tasks(server: Server) -> None:
    async def run() -> list[laaffic.BatchResult]:
        async with laaffic.AsyncClient(base_url=server.url) as client:
            sends = (client.send_batch([laaffic.Message(f"999{n:08d}", "x")]) for n in range(100))
            return await asyncio.gather(*sends)

    assert [result.accepted[0].number for result in asyncio.run(run())] == [f"999{n:08d}" for n in range(100)]
    assert len(server.posts) == 100


# Newer Pythons warn of every fork of a process with threads.
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_process_gets_connections_of_its_own(server: Server, sample: list[laaffic.Message]) -> None:
    with laaffic.Client(base_url=server.url) as client:
        client.send_batch(sample)
        child = multiprocessing.get_context("fork").Process(target=client.send_batch, args=(sample,))
        child.start()
        child.join(20)
        assert child.exitcode == 0
        client.send_batch(sample)
    assert server.connections == 2
    assert len(server.posts) == 3


# The connection of the first loop cannot be closed any more: its loop is gone.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_an_async_client_may_outlive_an_event_loop(server: Server, sample: list[laaffic.Message]) -> None:
    client = laaffic.AsyncClient(base_url=server.url)
    for _ in range(2):
        assert len(asyncio.run(client.send_batch(sample)).accepted) == 3
    asyncio.run(client.close())
    del client
    gc.collect()


def test_a_closed_client_says_so(kind: str, server: Server, sample: list[laaffic.Message]) -> None:
    async def run() -> None:
        client = laaffic.AsyncClient(base_url=server.url)
        await client.close()
        await client.send_batch(sample)

    def run_sync() -> None:
        client = laaffic.Client(base_url=server.url)
        client.close()
        client.send_batch(sample)

    with pytest.raises(laaffic.ConfigurationError, match="closed") as caught:
        run_sync() if kind == "sync" else asyncio.run(run())
    assert len(caught.value.result.not_sent) == 3
    assert server.posts == []


def test_closing_twice_is_harmless(server: Server, sample: list[laaffic.Message]) -> None:
    client = laaffic.Client(base_url=server.url)
    client.send_batch(sample)
    client.close()
    client.close()


def test_all_clients_of_a_process_share_one_ssl_context(
    sample: list[laaffic.Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[ssl.SSLContext] = []
    make = httpx2.create_ssl_context

    def count() -> ssl.SSLContext:
        made.append(make())
        return made[-1]

    _transport.shared_ssl_context.cache_clear()
    monkeypatch.setattr("httpx2.create_ssl_context", count)
    for _ in range(3):
        client = laaffic.Client(base_url="https://127.0.0.1:1", connect_retries=0)
        with client, pytest.raises(laaffic.NotSentError):
            client.send_batch(sample)
    assert len(made) == 1


def test_a_cancelled_send_is_cancelled_and_says_what_is_known(server: Server, sample: list[laaffic.Message]) -> None:
    arrived = threading.Event()

    def hang(connection: Connection) -> bool:
        arrived.set()
        return silence(connection)

    server.will(hang)

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url) as client:
            task = asyncio.create_task(client.send_batch(sample))
            await asyncio.to_thread(arrived.wait, 10)
            task.cancel()
            await task

    with pytest.raises(asyncio.CancelledError) as caught:
        asyncio.run(run())
    assert any("unknown" in note for note in caught.value.__notes__)
    assert len(server.posts) == 1


def test_ctrl_c_while_waiting_ends_at_once_and_says_what_is_known(server: Server) -> None:
    arrived = threading.Event()

    def hang(connection: Connection) -> bool:
        arrived.set()
        return silence(connection)

    server.will(hang)
    program = "import laaffic; laaffic.Client().send_batch([laaffic.Message('99900000001', 'top secret words')])"
    environment = {**os.environ, "LAAFFIC_BASE_URL": server.url}
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert arrived.wait(20)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode != 0
    assert "what became of its recipients is unknown" in errors


def test_a_signal_that_comes_just_before_the_waiting_ends_it_too(server: Server) -> None:
    """Python sees such a signal only when the waiting ends. `interrupt_main` marks one so, and wakes nobody."""
    arrived = threading.Event()

    def hang(connection: Connection) -> bool:
        arrived.set()
        return silence(connection)

    server.will(hang)
    program = (
        "import _thread, sys, threading, laaffic\n"
        "def mark(): sys.stdin.readline(); _thread.interrupt_main()\n"
        "threading.Thread(target=mark).start()\n"
        "laaffic.Client(timeout=(5, 100)).send_batch([laaffic.Message('99900000001', 'words')])"
    )
    command, environment = [sys.executable, "-c", program], {**os.environ, "LAAFFIC_BASE_URL": server.url}
    with subprocess.Popen(
        command, env=environment, text=True, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert arrived.wait(20)
            _, errors = process.communicate("now\n", timeout=20)
        finally:
            process.kill()
    assert "what became of its recipients is unknown" in errors


def test_an_experts_transport_is_posted_through(send: Send, sample: list[laaffic.Message]) -> None:
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={"status": "-10"})

    with pytest.raises(laaffic.InsufficientBalanceError):
        send(sample, base_url="https://gateway.invalid", transport=httpx2.MockTransport(handle))
    assert len(seen) == 1


def test_anything_a_transport_raises_becomes_an_unknown_outcome(send: Send, sample: list[laaffic.Message]) -> None:
    def handle(_: httpx2.Request) -> httpx2.Response:
        raise OSError("a secret 91856321412")

    with pytest.raises(laaffic.OutcomeUnknownError) as caught:
        send(sample, base_url="https://gateway.invalid", transport=httpx2.MockTransport(handle))
    assert "91856321412" not in str(caught.value)


class _SaysItCouldNotConnect(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """A transport of someone else, which posts and then says that it could not."""

    posts = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.posts += 1
        raise httpx2.ConnectTimeout("Server disconnected", request=request)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return self.handle_request(request)


def test_a_strangers_transport_is_not_believed_that_nothing_was_sent(send: Send, sample: list[laaffic.Message]) -> None:
    transport = _SaysItCouldNotConnect()
    with pytest.raises(laaffic.OutcomeUnknownError):
        send(sample, base_url="https://gateway.invalid", transport=transport)
    assert transport.posts == 1


class _ChangedSubclass(httpx2.HTTPTransport):
    """A transport made of httpx2's, which tries again by itself."""

    posts = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.posts += 1
        raise httpx2.ConnectError("the second attempt", request=request)


def test_nor_is_one_that_is_made_of_httpxs(sample: list[laaffic.Message]) -> None:
    transport = _ChangedSubclass()
    with (
        laaffic.Client(base_url="https://gateway.invalid", transport=transport) as client,
        pytest.raises(laaffic.OutcomeUnknownError),
    ):
        client.send_batch(sample)
    assert transport.posts == 1


class _BreaksOff(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body that breaks off with the word for a connection that could not be made."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"{"
        raise httpx2.ConnectTimeout("Server disconnected")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


def test_an_answer_that_breaks_off_is_unknown_whatever_that_is_called(
    send: Send, sample: list[laaffic.Message]
) -> None:
    posts: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        posts.append(request)
        return httpx2.Response(200, stream=_BreaksOff())

    with pytest.raises(laaffic.OutcomeUnknownError):
        send(sample, base_url="https://gateway.invalid", transport=httpx2.MockTransport(handle))
    assert len(posts) == 1


def test_a_client_works_under_another_async_library(server: Server) -> None:
    program = textwrap.dedent("""
        import trio, laaffic
        async def main():
            async with laaffic.AsyncClient() as client:
                print(len((await client.send_batch([laaffic.Message('99900000001', 'x')])).accepted))
                try:
                    async with laaffic.AsyncClient(base_url="http://127.0.0.1:1", connect_retries=1) as lost:
                        await lost.send_batch([laaffic.Message('99900000001', 'x')])
                except laaffic.NotSentError:
                    print("not sent")
        trio.run(main)
    """)
    environment = {**os.environ, "LAAFFIC_BASE_URL": server.url}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["1", "not sent"]
