"""Who may ask the gateway: no web page, by whatever name it asks, and through Prism no more than directly."""

import hashlib
import socket
import time
from collections.abc import Iterator

import httpx2
import pytest

import laaffic
from laaffic_mock import Gateway, GatewayError, Prism, RemoteGateway
from laaffic_mock._account import SAMPLE_APP, SAMPLE_KEY, SAMPLE_SECRET

NUMBER = "99955500001"
PATH = "/v3/sendSms/batch"
OURS = [
    "localhost",
    "LOCALHOST.:80",
    "a.localhost:4010",
    "127.0.0.1:1",
    "127.9.9.9",
    "[::1]",
    "[::1]:4010",
    "Mock:4010",
]
THEIRS = [
    "evil.example",
    "mock.evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example:80",
    "192.0.2.1",
    "0.0.0.0",  # noqa: S104  # asked by, not listened on
    "[2001:db8::1]",
    "evil.example/.localhost",
    "evil.example#.localhost",
    "u@localhost",
    "localhost:80:80",
    "",
]


@pytest.fixture(scope="module")
def running() -> Iterator[Gateway]:
    """Return a gateway that may be asked by one more name."""
    with Gateway(allow_hosts=["mock"]) as gateway:
        yield gateway


@pytest.fixture
def gateway(running: Gateway) -> Gateway:
    """Return the gateway, empty."""
    running.clear()
    return running


def send(url: str, **headers: str) -> httpx2.Response:
    """Post one message by hand."""
    now = str(int(time.time()))
    sign = hashlib.md5(f"{SAMPLE_KEY}{SAMPLE_SECRET}{now}".encode(), usedforsecurity=False).hexdigest()
    signed = {"Api-Key": SAMPLE_KEY, "Timestamp": now, "Sign": sign, **headers}
    body = {"appId": SAMPLE_APP, "array": [{"numbers": NUMBER, "content": "x"}]}
    return httpx2.post(f"{url}{PATH}", headers=signed, json=body, trust_env=False)


@pytest.mark.parametrize("host", OURS)
def test_loopback_and_allowed_names_are_served(gateway: Gateway, host: str) -> None:
    assert send(gateway.url, Host=host, Origin=f"http://{host}").json()["status"] == "0"


@pytest.mark.parametrize("host", THEIRS)
def test_any_other_host_is_refused_with_a_remedy_and_nothing_is_kept(gateway: Gateway, host: str) -> None:
    refused = send(gateway.url, Host=host)
    assert refused.status_code == 421
    assert "--allow-host" in refused.text
    assert gateway.counts == {"refused with HTTP 421": 1}
    gateway.assert_not_sent()


@pytest.mark.parametrize("path", ["messages", "health", "settings", "nowhere"])
def test_so_it_is_on_every_inspection_path(gateway: Gateway, path: str) -> None:
    refused = httpx2.get(f"{gateway.url}/_mock/{path}", headers={"Host": "evil.example"}, trust_env=False)
    assert refused.status_code == 421
    assert "--allow-host" in refused.json()["error"]


@pytest.mark.parametrize("host", THEIRS)
def test_a_page_of_another_host_is_refused(gateway: Gateway, host: str) -> None:
    assert send(gateway.url, Origin=f"http://{host}").status_code == 403
    gateway.assert_not_sent()


@pytest.mark.parametrize("origin", ["null", "", "file://", "localhost", "chrome-extension://localhost"])
def test_nor_is_an_origin_served_that_is_no_page_of_an_allowed_host(gateway: Gateway, origin: str) -> None:
    assert send(gateway.url, Origin=origin).status_code == 403


def test_nor_is_what_another_site_loads_as_a_picture(gateway: Gateway) -> None:
    gateway.fail_next("drop")
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert httpx2.get(f"{gateway.url}/v3/getBalance", headers=headers, trust_env=False).status_code == 403
    with pytest.raises((httpx2.NetworkError, httpx2.RemoteProtocolError)):
        send(gateway.url)  # the fault is still there


