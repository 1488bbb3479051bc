"""Connections: one for each request in flight, kept for the next, given back whatever happens."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import httpx2
import pytest

import laaffic
from laaffic._http.caller import MAX_CONNECTIONS
from support.server import Action, Connection, Server, answer, drop, success

ONE = [laaffic.Message("99900000001", "x")]


def when_all_have_come(count: int) -> Action:
    """Answer only when `count` requests are waiting."""
    barrier = threading.Barrier(count)

    def act(connection: Connection) -> bool:
        barrier.wait(20)
        return success(connection)

    return act


def in_threads(count: int, call: Callable[[], object]) -> None:
    """Call in as many threads at once, and wait for all."""
    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


async def in_tasks(count: int, call: Callable[[], Awaitable[object]]) -> None:
    """Call in as many tasks at once, and wait for all."""
    await asyncio.gather(*(call() for _ in range(count)))


def test_threads_open_as_many_connections_as_they_are_and_use_them_again(server: Server) -> None:
    server.will(when_all_have_come(40))
    with laaffic.Client(base_url=server.url) as client:
        for _ in range(3):
            in_threads(40, lambda: client.send_batch(ONE))
    assert len(server.posts) == 120
    assert server.connections == 40


def test_tasks_open_as_many_connections_as_they_are_and_use_them_again(server: Server) -> None:
    server.will(when_all_have_come(40))

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url) as client:
            for _ in range(3):
                await in_tasks(40, lambda: client.send_batch(ONE))

    asyncio.run(run())
    assert len(server.posts) == 120
    assert server.connections == 40


def test_one_after_the_other_needs_one_connection(kind: str, server: Server) -> None:
    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url) as client:
            for _ in range(5):
                await client.send_batch(ONE)

    if kind == "async":
        asyncio.run(run())
    else:
        with laaffic.Client(base_url=server.url) as client:
            for _ in range(5):
                client.send_batch(ONE)
    assert server.connections == 1


def test_more_at_once_than_there_may_be_connections_wait_for_one(server: Server, kind: str) -> None:
    server.will(*[when_all_have_come(MAX_CONNECTIONS)] * MAX_CONNECTIONS, success)

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url) as client:
            await in_tasks(MAX_CONNECTIONS + 10, lambda: client.send_batch(ONE))

    if kind == "async":
        asyncio.run(run())
    else:
        with laaffic.Client(base_url=server.url) as client:
            in_threads(MAX_CONNECTIONS + 10, lambda: client.send_batch(ONE))
    assert len(server.posts) == MAX_CONNECTIONS + 10
    assert server.connections == MAX_CONNECTIONS


@pytest.mark.parametrize("failing", [drop, answer(b"<html>", status=502)])
def test_a_connection_is_given_back_after_a_failure(server: Server, failing: Action) -> None:
    failures = [failing] * (MAX_CONNECTIONS + 1)
    server.will(*failures, success)
    with laaffic.Client(base_url=server.url) as client:
        for _ in failures:
            with pytest.raises(laaffic.OutcomeUnknownError):
                client.send_batch(ONE)
        assert client.send_batch(ONE).accepted


def test_fresh_connections_are_used_for_one_request_each(kind: str, server: Server) -> None:
    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url, fresh_connections=True) as client:
            for _ in range(3):
                await client.send_batch(ONE)

    if kind == "async":
        asyncio.run(run())
    else:
        with laaffic.Client(base_url=server.url, fresh_connections=True) as client:
            for _ in range(3):
                client.send_batch(ONE)
    assert server.connections == 3


def test_one_request_can_have_a_connection_of_its_own(kind: str, server: Server) -> None:
    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url) as client:
            for fresh in (False, True, True, False):
                await client.send_batch(ONE, fresh_connection=fresh)

    if kind == "async":
        asyncio.run(run())
    else:
        with laaffic.Client(base_url=server.url) as client:
            for fresh in (False, True, True, False):
                client.send_batch(ONE, fresh_connection=fresh)
    assert server.connections == 3


def test_a_transport_of_ones_own_gives_no_connection_of_its_own(server: Server) -> None:
    transport = httpx2.HTTPTransport()
    with (
        laaffic.Client(base_url=server.url, transport=transport) as client,
        pytest.raises(laaffic.ConfigurationError, match="leave fresh_connection out") as caught,
    ):
        client.send_batch(ONE, fresh_connection=True)
    assert caught.value.result.not_sent
    assert server.posts == []
