"""What goes wrong on request goes wrong behind Prism in the same way as at the gateway's own address."""

import json
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest

import laaffic
from conftest import Send
from laaffic_mock import Gateway, Prism, RemoteGateway
from laaffic_mock._account import SAMPLE_APP
from laaffic_mock.gateway.faults.faults import Fault
from matrix.cell import SILENCE
from mock.asked import NUMBER, PATH, inspect, signed
from support.front import Doorstep, then_reset
from support.server import Action, Connection, Server, raw, silence

MESSAGES = [laaffic.Message(NUMBER, "Your code is 4711"), laaffic.Message("99955500002", "Hello")]
NEVER_RESPONDS = {Fault.HANG, Fault.ACCEPT_THEN_HANG}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BODY = b'{"status": "0", "reason": "success", "success": "0", "fail": "2", "array": []}'
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
CHUNK = HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BODY) + BODY + b"\r\n"


def then_silent(content: bytes) -> Action:
    """Send bytes, and then nothing more."""

    def act(connection: Connection) -> bool:
        connection.socket.sendall(content)
        return silence(connection)

    return act


def endless(connection: Connection) -> bool:
    """Send a body that never ends."""
    connection.socket.sendall(HEAD + b"\r\n")
    while not connection.stopping.is_set():
        connection.socket.sendall(b" " * 65536)
    return False


