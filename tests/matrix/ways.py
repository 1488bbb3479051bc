"""More cells of the places: what the gateway's own faults do not reach."""

import threading
from collections.abc import Callable

import laaffic
from laaffic import InsufficientBalanceError
from matrix.cell import (
    ACCEPTED,
    LOST,
    LOST_THOUGH_ACCEPTED,
    Arrange,
    Cell,
    Outcome,
    Stage,
    account,
    both,
    fault,
    passing,
)
from matrix.places import AFTER, BODY, HEADERS, REQUEST, SILENT
from support.front import Reply, passed_on, then_reset, then_shut
from support.server import drop


def _cut_chunk(reply: Reply) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{len(reply.body):x}\r\n"
    return head.encode() + reply.body[:-10]


def _cut_without_length(reply: Reply) -> bytes:
    return b"HTTP/1.1 200 OK\r\n\r\n" + reply.body[:-10]


def _whole_without_length(reply: Reply) -> bytes:
    return b"HTTP/1.1 200 OK\r\n\r\n" + reply.body


def _shut_after_response(stage: Stage) -> None:
    stage.front(then_shut(passed_on(stage.gateway.url), threading.Event()))


def _nothing(_: Reply) -> bytes:
    return b""


def _half(reply: Reply) -> bytes:
    return reply.bytes()[:-10]


def _reset_after(written: Callable[[Reply], bytes]) -> Arrange:
    return lambda stage: stage.front(then_reset(passed_on(stage.gateway.url, written)))


def _first(stage: Stage) -> None:
    stage.first = [laaffic.Message("99955500011", "an earlier text", None, ["o11"])]


def _idle_dropped(stage: Stage) -> None:
    shut = threading.Event()

    def between() -> None:
        assert shut.wait(30)

    _first(stage)
    stage.between = between
    stage.front(then_shut(passed_on(stage.gateway.url), shut), passed_on(stage.gateway.url))


def _dropped_as_it_is_used(stage: Stage) -> None:
    _first(stage)
    stage.front(passed_on(stage.gateway.url), drop)


_NO_BALANCE = account(balance=0)

WAYS = [
    Cell(REQUEST, "the gateway refuses (no balance), then drops", both(_NO_BALANCE, fault("drop")), LOST),
    Cell(REQUEST, "the gateway accepts; the connection is reset", _reset_after(_nothing), LOST_THOUGH_ACCEPTED),
    Cell(
        REQUEST,
        "a connection that served before is dropped as the next request comes",
        _dropped_as_it_is_used,
        LOST,
    ),
    Cell(
        HEADERS,
        "the gateway refuses (no balance); the headers are cut",
        both(_NO_BALANCE, fault("cut_headers")),
        LOST,
    ),
    Cell(BODY, "the gateway accepts; cut within a chunk", passing(_cut_chunk, keep=False), LOST_THOUGH_ACCEPTED),
    Cell(
        BODY,
        "the gateway accepts; cut in a response that does not give its length",
        passing(_cut_without_length, keep=False),
        LOST_THOUGH_ACCEPTED,
    ),
    Cell(BODY, "the gateway refuses (no balance); the body is cut", both(_NO_BALANCE, fault("cut_body")), LOST),
    Cell(BODY, "the gateway accepts; reset within the body", _reset_after(_half), LOST_THOUGH_ACCEPTED),
    Cell(AFTER, "the connection is dropped after a whole response", _shut_after_response, ACCEPTED),
    Cell(
        AFTER,
        "the end of the connection is the end of the response",
        passing(_whole_without_length, keep=False),
        ACCEPTED,
    ),
    Cell(
        AFTER,
        "the connection is dropped after a whole refusal (no balance)",
        both(_NO_BALANCE, _shut_after_response),
        Outcome(InsufficientBalanceError, "no", "rrr", "---"),
    ),
    Cell(AFTER, "an idle connection is dropped between two requests", _idle_dropped, ACCEPTED, 2),
    Cell(SILENT, "the gateway accepts, and responds late but in time", fault("slow", seconds=0.05), ACCEPTED),
]
