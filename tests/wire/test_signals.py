"""Exceptions that a signal's handler raises: they reach the program, whatever they are, and nothing more is posted."""

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import Any

import httpcore2
import pytest

import laaffic
from laaffic._http.backend import Backend
from laaffic._http.interruptions import interruption_in
from support.server import Connection, Server, answer, success

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no such signals")

KINDS = [KeyboardInterrupt, Exception, RuntimeError, TimeoutError, ConnectionError, ValueError]


class TimeLimit(Exception):  # noqa: N818  # as task queues name theirs
    """What a task queue raises in a job that takes too long."""


@contextlib.contextmanager
def raised_by_a_signal(kind: type[BaseException], *, noted: bool = True) -> Iterator[Callable[[Connection], bool]]:
    """Yield an action during which the main thread's handler of a signal raises.

    Once, since a second time it would do so in the midst of handling the first; again after five seconds, because
    Python drops what a handler raises while a finalizer runs.
    """
    arrived, first = threading.Event(), threading.Lock()

    def handler(_: int, __: FrameType | None) -> None:
        raise kind("from the handler")

    def act(connection: Connection) -> bool:
        if first.acquire(blocking=False):
            os.kill(os.getpid(), signal.SIGUSR1)
            while not (arrived.wait(5) or connection.stopping.is_set()):
                os.kill(os.getpid(), signal.SIGUSR1)
        connection.stopping.wait(20)
        return success(connection)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with pytest.raises(kind, match="from the handler") as caught:
            yield act
        arrived.set()
        notes = getattr(caught.value, "__notes__", [])
        assert any("laaffic: interrupted" in note for note in notes) or not noted
    finally:
        signal.signal(signal.SIGUSR1, before)


def rows(count: int) -> list[laaffic.Message]:
    """Return messages to different people."""
    return [laaffic.Message(f"9990000{place:04}", "x") for place in range(count)]


@pytest.mark.parametrize("kind", [*KINDS, TimeLimit])
def test_it_ends_a_send(server: Server, kind: type[BaseException]) -> None:
    with laaffic.Client(base_url=server.url) as client:
        with raised_by_a_signal(kind) as action:
            server.will(action, success)
            client.send("99900000001", "x")
        assert client.send("99900000002", "x").state == "accepted"
    assert len(server.posts) == 2


def test_it_ends_a_second_look(server: Server) -> None:
    refusal = answer({"status": "-10", "reason": "", "success": "0", "fail": "1", "array": []})

    def handler(_: int, __: FrameType | None) -> None:
        raise TimeoutError("from the handler")

    def refuse_and_interrupt(connection: Connection) -> bool:
        refusal(connection)
        while not arrived.wait(0.05):  # the time that the look takes at least is five times as long
            os.kill(os.getpid(), signal.SIGUSR1)
        return False

    arrived, before = threading.Event(), signal.signal(signal.SIGUSR1, handler)
    try:
        server.will(success, refuse_and_interrupt)
        with laaffic.Client(base_url=server.url) as client:
            client.send("99900000001", "x")
            with pytest.raises(TimeoutError, match="from the handler"):
                client.send("99900000001", "x")
            arrived.set()
    finally:
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("concurrency", [1, 2])
@pytest.mark.parametrize("kind", [KeyboardInterrupt, TimeLimit, TimeoutError])
def test_it_ends_a_send_many(server: Server, kind: type[BaseException], concurrency: int) -> None:
    with (
        laaffic.Client(base_url=server.url, max_recipients=2, timeout=2) as client,
        raised_by_a_signal(kind) as action,
    ):
        server.will(action)
        list(client.send_many(rows(20), concurrency=concurrency))
    assert len(server.posts) <= concurrency


def test_it_ends_a_send_many_while_it_reads(server: Server) -> None:
    def messages() -> Iterator[laaffic.Message]:
        yield from rows(3)
        os.kill(os.getpid(), signal.SIGUSR1)
        threading.Event().wait(20)

    with laaffic.Client(base_url=server.url, max_recipients=2) as client:
        results = client.send_many(messages())
        assert len(next(results).accepted) == 2
        with raised_by_a_signal(TimeLimit):
            next(results)


def test_it_ends_a_send_that_does_not_block(server: Server) -> None:
    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url) as client:
            await client.send("99900000001", "x")

    with raised_by_a_signal(TimeLimit, noted=False) as action:  # it may hit the event loop itself
        server.will(action)
        asyncio.run(run())


def test_it_is_no_reason_to_say_that_a_thread_could_not_be_started(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        if thread.name == "laaffic-send-many":
            os.kill(os.getpid(), signal.SIGUSR1)
            threading.Event().wait(20)

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with laaffic.Client(base_url=server.url, max_recipients=2) as client, raised_by_a_signal(RuntimeError):
        list(client.send_many(rows(20), concurrency=2))
    assert len(server.posts) <= 1


def test_a_thread_that_did_not_start_posts_nothing_later(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    start, late = threading.Thread.start, []

    def interrupted(thread: threading.Thread) -> None:
        if thread.name != "laaffic-send-many":
            start(thread)
            return
        late.append(thread)
        raise KeyboardInterrupt

    with laaffic.Client(base_url=server.url, max_recipients=2) as client:
        monkeypatch.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(client.send_many(rows(20), concurrency=2))
        monkeypatch.undo()
        for thread in late:
            thread.start()
            thread.join(20)
    assert late
    assert server.posts == []


class _Handlers:
    def method(self, _: int, __: FrameType | None) -> None:
        raise TimeLimit

    def __call__(self, _: int, __: FrameType | None) -> None:
        raise TimeLimit


def _function(_: str, __: int, ___: FrameType | None) -> None:
    raise TimeLimit


@pytest.mark.parametrize(
    "handler", [_Handlers().method, _Handlers(), partial(_function, "")], ids=["method", "object", "partial"]
)
def test_any_kind_of_handler_is_recognised(handler: Any) -> None:
    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with pytest.raises(TimeLimit) as caught:
            signal.raise_signal(signal.SIGUSR1)
        wrapped = OSError()
        wrapped.__context__ = caught.value
        assert interruption_in(wrapped) is caught.value
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_what_the_network_raises_is_none() -> None:
    assert interruption_in(ConnectionResetError()) is None


def test_it_ends_connecting_though_the_host_has_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    class Unreachable(httpcore2.NetworkBackend):
        def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore2.NetworkStream:
            tried.append(host)
            try:
                os.kill(os.getpid(), signal.SIGUSR1)
                threading.Event().wait(20)
            except TimeoutError as error:
                raise httpcore2.ConnectTimeout from error
            raise httpcore2.ConnectError

    def handler(_: int, __: FrameType | None) -> None:
        raise TimeoutError

    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("192.0.2.1", "192.0.2.2")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with pytest.raises(httpcore2.ConnectTimeout) as caught:
            Backend(Unreachable()).connect_tcp("sms.example", 443)
        assert isinstance(interruption_in(caught.value), TimeoutError)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert tried == ["192.0.2.1"]
