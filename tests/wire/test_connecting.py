"""What happens before a request can be written."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator, MutableMapping
from typing import Any

import httpx2
import pytest
import trustme

import laaffic
from conftest import Send
from laaffic._http import transport as _transport
from laaffic._http.evidence import Unanswered
from laaffic._http.signing import Signer
from laaffic._operations.attempts import Attempts
from support.front import Doorstep
from support.server import Server, raw


@pytest.fixture
def refusing_port() -> Iterator[int]:
    """Return a port on which nobody listens, and which nobody else can take."""
    with Doorstep() as door:
        yield door.port


def test_a_refused_connection_is_not_sent(send: Send, sample: list[laaffic.Message], refusing_port: int) -> None:
    with pytest.raises(laaffic.NotSentError) as caught:
        send(sample, base_url=f"http://127.0.0.1:{refusing_port}", connect_retries=1)
    assert caught.value.sent == "no"
    assert caught.value.retryable
    assert {recipient.state for recipient in caught.value.result.recipients} == {laaffic.State.NOT_SENT}
    assert "safe to send again" in str(caught.value)


def test_a_name_that_does_not_resolve_is_not_sent(send: Send, sample: list[laaffic.Message]) -> None:
    with pytest.raises(laaffic.NotSentError):
        send(sample, base_url="https://no-such-host.invalid", connect_retries=0)


def test_a_wrong_certificate_is_not_sent(send: Send, sample: list[laaffic.Message]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def shake_hands() -> None:
            for _ in range(2):
                try:
                    connection, _ = listener.accept()
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:  # the client hangs up, which is the point
                    connection.close()

        thread = threading.Thread(target=shake_hands, daemon=True)
        thread.start()
        with pytest.raises(laaffic.NotSentError, match="CERTIFICATE_VERIFY_FAILED"):
            send(sample, base_url=f"https://localhost:{listener.getsockname()[1]}", connect_retries=1)
        thread.join(5)


def test_tls_with_a_ca_of_ones_own_sends(send: Send, sample: list[laaffic.Message], server: Server) -> None:
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)
    server.use_tls(context)
    result = send(sample, base_url=server.url.replace("http://127.0.0.1", "https://localhost"), ssl_context=trusting)
    assert len(result.accepted) == 3


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_connecting_is_tried_again_a_bounded_number_of_times(
    retries: int, sample: list[laaffic.Message], refusing_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    settings: dict[str, Any] = {"base_url": f"http://127.0.0.1:{refusing_port}", "connect_retries": retries}
    with laaffic.Client(**settings) as client, pytest.raises(laaffic.NotSentError):
        client.send_batch(sample)
    assert len(waited) == retries


def test_a_connection_that_comes_back_sends_once(
    sample: list[laaffic.Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server() as server, Doorstep() as door, laaffic.Client(base_url=f"http://127.0.0.1:{door.port}") as client:

        def come_up(_: float) -> None:
            """Begin to listen while the client waits for its second attempt."""
            door.close()
            server.also_listen_on(door.port)

        monkeypatch.setattr("time.sleep", come_up)
        assert len(client.send_batch(sample).accepted) == 3
        assert len(server.posts) == 1


def test_the_pauses_double_and_are_spread() -> None:
    failed = Unanswered(reached=False, why="refused", connecting=True)
    for _ in range(50):
        attempts = Attempts(Signer("k", "s"), 3, repeatable=False)
        first, second, third = (attempts.pause_before_next(failed) or 0.0 for _ in range(3))
        assert attempts.pause_before_next(failed) is None
        assert 0.125 <= first <= 0.375
        assert 0.25 <= second <= 0.75
        assert 0.5 <= third <= 1.5


def test_a_proxy_that_refuses_the_tunnel_is_not_sent(send: Send, sample: list[laaffic.Message], server: Server) -> None:
    with pytest.raises(laaffic.NotSentError):
        send(sample, base_url="https://gateway.invalid", proxy="http://user:pa55word@127.0.0.1:1", connect_retries=0)
    server.will(raw(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"))
    with pytest.raises(laaffic.NotSentError) as caught:
        send(sample, base_url="https://gateway.invalid", proxy=server.url, connect_retries=0)
    assert [request.head for request in server.posts] == ["CONNECT gateway.invalid:443 HTTP/1.1"]
    assert "407" in str(caught.value)


def test_plain_http_to_loopback_never_goes_through_a_proxy(
    send: Send, sample: list[laaffic.Message], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert len(send(sample, base_url=server.url).accepted) == 3


def test_https_goes_through_the_proxy_of_the_environment(
    send: Send, sample: list[laaffic.Message], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    server.will(raw(b"HTTP/1.1 502 Bad Gateway\r\n\r\n"))
    with pytest.raises(laaffic.NotSentError):
        send(sample, base_url="https://gateway.invalid", connect_retries=0)
    assert server.posts[0].head.startswith("CONNECT gateway.invalid:443")


def test_a_proxy_of_the_environment_that_cannot_be_used_is_named(
    send: Send, sample: list[laaffic.Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://user:pa55word@127.0.0.1:1")
    with pytest.raises(laaffic.ConfigurationError, match="ALL_PROXY") as caught:
        send(sample, base_url="https://gateway.invalid")
    assert len(caught.value.result.not_sent) == 3
    assert "pa55word" not in str(caught.value)


def test_a_proxy_of_the_environment_is_left_out_for_hosts_that_it_names(
    send: Send, sample: list[laaffic.Message], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    monkeypatch.setenv("NO_PROXY", "gateway.invalid")
    with pytest.raises(laaffic.NotSentError):
        send(sample, base_url="https://gateway.invalid", connect_retries=0)
    assert server.posts == []


def test_certificates_of_the_environment_that_cannot_be_read_are_named(
    send: Send, sample: list[laaffic.Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    _transport.shared_ssl_context.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    with pytest.raises(laaffic.ConfigurationError, match="SSL_CERT_FILE") as caught:
        send(sample, base_url="https://gateway.invalid")
    assert len(caught.value.result.not_sent) == 3


def test_a_certificate_that_the_system_does_not_know_says_what_to_install(
    send: Send, sample: list[laaffic.Message], server: Server
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    server.use_tls(context)
    with pytest.raises(laaffic.NotSentError, match="ca-certificates") as caught:
        send(sample, base_url=server.url.replace("http:", "https:"), connect_retries=0)
    assert "SSL_CERT_FILE" in caught.value.hint
    assert server.posts == []


def test_connecting_and_reading_have_timeouts_of_their_own(sample: list[laaffic.Message]) -> None:
    seen: dict[str, float] = {}

    def look(request: httpx2.Request) -> httpx2.Response:
        seen.update(request.extensions["timeout"])
        return httpx2.Response(200, json={"status": "-10"})

    transport = httpx2.MockTransport(look)
    with laaffic.Client(timeout=(1.5, 2.5), transport=transport) as client, pytest.raises(laaffic.StatusError):
        client.send_batch(sample)
    assert (seen["connect"], seen["read"]) == (1.5, 2.5)
    with laaffic.Client(transport=transport) as client, pytest.raises(laaffic.StatusError):
        client.send_batch(sample)
    assert (seen["connect"], seen["read"]) == (5.0, 30.0)


def test_waiting_for_a_free_connection_too_long_is_not_sent(send: Send, sample: list[laaffic.Message]) -> None:
    def busy(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.PoolTimeout("busy")

    with pytest.raises(laaffic.NotSentError, match=r"busy.*fewer at once"):
        send(sample, transport=httpx2.MockTransport(busy))


@pytest.mark.parametrize("retries", [0, 2])
def test_the_async_client_too_tries_a_bounded_number_of_times(retries: int, sample: list[laaffic.Message]) -> None:
    tried: list[httpx2.Request] = []

    def refuse(request: httpx2.Request) -> httpx2.Response:
        tried.append(request)
        raise httpx2.ConnectError("refused")

    async def run() -> None:
        transport = httpx2.MockTransport(refuse)
        async with laaffic.AsyncClient(transport=transport, connect_retries=retries) as client:
            await client.send_batch(sample)

    with pytest.raises(laaffic.NotSentError):
        asyncio.run(run())
    assert len(tried) == retries + 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the library leaves the socket open
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_transport_over_a_unix_socket_connects(send: Send, sample: list[laaffic.Message], kind: str) -> None:
    nowhere = "/nowhere/laaffic.sock"
    transport = httpx2.HTTPTransport(uds=nowhere) if kind == "sync" else httpx2.AsyncHTTPTransport(uds=nowhere)
    with pytest.raises(laaffic.NotSentError):
        send(sample, base_url="http://localhost", transport=transport, connect_retries=0)


def test_a_program_in_this_process_is_not_believed_when_it_could_not_connect(sample: list[laaffic.Message]) -> None:
    asked = []

    def program(environment: dict[str, object], _: object) -> list[bytes]:
        asked.append(environment["PATH_INFO"])
        raise httpx2.ConnectError("to something of its own, after it has passed on the messages")

    transport = httpx2.WSGITransport(app=program)
    with (
        laaffic.Client(base_url="https://gateway.invalid", transport=transport) as client,
        pytest.raises(laaffic.OutcomeUnknownError),
    ):
        client.send_batch(sample)
    assert len(asked) == 1


def test_nor_is_one_that_is_asked_without_blocking(sample: list[laaffic.Message]) -> None:
    asked = []

    async def program(scope: MutableMapping[str, Any], *_: object) -> None:
        asked.append(scope["path"])
        raise httpx2.ConnectError("to something of its own, after it has passed on the messages")

    async def run() -> None:
        transport = httpx2.ASGITransport(app=program)
        async with laaffic.AsyncClient(base_url="https://gateway.invalid", transport=transport) as client:
            with pytest.raises(laaffic.OutcomeUnknownError):
                await client.send_batch(sample)

    asyncio.run(run())
    assert len(asked) == 1
