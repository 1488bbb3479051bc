"""Servers that send more than one response, or one without end."""

import asyncio
import json

import pytest
import trio

import laaffic
from conftest import Send
from support.server import Action, Connection, Server, success


def success_and_then(extra: dict[str, str]) -> Action:
    """Accept every recipient, and send one more answer that nobody asked for in the same packet."""

    def act(connection: Connection) -> bool:
        body = json.dumps(extra).encode()
        head = f"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.after = head.encode() + body
        return success(connection)

    return act


def endless(connection: Connection) -> bool:
    """Answer without end."""
    connection.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not connection.stopping.is_set():
        connection.socket.sendall(b" " * 65536)
    return False


@pytest.mark.parametrize("extra", ["-16", "-1", "0"])
def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next_requests(server: Server, extra: str) -> None:
    server.will(success_and_then({"status": extra}), success)
    with laaffic.Client(base_url=server.url) as client:
        for number in ("99900000001", "99900000002"):
            assert len(client.send_batch([laaffic.Message(number, "x")]).accepted) == 1
    assert [post.json()["array"][0]["numbers"] for post in server.posts] == ["99900000001", "99900000002"]
    assert server.connections == 2


async def _twice(url: str) -> None:
    async with laaffic.AsyncClient(base_url=url) as client:
        for number in ("99900000001", "99900000002"):
            assert len((await client.send_batch([laaffic.Message(number, "x")])).accepted) == 1


def test_the_async_client_does_not_take_it_either(server: Server) -> None:
    server.will(success_and_then({"status": "-16"}), success)
    asyncio.run(_twice(server.url))
    assert len(server.posts) == 2


def test_nor_does_it_under_another_async_library(server: Server) -> None:
    server.will(success_and_then({"status": "-16"}), success_and_then({"status": "0"}), success)

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url) as client:
            for number in ("99900000001", "99900000002", "99900000003"):
                assert len((await client.send_batch([laaffic.Message(number, "x")])).accepted) == 1

    trio.run(run)
    assert len(server.posts) == 3
    assert server.connections == 3


def test_a_cancelled_send_with_a_stray_answer_leaves_the_client_usable(server: Server) -> None:
    server.will(success_and_then({"status": "-16"}))

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url, timeout=5) as client:
            for steps in range(40):  # cancelled at every step that it takes
                task = asyncio.create_task(client.send_batch([laaffic.Message("99900000001", "x")]))
                for _ in range(steps):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.wait([task])
            server.will(success)
            for _ in range(3):
                assert len((await client.send_batch([laaffic.Message("99900000002", "x")])).accepted) == 1

    asyncio.run(run())


def test_an_answer_without_end_is_given_up(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    server.will(endless)
    with pytest.raises(laaffic.OutcomeUnknownError, match="far larger"):
        send(sample, base_url=server.url)
    assert len(server.posts) == 1
