"""The pytest plugin: a gateway for the tests of an application, which nothing gets past.

pytest loads this module in every run of everybody who has laaffic installed. So it imports only pytest and the standard
library; the fixtures import the rest when a test asks for one.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

# The hosts that must not be reached at the moment, and those that somebody tried to reach.
_stopped: set[str] = set()
_tried: list[str] = []


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
    _laaffic_gateway_session: "RemoteGateway", monkeypatch: pytest.MonkeyPatch
) -> Iterator["RemoteGateway"]:
    """A mock gateway, empty at the start of each test, to which `laaffic.Client()` sends during the test.

    LAAFFIC_BASE_URL and the credentials are set for the test. The real host cannot be reached while it lasts. What it
    accepts stays queued: `advance` and `deliver` let it finish.
    """
    gateway = _laaffic_gateway_session
    # The shared monkeypatch, so that what the test itself sets is undone in the right order.
    for name, value in gateway.environment.items():
        monkeypatch.setenv(name, value)
    with _real_host_stopped() as host:
        for name, value in _without_proxy(host).items():
            monkeypatch.setenv(name, value)
        gateway.clear()
        _tried.clear()
        gateway.stopped = _tried
        yield gateway


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


def _already_running(url: str) -> "RemoteGateway":
    from laaffic_mock import RemoteGateway

    if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
        several = "one gateway for several xdist workers, which would empty it for each other"
        pytest.fail(f"{VARIABLE} names {several}: unset it, so that each has its own, or leave out -n", pytrace=False)
    wrong = ""
    try:
        with _real_host_stopped():
            gateway = RemoteGateway(url)
            gateway.hold()
            gateway.clear()
    except Exception as error:  # noqa: BLE001  # whatever is there instead, the remedy is the same
        wrong = str(error)
    if wrong:
        remedy = "start one with `laaffic mock --no-contract`, correct the address, or unset the variable"
        pytest.fail(f"{VARIABLE} is {url!r}, and there is no gateway to use ({wrong}): {remedy}", pytrace=False)
    return gateway


def _without_proxy(host: str) -> dict[str, str]:
    """Return the variables that keep proxies away from a host, which they would reach past every check here."""
    known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")
    value = known if known.strip() == "*" else ",".join(filter(None, [known, host]))
    return dict.fromkeys(("NO_PROXY", "no_proxy"), value)


@contextmanager
def _real_host_stopped() -> Iterator[str]:
    """Stop every attempt of this process to reach the provider's host, and say which that is."""
    import httpx2

    from laaffic_mock.gateway.contract import load_contract

    host = load_contract().host
    _watch_sockets()
    with pytest.MonkeyPatch.context() as patch:  # its own: a test's monkeypatch.undo() must not let anything pass
        for transport, method in (
            (httpx2.HTTPTransport, "handle_request"),
            (httpx2.AsyncHTTPTransport, "handle_async_request"),
        ):
            patch.setattr(transport, method, _watched(getattr(transport, method)))
        _stopped.add(host)
        try:
            yield host
        finally:
            _stopped.discard(host)


def _watched(handle: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Watch a method of httpx2: a proxy, or a connection from before, needs no name to be resolved."""
    import httpx2

    def watched(transport: Any, request: Any) -> Any:
        try:
            _check(request.url.host)
        except OSError as error:
            raise httpx2.ConnectError(str(error), request=request) from None
        return handle(transport, request)

    return watched


@cache
def _watch_sockets() -> None:
    """Watch the resolution of names and the connections of all that runs in this process, whichever way it goes there.

    An audit hook stays for good; it has no effect while nothing is stopped.
    """
    sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if not _stopped:
        return
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        _check(arguments[0])
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        _check(arguments[1][0])


def _check(host: object) -> None:
    name = (host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)).lower().rstrip(".")
    if any(name == stopped or name.endswith(f".{stopped}") for stopped in _stopped):
        _tried.append(name)
        remedy = "give the client no base_url, then LAAFFIC_BASE_URL leads it to the gateway"
        # The SDK shows at most 200 characters of it.
        raise OSError(f"laaffic_gateway is in use, so the real host {name} was stopped: {remedy}")
