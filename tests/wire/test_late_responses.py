"""Responses that come behind another, or late: none is taken for another request's."""

import asyncio
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import trio
import trustme

import laaffic
from laaffic._http.streams import holds_record
from support.server import Action, Connection, Server, answer, success

REFUSAL = {"status": "-10", "reason": "", "success": "0", "fail": "1", "array": []}
TOO_OLD = "Mon, 01 Jan 2024 00:00:00 GMT"
ONE = [laaffic.Message("99900000001", "x")]
Run = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]


def _plainly(run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(run())


@pytest.fixture(params=["asyncio", "trio"])
def library(request: pytest.FixtureRequest) -> Run:
    """Run a coroutine function under an async library."""
    return _plainly if request.param == "asyncio" else trio.run


@pytest.fixture
def tls(server: Server) -> dict[str, Any]:
    """Let the server speak TLS; the settings with which a client trusts it."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    context.num_tickets = 0  # which would come as late as a stray response
    server.use_tls(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    return {"base_url": server.url.replace("http://127.0.0.1", "https://localhost"), "ssl_context": trusting}


@pytest.fixture
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the TLS contexts of a server and of a client that trusts it."""
    authority, serving, trusting = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(serving)
    authority.configure_trust(trusting)
    serving.num_tickets = 0
    return serving, trusting


def refusal(connection: Connection, status: str = "-10", date: str = TOO_OLD) -> bool:
    """Refuse, whatever is asked."""
    return answer({**REFUSAL, "status": status}, headers={"Date": date})(connection)


@dataclass
class Behind:
    """Accepts everybody, with a refusal behind it in a TLS record of its own."""

    status: str = "-10"
    all_sent: threading.Event = field(default_factory=threading.Event)

    def __call__(self, connection: Connection) -> bool:
        done = success(connection)
        refusal(connection, self.status)
        self.all_sent.set()
        return done


def before_success(stray: Action) -> Action:
    """Answer with a stray response first, as if it had come late, and only then with the response."""

    def act(connection: Connection) -> bool:
        stray(connection)
        return success(connection)

    return act


def two_at_once(connection: Connection) -> bool:
    """Answer with two refusals in one packet."""
    connection.after = _http(json.dumps(REFUSAL).encode())
    return refusal(connection)


def long_success(size: int) -> Action:
    """Accept everybody in a response of exactly so many bytes, with a refusal behind it in the same packet."""

    def act(connection: Connection) -> bool:
        entry = {"msgId": "m1", "number": "99900000001", "orderId": _order_id(connection)}
        verdict = {"status": "0", "reason": "", "success": "1", "fail": "0", "array": [entry]}
        padded = _http(json.dumps(verdict).encode(), size)
        connection.socket.sendall(padded + _http(json.dumps(REFUSAL).encode()))
        return True

    return act


def _order_id(connection: Connection) -> str | None:
    found: str | None = connection.request.json()["array"][0].get("orderId")
    return found


def _http(body: bytes, size: int = 0) -> bytes:
    """Return a response, filled up with white space to a size."""
    head = b"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: %08d\r\n\r\n"
    body += b" " * max(size - len(head % 0) - len(body), 0)
    return head % len(body) + body


@contextmanager
def https_proxy(trusting: ssl.SSLContext) -> Iterator[str]:
    """Run a proxy that is reached by TLS, under a certificate that the context is told to trust."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(trusting)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), context.wrap_socket(self.request, server_side=True) as client:
                host, port = client.recv(65_536).split()[1].decode().split(":")
                with socket.create_connection((host, int(port))) as origin:
                    client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                    back = threading.Thread(target=pass_on, args=(origin, client), daemon=True)
                    back.start()
                    pass_on(client, origin)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as proxy:
        proxy.daemon_threads = True
        serving = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        serving.start()
        yield f"https://localhost:{proxy.server_address[1]}"
        proxy.shutdown()


def pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Pass on what comes until one side closes."""
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)


def state_of(send: Callable[[], laaffic.BatchResult]) -> str:
    """Send to one recipient, and return what is claimed of it."""
    try:
        return send().recipients[0].state
    except laaffic.LaafficError as error:
        return error.result.recipients[0].state


async def state_of_async(send: Coroutine[Any, Any, laaffic.BatchResult]) -> str:
    """Do the same without blocking."""
    try:
        return (await send).recipients[0].state
    except laaffic.LaafficError as error:
        return error.result.recipients[0].state


# A stray response may be on its way when the next request is written; then the outcome is in doubt. It is never false.
NOT_FALSE = {"accepted", "unknown"}