def test_a_host_that_a_proxy_was_asked_by_counts_as_well(gateway: Gateway) -> None:
    headers = {"X-Forwarded-Host": "localhost, evil.example"}
    assert httpx2.get(f"{gateway.url}/_mock/messages", headers=headers, trust_env=False).status_code == 421


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "clear"), ("POST", "faults"), ("PUT", "faults"), ("PATCH", "settings")]
)
@pytest.mark.parametrize("value", [None, "0"])
def test_what_changes_something_needs_its_header(gateway: Gateway, method: str, path: str, value: str | None) -> None:
    gateway.balance = 7
    headers = {} if value is None else {"X-Laaffic-Mock": value}
    refused = httpx2.request(method, f"{gateway.url}/_mock/{path}", headers=headers, json={}, trust_env=False)
    assert refused.status_code == 403
    assert "X-Laaffic-Mock: 1" in refused.json()["error"]
    assert gateway.balance == 7


def test_a_send_by_another_name_is_rejected_for_certain(gateway: Gateway) -> None:
    account = (SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP)
    client = laaffic.Client(*account, base_url=gateway.url, transport=_AskedAs("other:4010"))
    with client, pytest.raises(laaffic.HTTPStatusError) as caught:
        client.send_batch([laaffic.Message(NUMBER, "x")])
    assert caught.value.http_status == 421
    assert [recipient.state for recipient in caught.value.result.recipients] == ["rejected"]


def test_on_every_address_only_the_machines_own_name_is_added() -> None:
    with Gateway(host="0.0.0.0") as everywhere:  # noqa: S104  # what is tested
        assert send(everywhere.url, Host=socket.gethostname()).status_code == 200
        assert send(everywhere.url, Host="192.0.2.1").status_code == 421


@pytest.mark.parametrize("name", ["http://mock", "mock:4010", "a b", "[::1]:80"])
def test_what_is_no_host_cannot_be_allowed(name: str) -> None:
    with pytest.raises(GatewayError, match="without a port"):
        Gateway(allow_hosts=[name])


def test_where_it_listens_is_allowed(gateway: Gateway) -> None:
    del gateway
    with Gateway(host="127.0.0.2", allow_hosts=["2001:DB8::1"]) as elsewhere:
        assert send(elsewhere.url).status_code == 200
        assert send(elsewhere.url, Host="[2001:db8::1]:80").status_code == 200


def test_who_asks_by_a_name_that_is_not_allowed_is_told_so(gateway: Gateway) -> None:
    with (
        RemoteGateway(gateway.url.replace("127.0.0.1", "0.0.0.0")) as remote,  # noqa: S104  # asked by, not listened on
        pytest.raises(GatewayError, match="--allow-host"),
    ):
        _ = remote.messages


@pytest.fixture(scope="module")
def prism(running: Gateway) -> Iterator[Prism]:
    """Return a Prism before the gateway."""
    with Prism(upstream=running.url) as proxy:
        yield proxy


@pytest.mark.parametrize("host", ["localhost:4010", "mock"])
def test_through_prism_names_that_are_allowed_are_served(gateway: Gateway, prism: Prism, host: str) -> None:
    assert send(prism.url, Host=host).json()["status"] == "0"
    gateway.assert_sent(times=1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example", "X-Forwarded-Host": "localhost"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
def test_through_prism_a_web_page_is_refused(
    gateway: Gateway, prism: Prism, headers: dict[str, str], status: int
) -> None:
    assert send(prism.url, **headers).status_code == status
    gateway.assert_not_sent()


def test_through_prism_no_page_is_told_that_it_may_ask(prism: Prism) -> None:
    asks = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    said = httpx2.options(f"{prism.url}{PATH}", headers=asks, trust_env=False)
    assert not [name for name in said.headers if name.startswith("access-control")]


def test_through_prism_a_change_needs_the_header_too(prism: Prism) -> None:
    assert httpx2.post(f"{prism.url}/_mock/clear", trust_env=False).status_code == 403
    headers = {"X-Laaffic-Mock": "1"}
    assert httpx2.post(f"{prism.url}/_mock/clear", headers=headers, trust_env=False).status_code == 204


class _AskedAs(httpx2.HTTPTransport):
    """Asks by a name of its own, as an application in another container does."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Host"] = self._name
        return super().handle_request(request)
