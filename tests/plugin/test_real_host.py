"""While `laaffic_gateway` is in use, nothing reaches the provider."""

import pytest

from plugin.conftest import Run

SYNC = """
def send(**settings):
    with laaffic.Client(connect_retries=0, **settings) as client:
        client.send_batch([MESSAGE])
"""
ASYNC = """
import asyncio

def send(**settings):
    async def sending():
        async with laaffic.AsyncClient(connect_retries=0, **settings) as client:
            await client.send_batch([MESSAGE])
    asyncio.run(sending())
"""
STOPPED = "laaffic_gateway is in use, so the real host api.laaffic.com was stopped"
SECURE = "https://api.laaffic.com"


@pytest.fixture(params=[SYNC, ASYNC], ids=["sync", "async"])
def sending(request: pytest.FixtureRequest) -> str:
    """Return a program's function that sends with a client of either kind."""
    return str(request.param)


def refusing(settings: str) -> str:
    """Return a test that sends, and is not sent."""
    return f"""
def test_stopped(laaffic_gateway):
    with pytest.raises(laaffic.NotSentError, match="{STOPPED}: give the client no base_url") as caught:
        send(base_url="{SECURE}"{settings})
    assert caught.value.result.not_sent
    assert laaffic_gateway.requests == 0
"""


def test_a_client_for_the_real_host_is_stopped(run: Run, sending: str) -> None:
    run(sending + refusing("")).assert_outcomes(passed=1)


def test_a_proxy_of_the_environment_is_no_way_around(run: Run, sending: str) -> None:
    proxies = {"HTTPS_PROXY": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"}
    run(sending + refusing(""), **proxies).assert_outcomes(passed=1)


def test_a_proxy_of_the_client_is_no_way_around(run: Run, sending: str) -> None:
    run(sending + refusing(', proxy="http://127.0.0.1:1"')).assert_outcomes(passed=1)


def test_the_hosts_own_name_is_kept_from_proxies(run: Run) -> None:
    tests = """
    import os

    def test_one(laaffic_gateway):
        assert os.environ["NO_PROXY"] == os.environ["no_proxy"] == "intranet,api.laaffic.com"
    """
    run(tests, NO_PROXY="intranet").assert_outcomes(passed=1)


def test_no_proxy_at_all_stays_so(run: Run) -> None:
    tests = """
    import os

    def test_one(laaffic_gateway):
        assert os.environ["NO_PROXY"] == os.environ["no_proxy"] == "*"
    """
    run(tests, NO_PROXY="*").assert_outcomes(passed=1)


def test_every_other_way_to_the_real_host_is_stopped(run: Run) -> None:
    tests = """
    import asyncio, socket, sys, urllib.request
    import anyio, trio

    ATTEMPTS = [
        lambda: socket.getaddrinfo("api.laaffic.com", 443),
        lambda: socket.getaddrinfo(b"api.laaffic.com", 443),
        lambda: socket.create_connection(("API.Laaffic.com.", 443)),
        lambda: socket.gethostbyname("api.laaffic.com"),
        lambda: socket.gethostbyname_ex("eu.api.laaffic.com"),
        lambda: urllib.request.urlopen("https://api.laaffic.com"),
        lambda: asyncio.run(asyncio.open_connection("api.laaffic.com", 443)),
        lambda: trio.run(trio.open_tcp_stream, "api.laaffic.com", 443),
        lambda: anyio.run(anyio.connect_tcp, "api.laaffic.com", 443),
        # What connect() announces when it has looked up the name by itself.
        lambda: sys.audit("socket.connect", None, ("api.laaffic.com", 443)),
    ]

    @pytest.mark.parametrize("attempt", ATTEMPTS)
    def test_stopped(laaffic_gateway, attempt):
        with pytest.raises(OSError, match="laaffic_gateway is in use"):
            attempt()
    """
    run(tests).assert_outcomes(passed=10)


def test_it_stays_stopped_when_a_test_undoes_its_patches(run: Run) -> None:
    tests = (
        SYNC
        + """
def test_undone(laaffic_gateway, monkeypatch):
    monkeypatch.undo()
    with pytest.raises(laaffic.NotSentError, match="laaffic_gateway is in use"):
        send(api_key="key", api_secret="secret", app_id="app")
"""
    )
    run(tests).assert_outcomes(passed=1)


def test_a_host_with_a_similar_name_is_not_stopped(run: Run) -> None:
    tests = """
    import sys

    def test_one(laaffic_gateway):
        for host in ("notapi.laaffic.com", "api.laaffic.com.example", "localhost", None):
            sys.audit("socket.getaddrinfo", host, 443, 0, 0, 0)
        sys.audit("socket.connect", None, "/run/a.socket")
    """
    run(tests).assert_outcomes(passed=1)


def test_it_is_stopped_during_the_test_only(run: Run) -> None:
    tests = """
    import sys

    def look_up():
        sys.audit("socket.getaddrinfo", "api.laaffic.com", 443, 0, 0, 0)

    def test_during(laaffic_gateway):
        with pytest.raises(OSError):
            look_up()

    def test_after():
        look_up()
    """
    run(tests).assert_outcomes(passed=2)