@pytest.mark.parametrize("status", ["-16", "-10"])
def test_one_in_a_tls_record_of_its_own(server: Server, tls: dict[str, Any], status: str) -> None:
    server.will(behind := Behind(status), success)
    with laaffic.Client(**tls) as client:
        for _ in range(3):
            assert state_of(lambda: client.send_batch(ONE)) in NOT_FALSE
            assert behind.all_sent.wait(20)
    assert len(server.posts) == 3


@pytest.mark.parametrize("status", ["-16", "-10"])
def test_one_in_a_tls_record_of_its_own_without_blocking(
    server: Server, tls: dict[str, Any], status: str, library: Run
) -> None:
    server.will(behind := Behind(status), success)

    async def run() -> None:
        async with laaffic.AsyncClient(**tls) as client:
            for _ in range(3):
                assert await state_of_async(client.send_batch(ONE)) in NOT_FALSE
                assert behind.all_sent.wait(20)

    library(run)
    assert len(server.posts) == 3


@pytest.mark.parametrize("size", [65_536, 2 * 65_536, 262_144])
def test_one_behind_a_response_that_ends_where_a_buffer_does(server: Server, library: Run, size: int) -> None:
    server.will(long_success(size), success)

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url) as client:
            for _ in range(2):
                assert await state_of_async(client.send_batch(ONE)) in NOT_FALSE

    library(run)
    assert len(server.posts) == 2


def test_one_through_tls_in_tls(server: Server, tls: dict[str, Any]) -> None:
    server.will(behind := Behind("-16"), success)
    with https_proxy(tls["ssl_context"]) as proxy, laaffic.Client(**tls, proxy=proxy) as client:
        for _ in range(3):
            assert state_of(lambda: client.send_batch(ONE)) in NOT_FALSE
            assert behind.all_sent.wait(20)
    assert len(server.posts) == 3


def test_what_lies_in_a_tls_buffer_is_seen_before_a_request_is_written() -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(back, there, server_hostname="localhost")
    server = context.wrap_bio(there, back, server_side=True)
    for side in (client, server, client, server):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    assert not holds_record(client)
    server.write(b"HTTP/1.1 200 OK")
    assert holds_record(client)


def test_one_that_comes_after_the_request_leaves_doubt(server: Server) -> None:
    server.will(success, before_success(refusal))
    with laaffic.Client(base_url=server.url) as client:
        client.send_batch(ONE)
        with pytest.raises(laaffic.LaafficError) as caught:
            client.send_batch(ONE)
    assert [recipient.state for recipient in caught.value.result.recipients] == ["unknown"]
    assert caught.value.sent == "unknown"


def test_one_that_comes_after_the_request_leaves_doubt_without_blocking(
    server: Server, tls: dict[str, Any], library: Run
) -> None:
    server.will(success, before_success(refusal))

    async def run() -> None:
        async with laaffic.AsyncClient(**tls) as client:
            await client.send_batch(ONE)
            with pytest.raises(laaffic.LaafficError) as caught:
                await client.send_batch(ONE)
            assert caught.value.sent == "unknown"

    library(run)


def test_one_that_comes_after_the_request_is_no_reason_to_sign_anew(server: Server) -> None:
    server.will(success, before_success(lambda connection: refusal(connection, "-16")))
    with laaffic.Client(base_url=server.url) as client:
        client.send_batch(ONE)
        with pytest.raises(laaffic.LaafficError) as caught:
            client.send_batch(ONE)
    assert caught.value.sent == "unknown"
    assert len(server.posts) == 2


def test_a_success_of_another_request_is_not_taken_for_one(server: Server) -> None:
    earlier = server.posts

    def of_the_first(connection: Connection) -> bool:
        return success(Connection(connection.socket, earlier[0], connection.stopping))

    server.will(success, of_the_first)
    with laaffic.Client(base_url=server.url) as client:
        client.send_batch(ONE)
        with pytest.raises(laaffic.OutcomeUnknownError):
            client.send_batch(ONE)


def test_two_refusals_at_once_leave_doubt(server: Server) -> None:
    server.will(two_at_once)
    with laaffic.Client(base_url=server.url) as client, pytest.raises(laaffic.LaafficError) as caught:
        client.send_batch(ONE)
    assert caught.value.sent == "unknown"


def test_a_refusal_alone_is_certain_on_a_kept_connection_too(server: Server) -> None:
    server.will(success, refusal)
    with laaffic.Client(base_url=server.url) as client:
        client.send_batch(ONE)
        with pytest.raises(laaffic.InsufficientBalanceError) as caught:
            client.send_batch(ONE)
    assert caught.value.sent == "no"
    assert server.connections == 1


