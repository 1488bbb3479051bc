"""Connections: one for each request under way, kept for the next, given back whatever happens."""

import asyncio
import itertools
import threading
from collections.abc import Awaitable, Callable

import httpx2
import pytest

import laaffic
from laaffic._http import connections as _connections
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


def test_threads_open_as_many_connections_as_they_are_and_use_them_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_connections, "KEPT", 600.0)  # however long a loaded machine takes
    server.will(when_all_have_come(40))
    with laaffic.Client(base_url=server.url) as client:
        for _ in range(3):
            in_threads(40, lambda: client.send_batch(ONE))
    assert len(server.posts) == 120
    assert server.connections == 40


def test_tasks_open_as_many_connections_as_they_are_and_use_them_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_connections, "KEPT", 600.0)  # however long a loaded machine takes
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


def test_more_at_once_than_there_may_be_connections_wait_for_one(
    server: Server, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(_connections, "MOST_CONNECTIONS", 2)

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url) as client:
            await in_tasks(10, lambda: client.send_batch(ONE))

    if kind == "async":
        asyncio.run(run())
    else:
        with laaffic.Client(base_url=server.url) as client:
            in_threads(10, lambda: client.send_batch(ONE))
    assert len(server.posts) == 10
    assert server.connections <= 2


def _request(seconds: float) -> httpx2.Request:
    """Return a request that waits so long for a connection."""
    return httpx2.Request("POST", "http://127.0.0.1/", extensions={"timeout": {"pool": seconds}})


def test_who_waits_too_long_for_a_connection_has_posted_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_connections, "MOST_CONNECTIONS", 1)
    posts: list[httpx2.Request] = []

    def post(request: httpx2.Request) -> httpx2.Response:
        posts.append(request)
        return httpx2.Response(200, stream=httpx2.ByteStream(b"{}"))

    connections = _connections.Connections(lambda: httpx2.MockTransport(post))
    answer_not_read = connections.handle_request(_request(20))
    with pytest.raises(httpx2.PoolTimeout):
        connections.handle_request(_request(0.01))
    assert len(posts) == 1
    answer_not_read.close()
    connections.handle_request(_request(0.01)).close()


def test_a_task_that_waits_too_long_has_posted_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_connections, "MOST_CONNECTIONS", 1)
    posts: list[httpx2.Request] = []

    def post(request: httpx2.Request) -> httpx2.Response:
        posts.append(request)
        return httpx2.Response(200, stream=httpx2.ByteStream(b"{}"))

    async def run() -> None:
        connections = _connections.AsyncConnections(lambda: httpx2.MockTransport(post))
        answer_not_read = await connections.handle_async_request(_request(20))
        with pytest.raises(httpx2.PoolTimeout):
            await connections.handle_async_request(_request(0.01))
        assert len(posts) == 1
        await answer_not_read.aclose()
        await (await connections.handle_async_request(_request(0.01))).aclose()

    asyncio.run(run())


class _Closing(httpx2.MockTransport):
    """A transport that counts how many were closed."""

    closed = 0

    def close(self) -> None:
        type(self).closed += 1


def test_connections_too_many_are_closed_when_they_have_not_been_used_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(_connections, "monotonic", lambda: now)
    monkeypatch.setattr(_Closing, "closed", 0)
    connections = _connections.Connections(
        lambda: _Closing(lambda _: httpx2.Response(200, stream=httpx2.ByteStream(b"{}")))
    )
    at_once = [connections.handle_request(_request(1)) for _ in range(5)]
    for response in at_once:
        response.close()
    assert _Closing.closed == 0
    now += _connections.KEPT + 1
    connections.handle_request(_request(1)).close()
    assert _Closing.closed == 4
    connections.close()
    assert _Closing.closed == 5


class _CannotClose(httpx2.MockTransport):
    """A transport that fails to close."""

    def close(self) -> None:
        raise OSError("no such connection")


def test_a_connection_that_cannot_be_closed_takes_no_answer_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_connections, "KEPT", -1.0)  # every free one is old
    connections = _connections.Connections(
        lambda: _CannotClose(lambda _: httpx2.Response(200, stream=httpx2.ByteStream(b"{}")))
    )
    for _ in range(3):
        assert connections.handle_request(_request(1)).read() == b"{}"


def test_a_connection_that_cannot_be_made_holds_no_place(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(_connections, "MOST_CONNECTIONS", 2)
    made = itertools.count()

    def connect() -> httpx2.MockTransport:
        if next(made):
            raise OSError("no more")
        return httpx2.MockTransport(lambda _: httpx2.Response(200, stream=httpx2.ByteStream(b"{}")))

    async def run() -> None:
        connections = _connections.AsyncConnections(connect)
        first = await connections.handle_async_request(_request(1))
        for _ in range(3):
            with pytest.raises(OSError, match="no more"):
                await connections.handle_async_request(_request(0.01))
        await first.aclose()

    if kind == "async":
        asyncio.run(run())
        return
    connections = _connections.Connections(connect)
    first = connections.handle_request(_request(1))
    for _ in range(3):
        with pytest.raises(OSError, match="no more"):
            connections.handle_request(_request(0.01))
    first.close()


def test_a_connection_in_use_when_the_client_is_closed_is_closed_by_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Closing, "closed", 0)
    connections = _connections.Connections(
        lambda: _Closing(lambda _: httpx2.Response(200, stream=httpx2.ByteStream(b"{}")))
    )
    response = connections.handle_request(_request(1))
    connections.close()
    assert _Closing.closed == 0
    assert response.read() == b"{}"
    assert _Closing.closed == 1


@pytest.mark.parametrize("failing", [drop, answer(b"<html>", status=502)])
def test_a_connection_is_given_back_after_a_failure(
    server: Server, monkeypatch: pytest.MonkeyPatch, failing: Action
) -> None:
    monkeypatch.setattr(_connections, "MOST_CONNECTIONS", 1)
    server.will(failing, failing, success)
    with laaffic.Client(base_url=server.url) as client:
        for _ in range(2):
            with pytest.raises(laaffic.OutcomeUnknownError):
                client.send_batch(ONE)
        assert client.send_batch(ONE).accepted
