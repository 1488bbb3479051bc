"""With `laaffic_block = true` no test reaches another host, whatever its name."""

import socket
from pathlib import Path

import pytest

from plugin.conftest import Run

STOPPED = "laaffic_block keeps tests on this machine, so"


@pytest.fixture(autouse=True)
def _setting(suite: Path) -> None:
    (suite / "pytest.ini").write_text("[pytest]\nlaaffic_block = true\n", encoding="utf-8")


def test_every_way_to_another_host_is_stopped(run: Run) -> None:
    tests = f"""
    import asyncio, socket, urllib.request
    import anyio, httpx2, trio

    UDP = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def dial(family, address):
        with socket.socket(family) as end:
            end.connect(address)

    async def dial_async():
        async with httpx2.AsyncClient() as client:
            await client.get("https://sms.example.com")

    ATTEMPTS = [
        lambda: socket.getaddrinfo("sms.example.com", 443),
        lambda: socket.gethostbyname(b"sms.example.com"),
        lambda: socket.gethostbyaddr("192.0.2.1"),
        lambda: socket.getnameinfo(("192.0.2.1", 443), 0),
        lambda: socket.create_connection(("database", 5432)),
        lambda: dial(socket.AF_INET, ("192.0.2.1", 443)),
        lambda: dial(socket.AF_INET6, ("2001:db8::1", 443, 0, 0)),
        lambda: dial(socket.AF_INET6, ("::ffff:192.0.2.1", 443, 0, 0)),
        lambda: UDP.sendto(b"", ("192.0.2.1", 53)),
        lambda: UDP.sendmsg([b""], [], 0, ("192.0.2.1", 53)),
        lambda: urllib.request.urlopen("http://sms.example.com"),
        lambda: asyncio.run(asyncio.open_connection("192.0.2.1", 443)),
        lambda: trio.run(trio.open_tcp_stream, "sms.example.com", 443),
        lambda: anyio.run(anyio.connect_tcp, "sms.example.com", 443),
    ]

    @pytest.mark.parametrize("attempt", ATTEMPTS)
    def test_stopped(attempt):
        with pytest.raises(OSError, match="{STOPPED}"):
            attempt()

    def test_stopped_with_the_http_library():
        with pytest.raises(httpx2.ConnectError, match="{STOPPED} sms.example.com was stopped"):
            httpx2.get("https://sms.example.com")
        with pytest.raises(httpx2.ConnectError, match="{STOPPED} sms.example.com was stopped"):
            asyncio.run(dial_async())

    def test_closed():
        UDP.close()
    """
    run(tests).assert_outcomes(passed=16)


@pytest.mark.parametrize("base_url", ["https://api.laaffic.com", "https://sms.example.com"])
def test_a_client_gets_an_error_that_names_the_remedy(run: Run, base_url: str) -> None:
    tests = f"""
    def test_one(monkeypatch):
        client = laaffic.Client(base_url="{base_url}", api_key="key", api_secret="secret", app_id="app")
        with client, pytest.raises(laaffic.NotSentError, match="send to the fixture laaffic_gateway"):
            client.send("99955500001", "Hello")
    """
    run(tests).assert_outcomes(passed=1)


def test_a_proxy_on_this_machine_is_no_way_around(run: Run) -> None:
    tests = f"""
    import urllib.request

    def test_of_the_environment():
        with pytest.raises(OSError, match="{STOPPED}"):
            urllib.request.urlopen("http://sms.example.com")

    def test_of_the_client():
        client = laaffic.Client(proxy="http://127.0.0.1:1", api_key="key", api_secret="secret", app_id="app")
        with client, pytest.raises(laaffic.NotSentError, match="{STOPPED}"):
            client.send("99955500001", "Hello")
    """
    run(tests, HTTP_PROXY="http://127.0.0.1:1", http_proxy="http://127.0.0.1:1").assert_outcomes(passed=2)


def test_what_is_on_this_machine_is_reached(run: Run) -> None:
    tests = """
    import socket, sys

    def test_the_gateway(laaffic_gateway, laaffic_client):
        laaffic_client.send("99955500001", "Hello")
        laaffic_gateway.assert_sent(times=1)

    @pytest.mark.parametrize("host", [None, "", "localhost", b"db.localhost", "127.0.0.53", "::1", "0.0.0.0", "::"])
    def test_a_name(host):
        sys.audit("socket.getaddrinfo", host, 80, 0, 0, 0)

    def test_its_own_name():
        sys.audit("socket.getaddrinfo", socket.gethostname(), 80, 0, 0, 0)

    def test_the_name_of_an_address():
        socket.gethostbyaddr("127.0.0.1")
        socket.getnameinfo(("127.0.0.1", 80), 0)

    @pytest.mark.parametrize("address", ["/run/a.socket", ("::ffff:127.0.0.1", 80, 0, 0), None])
    def test_an_address(address):
        sys.audit("socket.connect", None, address)
    """
    run(tests).assert_outcomes(passed=14)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets")
def test_a_unix_socket_is_reached_with_the_http_library(run: Run) -> None:
    tests = """
    import asyncio, socketserver, threading
    import httpx2

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while self.rfile.readline() != b"\\r\\n":
                pass
            self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nhi")

    async def get_async(path):
        async with httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(uds=path)) as client:
            return (await client.get("http://service/")).text

    def test_one(tmp_path):
        path = str(tmp_path / "s")
        with socketserver.UnixStreamServer(path, Handler) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            with httpx2.Client(transport=httpx2.HTTPTransport(uds=path)) as client:
                assert client.get("http://service/").text == "hi"
            assert asyncio.run(get_async(path)) == "hi"
            server.shutdown()
            thread.join()
    """
    run(tests).assert_outcomes(passed=1)


def test_what_is_imported_is_stopped_too(run: Run) -> None:
    done = run("import socket; socket.getaddrinfo('sms.example.com', 443)\ndef test_one(): ...")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([f"E * OSError: {STOPPED} sms.example.com was stopped*"])


def test_fixtures_of_the_session_are_stopped_and_so_is_their_end(run: Run) -> None:
    tests = f"""
    import socket

    @pytest.fixture(scope="session")
    def service():
        with pytest.raises(OSError, match="{STOPPED}"):
            socket.getaddrinfo("sms.example.com", 443)
        yield
        with pytest.raises(OSError, match="{STOPPED}"):
            socket.getaddrinfo("sms.example.com", 443)

    def test_one(service): ...
    """
    run(tests).assert_outcomes(passed=1)


def test_workers_of_xdist_are_kept_here_too(run: Run) -> None:
    tests = f"""
    import socket

    @pytest.mark.parametrize("turn", [1, 2])
    def test_one(laaffic_gateway, turn):
        with pytest.raises(OSError, match="{STOPPED}"):
            socket.getaddrinfo("sms.example.com", 443)
    """
    run(tests, "-n", "2").assert_outcomes(passed=2)


def test_without_the_setting_other_hosts_are_nobodys_business(run: Run, suite: Path) -> None:
    (suite / "pytest.ini").write_text("[pytest]\nlaaffic_block = false\n", encoding="utf-8")
    tests = """
    import sys

    def test_one(laaffic_gateway):
        sys.audit("socket.getaddrinfo", "sms.example.com", 80, 0, 0, 0)
    """
    run(tests).assert_outcomes(passed=1)
