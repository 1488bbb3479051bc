"""The inbox page: which files are served, and with which headers."""

from collections.abc import Iterator

import httpx2
import pytest

from laaffic_mock import Gateway, Prism, RemoteGateway
from laaffic_mock.gateway.serving.paths.page import INBOX
from mock.asked import PATH, inspect, send, signed


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    """Return an HTTP client of a gateway."""
    with Gateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        yield client


def test_the_page_is_at_the_root(http: httpx2.Client) -> None:
    page = http.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.content == (INBOX / "index.html").read_bytes()


def test_its_files_are_served_by_their_names(http: httpx2.Client) -> None:
    for file in INBOX.rglob("*.*"):
        assert http.get(f"/_mock/inbox/{file.relative_to(INBOX).as_posix()}").content == file.read_bytes()


@pytest.mark.parametrize("path", ["/", "/_mock/inbox/index.html"])
def test_it_may_load_nothing_from_elsewhere(http: httpx2.Client, path: str) -> None:
    headers = http.get(path).headers
    policy = headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nothing.js",
        "../local.py",
        "%2e%2e/local.py",
        "..%2flocal.py",
        "%2fetc/passwd",
        "/etc/passwd",
        "index.html/",
        "index.html%00",
        "./index.html%2f..",
    ],
)
def test_no_other_file_is_served(http: httpx2.Client, name: str) -> None:
    request = httpx2.Request("GET", f"{http.base_url}/_mock/inbox/{name}")
    assert http.send(request).status_code == 404


def test_a_page_of_another_host_cannot_read_it(http: httpx2.Client) -> None:
    assert http.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert http.get("/", headers={"Origin": "http://evil.example"}).status_code == 403


def test_what_the_page_is_not_asked_is_refused(http: httpx2.Client) -> None:
    assert http.get("/", params={"x": "1"}).status_code == 400


@pytest.fixture(scope="module")
def proxy() -> Iterator[Prism]:
    """Return Prism before a gateway."""
    with Gateway(held=True) as gateway, Prism(upstream=gateway.url) as prism:
        yield prism


def test_behind_prism_the_page_has_the_same_port(proxy: Prism) -> None:
    page = httpx2.get(f"{proxy.url}/", trust_env=False)
    assert page.content == (INBOX / "index.html").read_bytes()
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert httpx2.get(f"{proxy.url}/_mock/inbox/index.html", trust_env=False).content == page.content


def test_behind_prism_the_contract_has_the_same_port(proxy: Prism) -> None:
    assert httpx2.get(f"{proxy.url}/_mock/contract.yaml", trust_env=False).text.startswith("openapi: ")


def test_behind_prism_the_inspection_has_the_same_port(proxy: Prism) -> None:
    with RemoteGateway(proxy.url) as gateway:
        gateway.clear()
        gateway.balance = 5
        send(proxy.url)
        gateway.assert_sent(times=1)
        assert gateway.balance == 4
    assert inspect(proxy.url, "messages?limit=1")["total"] == 1


def test_behind_prism_events_come_as_they_happen(proxy: Prism) -> None:
    url = f"{proxy.url}/_mock/events"
    with (
        httpx2.Client(trust_env=False, timeout=20) as client,
        client.stream("GET", url) as response,
    ):
        send(proxy.url)
        assert "event: message" in response.iter_lines()


@pytest.mark.parametrize("path", ["/", "/_mock/messages", "/_mock/inbox/index.html"])
def test_behind_prism_a_page_of_another_host_cannot_read_it(proxy: Prism, path: str) -> None:
    assert httpx2.get(f"{proxy.url}{path}", headers={"Host": "evil.example"}, trust_env=False).status_code == 421
    assert (
        httpx2.get(f"{proxy.url}{path}", headers={"Origin": "http://evil.example"}, trust_env=False).status_code == 403
    )


def test_behind_prism_the_contract_is_checked_all_the_same(proxy: Prism) -> None:
    refused = httpx2.post(f"{proxy.url}{PATH}", json={}, headers=signed(), trust_env=False)
    assert refused.status_code == 422
    assert httpx2.get(f"{proxy.url}/_mocked", trust_env=False).status_code == 404