def test_the_second_look_waits_longer_where_responses_are_slow(server: Server) -> None:
    late = threading.Event()

    def slow(connection: Connection) -> bool:
        late.wait(0.4)
        return success(connection)

    server.will(slow, before_success_after(refusal, late))
    with laaffic.Client(base_url=server.url) as client:
        client.send_batch(ONE)
        with pytest.raises(laaffic.LaafficError) as caught:
            client.send_batch(ONE)
    assert caught.value.sent == "unknown"


def before_success_after(stray: Action, never: threading.Event) -> Action:
    """Answer with a stray response, and with the response a while later."""

    def act(connection: Connection) -> bool:
        stray(connection)
        never.wait(0.4)
        return success(connection)

    return act


@pytest.mark.parametrize("reason", ["msgId is missing", '"msgId":"0"'])
def test_words_in_one_that_comes_after_the_request_prove_nothing(server: Server, reason: str) -> None:
    stray = answer({**REFUSAL, "reason": reason}, headers={"Date": TOO_OLD})
    server.will(success, before_success(stray))
    with laaffic.Client(base_url=server.url, own_order_ids=False) as client:
        client.send_batch(ONE)
        assert state_of(lambda: client.send_batch(ONE)) == "unknown"


def test_one_that_accepts_somebody_else_refuses_nobody(server: Server) -> None:
    entry = {"msgId": "m1", "number": "99900000001", "orderId": None}
    partly = {"status": "0", "reason": "", "success": "1", "fail": "1", "array": [entry]}
    server.will(success, before_success(answer(partly)))
    with laaffic.Client(base_url=server.url) as client:
        client.send_batch(ONE)
        with pytest.raises(laaffic.OutcomeUnknownError) as caught:
            client.send_batch([*ONE, laaffic.Message("99900000002", "x")])
    assert caught.value.result.recipients[1].state == "unknown"


def test_one_that_comes_when_there_is_no_time_for_a_second_look_leaves_doubt(server: Server) -> None:
    never = threading.Event()

    def act(connection: Connection) -> bool:
        never.wait(0.9)
        refusal(connection)
        never.wait(0.2)
        return success(connection)

    server.will(success, act)
    with laaffic.Client(base_url=server.url) as client:
        client.send_batch(ONE)
        assert state_of(lambda: client.send_batch(ONE, timeout=(0.5, 1.0, 1.0))) == "unknown"


@pytest.mark.parametrize("over", [0, 30, 150])
def test_one_whose_tls_record_is_cut_where_a_buffer_ends(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], over: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_long_and_another, args=(door, contexts[0], over), daemon=True).start()
        url = f"https://localhost:{door.getsockname()[1]}"

        async def run() -> None:
            async with laaffic.AsyncClient(base_url=url, ssl_context=contexts[1]) as client:
                for _ in range(2):
                    assert await state_of_async(client.send_batch(ONE)) in NOT_FALSE

        asyncio.run(run())


def _long_and_another(door: socket.socket, context: ssl.SSLContext, over: int) -> None:
    """Accept the first send, in 64 KiB of records less `over` bytes, with a refusal behind; the second later."""
    with suppress(OSError):
        first = True
        while True:
            connection = door.accept()[0]
            threading.Thread(target=_serve_records, args=(connection, context, over, first), daemon=True).start()
            first = False


def _serve_records(connection: socket.socket, context: ssl.SSLContext, over: int, first: bool) -> None:
    came, goes = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(came, goes, server_side=True)

    def done(step: Callable[[], Any]) -> Any:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                connection.sendall(goes.read())
                if not came.write(connection.recv(65_536)):
                    raise ConnectionError from None

    with suppress(OSError), connection:
        done(tls.do_handshake)
        while True:
            data = b""
            while not data.endswith(b"]}"):
                data += done(lambda: tls.read(65_536))
            order_id = json.loads(data.partition(b"\r\n\r\n")[2])["array"][0]["orderId"]
            entry = {"msgId": "m1", "number": "99900000001", "orderId": order_id}
            verdict = json.dumps({"status": "0", "reason": "", "success": "1", "fail": "0", "array": [entry]}).encode()
            response = _http(verdict, 65_536 - 5 * 22 - over) if first else _http(verdict)
            for place in range(0, len(response), 16_384):  # each takes 22 bytes more, encrypted
                tls.write(response[place : place + 16_384])
            if first:
                tls.write(_http(json.dumps(REFUSAL).encode()))
                connection.sendall(goes.read())
                first = False
            else:
                threading.Event().wait(0.6)  # later than a second look
                connection.sendall(goes.read())