ACTIONS: dict[str, Action] = {
    "nothing": raw(b""),
    "a reset": then_reset(raw(b"")),
    "no HTTP": raw(b"\x00\x01\x02\r\n\r\n"),
    "a broken header": raw(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
    "a cut header": raw(HEAD[:-20]),
    "a cut body": raw(WHOLE[:-20]),
    "a reset body": then_reset(raw(WHOLE[:-20])),
    "a body that stops": then_silent(WHOLE[:-20]),
    "headers that stop": then_silent(HEAD[:-20]),
    "a body longer than it says": raw(WHOLE + b"more"),
    "a cut chunk": raw(CHUNK[:-20]),
    "no last chunk": raw(CHUNK),
    "a bad chunk": raw(CHUNK + b"no size\r\n"),
    "an endless body": endless,
    "a body until the end": raw(HEAD + b"\r\n" + BODY),
}


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """Return a gateway."""
    with Gateway(held=True) as running:
        yield running


@pytest.fixture(scope="module")
def prism(gateway: Gateway) -> Iterator[Prism]:
    """Return a Prism before the gateway."""
    with Prism(upstream=gateway.url) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[tuple[Server, Prism]]:
    """Return a server that does what it is told, and a Prism before it."""
    with Server() as running, Prism(upstream=running.url) as proxy:
        yield running, proxy


def outcome(send: Send, url: str, timeout: tuple[float, float] = (30.0, 30.0)) -> tuple[object, ...]:
    """Send, and return what an application learns of it."""
    try:
        result, error = send(MESSAGES, base_url=url, timeout=timeout), None
    except laaffic.LaafficError as raised:
        result, error = raised.result, raised
    states = [recipient.state for recipient in result.recipients]
    about = (getattr(error, name, None) for name in ("sent", "http_status", "status"))
    return type(error), *states, *about


def exchanged(url: str, times: int = 1) -> bytes:
    """Return the bytes that come of requests which are sent at once, until the connection ends."""
    body = json.dumps({"appId": SAMPLE_APP, "array": [{"numbers": NUMBER, "content": "x"}]})
    headers = {
        **signed(),
        "Host": "localhost",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(f"POST {PATH} HTTP/1.1\r\n{lines}\r\n{body}".encode() * times)
        response = b""
        while part := connection.recv(65536):
            response += part
    return response


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_ends_behind_prism_as_at_the_gateway(
    fault: Fault, gateway: Gateway, prism: Prism, send: Send
) -> None:
    timeout = SILENCE if fault in NEVER_RESPONDS else (30.0, 30.0)
    ends = []
    for url in (gateway.url, prism.url):
        gateway.clear()
        gateway.fail_next(fault, seconds=0)
        end = outcome(send, url, timeout)
        shown = [(one["end"], one["fault"], one["instead"]) for one in inspect(url, "requests")["requests"]]
        ends.append((end, shown, gateway.counts))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_whatever_comes_of_a_request_ends_the_same(action: Action, elsewhere: tuple[Server, Prism], send: Send) -> None:
    server, prism = elsewhere
    server.will(action)
    timeout = SILENCE if action.__qualname__.startswith("then_silent") else (30.0, 30.0)
    assert outcome(send, server.url, timeout) == outcome(send, prism.url, timeout)
    assert prism.running


@pytest.mark.parametrize("fault", ["drop", "accept_then_drop", "cut_headers", "cut_body"])
def test_a_connection_ends_after_the_same_bytes(fault: str, gateway: Gateway, prism: Prism) -> None:
    gateway.clear()
    gateway.fail_next(fault, times=2)
    assert exchanged(gateway.url) == exchanged(prism.url)


def test_a_response_that_comes_before_a_lost_one_on_its_connection_is_whole(gateway: Gateway, prism: Prism) -> None:
    gateway.clear()
    gateway.fail_next("unlisted_status")
    gateway.fail_next("cut_body")
    response = exchanged(prism.url, times=2)
    assert response.count(b"HTTP/1.1 200 OK") == 2
    assert b'"-99"' in response
    assert b"500" not in response


def test_a_spoiled_response_leaves_the_connection_open(gateway: Gateway, prism: Prism) -> None:
    gateway.clear()
    gateway.fail_next("wrong_types")
    with httpx2.Client(base_url=prism.url, headers=signed(), trust_env=False) as client:
        body = {"appId": SAMPLE_APP, "array": [{"numbers": NUMBER, "content": "x"}]}
        spoiled, sound = client.post(PATH, json=body), client.post(PATH, json=body)
    assert (spoiled.json()["status"], sound.json()["status"]) == (0, "0")
    assert "x-laaffic-raw" not in spoiled.headers


def test_who_goes_is_not_waited_for() -> None:
    gone = threading.Event()
    asked = threading.Event()

    def wait(connection: socket.socket) -> None:
        connection.settimeout(30)
        while connection.recv(65536):
            asked.set()
        gone.set()

    with Doorstep(wait) as door, Prism(upstream=f"http://127.0.0.1:{door.port}") as prism:
        body = {"appId": SAMPLE_APP, "array": [{"numbers": NUMBER, "content": "x"}]}
        with pytest.raises(httpx2.ReadTimeout):
            httpx2.post(prism.url + PATH, json=body, headers=signed(), timeout=(5, 0.3, 5, 5), trust_env=False)
        assert asked.wait(30)
        assert gone.wait(30)


@pytest.fixture
def refusing() -> Iterator[tuple[Gateway, Prism]]:
    """Return a gateway and a Prism before it, of which the connections are about to be refused by order to Prism."""
    with Gateway() as gateway, Prism(upstream=gateway.url) as prism:
        yield gateway, prism


def test_refused_connections_are_refused_by_prism_too(refusing: tuple[Gateway, Prism], send: Send) -> None:
    gateway, prism = refusing
    with (
        httpx2.stream("GET", f"{prism.url}/_mock/events", trust_env=False, timeout=30) as events,
        RemoteGateway(prism.url) as remote,
    ):
        remote.fail_next("refuse_connection", seconds=3600)
        assert outcome(send, prism.url) == outcome(send, gateway.url)
        assert outcome(send, prism.url)[0] is laaffic.NotSentError
        with pytest.raises(httpx2.RemoteProtocolError):
            events.read()


def test_prism_listens_again_when_the_gateway_does(refusing: tuple[Gateway, Prism], send: Send) -> None:
    _, prism = refusing
    with RemoteGateway(prism.url) as remote:
        remote.fail_next("refuse_connection", seconds=0.1)
    while (end := outcome(send, prism.url))[0] is laaffic.NotSentError:
        pass
    assert end[1:3] == ("accepted", "accepted")
