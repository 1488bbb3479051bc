"""Server-sent events: what happens, as it happens; who reads slowly holds nobody up."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from laaffic_mock import Gateway
from laaffic_mock.gateway.serving.paths.events import EventPaths
from laaffic_mock.gateway.serving.wire import Connections
from laaffic_mock.gateway.watching.events import Event, Events, Kind
from mock.asked import NUMBER, inspect, send

PATIENCE = 20.0


@pytest.fixture(scope="module")
def running() -> Iterator[Gateway]:
    """Return a gateway for all tests of this file."""
    with Gateway(held=True) as gateway:
        yield gateway


@pytest.fixture
def gateway(running: Gateway) -> Gateway:
    """Return the gateway, empty."""
    running.clear()
    return running


class Reading:
    """Reads one stream of events."""

    def __init__(self, response: httpx2.Response) -> None:
        self.headers = response.headers
        self._lines = response.iter_lines()
        self.last_id = ""

    def rest(self) -> list[str]:
        """Return the lines up to the end of the stream."""
        return list(self._lines)

    def next(self, kind: str | None = None) -> tuple[str, Any]:
        """Return the next event, or the next of a kind."""
        while True:
            event, data = "", ""
            for line in self._lines:
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    data = value
                elif name == "id":
                    self.last_id = value
                elif not line:
                    break
            if event and kind in {None, event}:
                return event, json.loads(data)


@contextmanager
def reading(gateway: Gateway, after: str | None = None) -> Iterator[Reading]:
    """Read events, once the gateway has begun to tell them."""
    headers = {} if after is None else {"Last-Event-ID": after}
    url = f"{gateway.url}/_mock/events"
    with (
        httpx2.Client(trust_env=False, timeout=PATIENCE) as client,
        client.stream("GET", url, headers=headers) as response,
    ):
        yield Reading(response)


def test_it_is_a_stream_of_events(gateway: Gateway) -> None:
    with reading(gateway) as events:
        assert events.headers["content-type"] == "text/event-stream; charset=utf-8"


def test_a_message_and_its_request_are_told_as_they_are_listed(gateway: Gateway) -> None:
    with reading(gateway) as events:
        send(gateway.url)
        told = dict(events.next() for _ in range(2))
    assert told["message"] == inspect(gateway.url, "messages")["messages"][0]
    assert told["request"] == inspect(gateway.url, "requests")["requests"][0]


def test_a_refused_request_is_told(gateway: Gateway) -> None:
    with reading(gateway) as events:
        send(gateway.url, Sign="0" * 32)
        assert events.next("request")[1]["rule"]["broken"] == "signature"


def test_each_step_of_a_message_is_told(gateway: Gateway) -> None:
    with reading(gateway) as events:
        send(gateway.url)
        gateway.advance(1)
        assert events.next("state")[1]["state"] == "sending"
        gateway.deliver(NUMBER, failed=True)
        state = events.next("state")[1]
    assert (state["state"], state["reason"]) == ("failed", "UNDELIV")
    assert state["received_at"]


def test_what_happens_by_itself_is_told_while_somebody_reads() -> None:
    with Gateway(deliver_after=0.1) as gateway, reading(gateway) as events:
        send(gateway.url)
        while events.next("state")[1]["state"] != "succeeded":
            pass


def test_settings_faults_and_a_new_beginning_are_told(gateway: Gateway) -> None:
    with reading(gateway) as events:
        gateway.balance = 7
        assert events.next("settings")[1]["balance"] == 7
        gateway.fail_next("http_502", times=2)
        assert events.next("fault")[1]["next"] == [{"fault": "http_502", "seconds": 1.0, "times": 2}]
        send(gateway.url)
        assert events.next("fault")[1] == inspect(gateway.url, "faults/armed")
        gateway.clear()
        assert events.next("cleared") == ("cleared", {})


def test_who_comes_back_gets_what_was_missed(gateway: Gateway) -> None:
    with reading(gateway) as events:
        send(gateway.url, {"content": "first"})
        events.next("message")
        seen = events.last_id
    send(gateway.url, {"content": "second"})
    with reading(gateway, seen) as events:
        assert events.next("message")[1]["content"] == "second"


@pytest.mark.parametrize("after", ["00000000-1", "x", "", "another", "00000000-99999999999999999999"])
def test_who_comes_back_from_elsewhere_is_told_to_begin_anew(gateway: Gateway, after: str) -> None:
    with reading(gateway, after) as events:
        assert events.next()[0] == "reset"
        send(gateway.url)
        assert events.next("message")


def test_what_is_gone_meanwhile_is_not_told(gateway: Gateway) -> None:
    with reading(gateway) as events:
        gateway.balance = 5
        events.next("settings")
        seen = events.last_id
    send(gateway.url)
    gateway.clear()
    with reading(gateway, seen) as events:
        kinds = [events.next()[0] for _ in range(2)]
    assert kinds == ["settings", "cleared"]


def test_who_does_not_read_holds_nobody_up_and_the_end_does_not_wait_for_it() -> None:
    gateway = Gateway(held=True)
    address = urlsplit(gateway.url)
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.connect((str(address.hostname), int(address.port or 0)))
        lazy.sendall(b"GET /_mock/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        lazy.recv(64)
        for _ in range(30):  # some megabytes of events
            numbers = ",".join([NUMBER] * 100)
            assert send(gateway.url, {"numbers": numbers, "content": "x" * 1000}).json()["status"] == "0"
        with reading(gateway) as events:
            send(gateway.url, {"content": "still here"})
            assert events.next("message")[1]["content"] == "still here"
        gateway.close()
    assert not gateway._thread.is_alive()


def test_the_gateway_ends_while_somebody_reads() -> None:
    gateway = Gateway()
    with reading(gateway) as events:
        gateway.close()
        assert not gateway._thread.is_alive()
        assert not [line for line in events.rest() if line.startswith("data")]


def numbers(events: Events, after: int, most: int = 100) -> list[int]:
    """Return what the events after one are about."""
    found, lost = events.since(after, most)
    assert not lost
    return [event.about for event in found]


def test_a_ring_gives_the_events_after_one_in_parts() -> None:
    events = Events()
    events.add(Kind.MESSAGE, range(1, 6))
    events.add(Kind.REQUEST, [6])
    events.add(Kind.MESSAGE, range(7, 11))
    assert numbers(events, 0) == list(range(1, 11))
    for after in range(11):
        assert numbers(events, after, 3) == list(range(after + 1, min(after + 4, 11)))


def test_a_ring_keeps_only_so_many_and_says_when_some_are_lost() -> None:
    events = Events(most=10)
    for number in range(1, 31):
        events.add(Kind.MESSAGE, [number])
    assert events.since(19, 5) == ([], True)
    assert numbers(events, 20) == list(range(21, 31))
    events.add(Kind.MESSAGE, range(31, 60))  # more than it keeps
    assert events.since(30, 5) == ([], True)
    assert events.since(events.last, 5) == ([], False)
    assert events.since(events.last + 1, 5) == ([], True)


def test_readers_at_the_same_place_share_what_is_written() -> None:
    told: list[int] = []

    def tell(event: Event) -> dict[str, str]:
        told.append(event.number)
        return {}

    events = Events()
    paths = EventPaths(events, tell, Connections(1), lambda: None)
    events.add(Kind.MESSAGE, [1, 2])
    assert [paths.after(0)[1] for _ in range(100)] == [2] * 100
    assert told == [1, 2]
    events.add(Kind.MESSAGE, [3])
    assert paths.after(0)[1] == 3
    assert told == [1, 2, 1, 2, 3]


def test_what_is_deleted_is_told(gateway: Gateway) -> None:
    for _ in range(2):
        send(gateway.url)
    first = gateway.messages[0].msg_id
    with reading(gateway) as events:
        inspect(gateway.url, f"messages?msg_id={first}", "DELETE")
        assert events.next("deleted")[1] == {"msg_ids": [first]}
        inspect(gateway.url, "messages", "DELETE")
        assert events.next("deleted")[1] == {"all": True}


def test_when_many_are_deleted_the_reader_is_told_to_begin_anew(gateway: Gateway) -> None:
    send(gateway.url, {"numbers": ",".join([NUMBER] * 500)})
    with reading(gateway) as events:
        inspect(gateway.url, f"messages?number={NUMBER}", "DELETE")
        assert events.next()[0] == "reset"


def test_a_push_is_told_as_it_is_in_the_log(gateway: Gateway) -> None:
    with reading(gateway) as events:
        gateway.push_reports_to(lambda _: None)
        send(gateway.url)
        gateway.deliver(NUMBER)
        assert events.next("push")[1] == inspect(gateway.url, "pushes/log")["pushes"][0]
