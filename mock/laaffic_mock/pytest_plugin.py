"""The pytest plugin: a gateway for the tests of an application, which nothing gets past.

pytest loads this module in every run of everybody who has laaffic installed. So it imports only pytest and the standard
library; the fixtures import the rest when a test asks for one.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    import laaffic
    import laaffic_campaigns
    from laaffic_mock import RemoteGateway

VARIABLE = "LAAFFIC_MOCK_URL"
BLOCK = "laaffic_block"

_ABOUT_KEYS = frozenset({"key", "signature", "app_id"})
_IN_USE = pytest.StashKey["RemoteGateway"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting `laaffic_block`."""
    parser.addini(BLOCK, "keep every test off every host but this machine", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """With `laaffic_block`, watch every way to a host, and let no proxy be one."""
    if config.getini(BLOCK):
        from laaffic_mock._off_limits import watch, without_proxy

        patch = watch()
        config.add_cleanup(patch.undo)
        for name, value in without_proxy("*").items():
            patch.setenv(name, value)


@pytest.hookimpl(hookwrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Keep what is imported off other hosts, too."""
    with _blocking(session.config):
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Keep a test and its fixtures off other hosts."""
    with _blocking(item.config):
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Tell of a test that failed whether the gateway did not know the keys of its client."""
    report = (yield).get_result()
    gateway = item.stash.get(_IN_USE, None)
    if report.failed and gateway is not None and (told := _about_keys(gateway)):
        report.sections.append(("laaffic_gateway", told))


@pytest.fixture(scope="session")
def _laaffic_gateway_session() -> Iterator["RemoteGateway"]:
    """Run one gateway for all tests of this process: the whole session, or one xdist worker."""
    missing = ""
    try:
        from laaffic_mock import Gateway
    except ImportError as error:
        missing = str(error)
    if missing:  # outside of the except, so that it is one line
        pytest.fail(f"The fixture laaffic_gateway cannot start: {missing}", pytrace=False)
    url = os.environ.get(VARIABLE)
    with _already_running(url) if url else Gateway(held=True) as gateway:
        yield gateway


@pytest.fixture
def laaffic_gateway(
    _laaffic_gateway_session: "RemoteGateway", monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator["RemoteGateway"]:
    """A mock gateway, empty at the start of each test, to which `laaffic.Client()` sends during the test.

    LAAFFIC_BASE_URL and the credentials are set for the test. The real host cannot be reached while it lasts. What it
    accepts stays queued: `advance` and `deliver` let it finish.
    """
    from laaffic_mock._off_limits import attempts, real_host_stopped, without_proxy

    gateway = _laaffic_gateway_session
    gateway.stopped = attempts
    # The shared monkeypatch, so that what the test itself sets is undone in the right order.
    for name, value in gateway.environment.items():
        monkeypatch.setenv(name, value)
    with real_host_stopped() as host:
        for name, value in without_proxy(host).items():
            monkeypatch.setenv(name, value)
        gateway.clear()
        request.node.stash[_IN_USE] = gateway
        yield gateway
        del request.node.stash[_IN_USE]


@pytest.fixture
def laaffic_client(laaffic_gateway: "RemoteGateway") -> Iterator["laaffic.Client"]:
    """A client that sends to `laaffic_gateway`."""
    del laaffic_gateway  # it has set the environment
    import laaffic

    with laaffic.Client() as client:
        yield client


@pytest.fixture
def laaffic_async_client(laaffic_gateway: "RemoteGateway") -> "laaffic.AsyncClient":
    """An async client that sends to `laaffic_gateway`, on any event loop; it need not be closed."""
    del laaffic_gateway  # it has set the environment
    import httpx2

    import laaffic

    # A fixture does not know the test's event loop, on which alone a connection could be closed: so none is kept.
    limits = httpx2.Limits(max_keepalive_connections=0)
    return laaffic.AsyncClient(transport=httpx2.AsyncHTTPTransport(verify=_ssl_context(), limits=limits))


@pytest.fixture
def laaffic_ledger(tmp_path: "Path", monkeypatch: pytest.MonkeyPatch) -> Iterator["laaffic_campaigns.Ledger"]:
    """A ledger without campaigns, in the test's own folder; `laaffic_campaigns.Ledger()` opens it, too.

    LAAFFIC_LEDGER is set for the test, and XDG_STATE_HOME, so that no note of it stays with the user. Where its
    campaigns send to is said by the client that runs them.
    """
    missing = ""
    try:
        from laaffic_campaigns import Ledger
    except ImportError as error:
        missing = str(error)
    if missing:  # outside of the except, so that it is one line
        pytest.fail(f"The fixture laaffic_ledger cannot start: {missing}", pytrace=False)
    url = f"sqlite:///{tmp_path / 'laaffic-ledger.db'}"
    monkeypatch.setenv("LAAFFIC_LEDGER", url)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "laaffic-state"))
    with Ledger(url) as ledger:
        yield ledger


@cache
def _ssl_context() -> "ssl.SSLContext":
    import httpx2

    return httpx2.create_ssl_context()


def _blocking(config: pytest.Config) -> AbstractContextManager[None]:
    if not config.getini(BLOCK):
        return nullcontext()
    from laaffic_mock._off_limits import only_this_machine

    return only_this_machine()


def _about_keys(gateway: "RemoteGateway") -> str:
    """Say why the gateway refused a sender, where it did: the SDK's error names the keys, but not that it is a mock."""
    from laaffic_mock import GatewayError

    try:
        rules = [exchange["rule"] or {} for exchange in gateway.requests_refused]
    except GatewayError:
        return ""  # it is gone, and the test's own error says so
    refused = sum(rule.get("broken") in _ABOUT_KEYS for rule in rules)
    if not refused:
        return ""
    return (
        f"Requests that met this mock and were refused with status -1 (authentication failed): {refused}.\n"
        "It knows the keys that it sets for the test, in LAAFFIC_API_KEY, LAAFFIC_API_SECRET and LAAFFIC_APP_ID. Give\n"
        "the client none in tests, so that it reads these; or tell the mock yours, at the beginning of the test:\n"
        "laaffic_gateway.configure(api_key=..., api_secret=..., app_id=...)"
    )


def _already_running(url: str) -> "RemoteGateway":
    from laaffic_mock import RemoteGateway
    from laaffic_mock._off_limits import real_host_stopped

    if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
        several = "one gateway for several xdist workers, which would empty it for each other"
        pytest.fail(f"{VARIABLE} names {several}: unset it, so that each has its own, or leave out -n", pytrace=False)
    wrong = ""
    try:
        with real_host_stopped():
            gateway = RemoteGateway(url)
            gateway.hold()
            gateway.clear()
    except Exception as error:  # noqa: BLE001  # whatever is there instead, the remedy is the same
        wrong = str(error)
    if wrong:
        remedy = "start one with `laaffic mock --no-contract`, correct the address, or unset the variable"
        pytest.fail(f"{VARIABLE} is {url!r}, and there is no gateway to use ({wrong}): {remedy}", pytrace=False)
    return gateway
