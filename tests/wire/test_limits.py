"""Responses without end, and calls without end: both are bounded, and what is not known is said."""

import gzip
import threading
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

import laaffic
from conftest import Send
from support.server import Action, Connection, Server, answer, drop, silence, success

SUCCESS = {"status": "0", "reason": "", "success": "0", "fail": "1", "array": []}


def without_end(head: bytes, part: bytes) -> Action:
    """Answer with the same bytes again and again."""

    def act(connection: Connection) -> bool:
        connection.socket.sendall(head)
        while not connection.stopping.is_set():
            connection.socket.sendall(part)
        return False

    return act


def drop_by_drop(connection: Connection) -> bool:
    """Answer a byte at a time, each well within the time to wait for the next."""
    connection.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not connection.stopping.wait(0.05):
        connection.socket.sendall(b" ")
    return False


def bomb(connection: Connection) -> bool:
    """Answer with a little that is much when it is decoded."""
    packed = zlib.compressobj(9, wbits=31)
    zeros = bytes(1024 * 1024)
    content = b"".join([packed.compress(zeros) for _ in range(200)]) + packed.flush()
    return answer(content, headers={"Content-Encoding": "gzip"})(connection)


def members(connection: Connection) -> bool:
    """Answer with many members of gzip, of which none has anything in it."""
    return answer(gzip.compress(b"") * 2000, headers={"Content-Encoding": "gzip"})(connection)


@pytest.mark.parametrize(
    "action",
    [
        without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
        without_end(b"HTTP/1.1 200 OK\r\n", b"X-Header: of no use\r\n" * 500),
        without_end(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 5000),
        bomb,
        members,
    ],
    ids=["interim responses", "headers", "tiny chunks", "compressed", "compressed in many members"],
)
def test_a_response_without_end_is_given_up(
    send: Send, server: Server, sample: list[laaffic.Message], action: Action
) -> None:
    server.will(action)
    with pytest.raises(laaffic.OutcomeUnknownError, match=r"far larger|broke off"):
        send(sample, base_url=server.url)
    assert len(server.posts) == 1


@pytest.mark.parametrize("action", [drop_by_drop, silence])
def test_the_time_in_total_ends_a_call(
    send: Send, server: Server, sample: list[laaffic.Message], action: Action
) -> None:
    server.will(action)
    with pytest.raises(laaffic.OutcomeUnknownError, match="did not respond in time"):
        send(sample, base_url=server.url, timeout=(5, 30, 0.5))
    assert len(server.posts) == 1


def test_it_spans_the_attempts_of_a_query(server: Server) -> None:
    server.will(drop)
    with (
        laaffic.Client(base_url=server.url, timeout=(5, 30, 0.01)) as client,
        pytest.raises(laaffic.QueryFailedError),
    ):
        client.get_balance()
    assert len(server.posts) <= 1


def test_what_was_not_written_by_then_is_not_sent(send: Send, sample: list[laaffic.Message]) -> None:
    with pytest.raises(laaffic.NotSentError) as caught:
        send(sample, base_url="http://127.0.0.1:1", connect_retries=50, timeout=(5, 5, 0.5))
    assert caught.value.result.not_sent


def test_a_timeout_longer_than_the_usual_total_is_kept(
    server: Server, sample: list[laaffic.Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic
    ahead = threading.Event()
    monkeypatch.setattr(time, "monotonic", lambda: now() + (150 if ahead.is_set() else 0))

    def late(connection: Connection) -> bool:
        ahead.set()
        return success(connection)

    server.will(late)
    with laaffic.Client(base_url=server.url, timeout=200) as client:
        assert client.send_batch(sample).accepted


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("br", bytes),
        ("deflate", zlib.compress),
        ("gzip", lambda body: gzip.compress(body)[:-9]),
        ("gzip", bytes),
        ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    ],
    ids=["brotli", "deflate", "gzip, cut off", "gzip, broken", "gzip twice"],
)
def test_a_refusal_that_cannot_be_decoded_is_no_refusal(
    send: Send, server: Server, sample: list[laaffic.Message], encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    server.will(answer(SUCCESS, status=403, headers={"Content-Encoding": encoding}, encode=encode))
    with pytest.raises(laaffic.OutcomeUnknownError, match="compression"):
        send(sample, base_url=server.url)


@pytest.mark.parametrize("encode", [gzip.compress, lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])])
def test_gzip_is_decoded(send: Send, server: Server, encode: Callable[[bytes], bytes]) -> None:
    def packed(connection: Connection) -> bool:
        accepted: list[dict[str, Any]] = [
            {"number": m["numbers"], "msgId": "m"} for m in connection.request.json()["array"]
        ]
        verdict = {"status": "0", "reason": "", "success": str(len(accepted)), "fail": "0", "array": accepted}
        return answer(verdict, headers={"Content-Encoding": "gzip"}, encode=encode)(connection)

    server.will(packed)
    assert send([laaffic.Message("99900000001", "x")], base_url=server.url).accepted
