"""Every setting, checked before anything is sent."""

import ssl
from typing import Any

import httpx2
import pytest

import laaffic


@pytest.mark.parametrize("name", ["API_KEY", "API_SECRET", "APP_ID"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_credential_names_its_variable(name: str, value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is None:
        monkeypatch.delenv(f"LAAFFIC_{name}")
    else:
        monkeypatch.setenv(f"LAAFFIC_{name}", value)
    with pytest.raises(laaffic.ConfigurationError, match=f"LAAFFIC_{name}") as caught:
        laaffic.Client()
    assert caught.value.sent == "no"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"api_key": "key\n"}, "white space"),
        ({"api_secret": " s"}, "white space"),
        ({"api_key": "clé"}, "no HTTP header"),
        ({"api_key": "a b"}, "no HTTP header"),
        ({"api_secret": "\ud800"}, "UTF-8"),
        ({"api_key": 5}, "not a string"),
        ({"base_url": "http://api.laaffic.com", "api_key": "another"}, "plain http"),
        ({"base_url": "http://10.0.0.1", "api_key": "another"}, "plain http"),
        ({"base_url": "http://localhost.example", "api_key": "another"}, "plain http"),
        ({"base_url": "http://127.0.0.1@evil.example"}, "user"),
        ({"base_url": "https://api.laaffic.com/v3"}, "without /v3"),
        ({"base_url": "https://api.laaffic.com/v3/"}, "without /v3"),
        ({"base_url": "https://api.laaffic.com/v3/sendSms/batch"}, "without /v3"),
        ({"base_url": ""}, "empty"),
        ({"base_url": " "}, "empty"),
        ({"base_url": 5}, "must be a string"),
        ({"base_url": "api.laaffic.com"}, "must be an address"),
        ({"base_url": "ftp://api.laaffic.com"}, "must be an address"),
        ({"base_url": "https://"}, "must be an address"),
        ({"base_url": "https://x.example:port"}, "must be an address"),
        ({"base_url": "https://[::1"}, "must be an address"),
        ({"base_url": "https://user:pw@x.example"}, "must have no user"),
        ({"base_url": "https://x.example?a=1"}, "query"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1.0}, "timeout"),
        ({"timeout": None}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
        ({"timeout": (1.0, 2.0, 3.0, 4.0)}, "timeout"),
        ({"own_order_ids": "no"}, "own_order_ids must be True or False"),
        ({"order_id_seed": 1.5}, "order_id_seed must be a whole number or a string"),
        ({"max_recipients": 0}, "max_recipients"),
        ({"max_recipients": 1.5}, "max_recipients"),
        ({"connect_retries": -1}, "connect_retries"),
        ({"proxy": "proxy.example:3128"}, "proxy"),
        ({"proxy": "http://[::1"}, "proxy"),
        ({"proxy": 5}, "proxy"),
        ({"proxy": "http://proxy.example", "base_url": "http://127.0.0.1"}, "never goes to a proxy"),
        ({"ssl_context": False}, "ssl_context"),
        ({"timeout": True}, "timeout"),
        ({"timeout": 1e9}, "at most a day"),
        ({"base_url": "https://a..b"}, "must be an address"),
        ({"base_url": f"https://{'a' * 64}.example"}, "must be an address"),
        ({"base_url": "https://xn--"}, "must be an address"),
        ({"base_url": "https://\u2603.example"}, "must be an address"),
        ({"base_url": "https://ex\0ample.com"}, "must be an address"),
        ({"base_url": b"https://x.example"}, "must be a string"),
        ({"transport": object()}, "transport"),
        (
            {"transport": httpx2.MockTransport(lambda _: httpx2.Response(200)), "proxy": "http://x.example"},
            "its own proxy",
        ),
    ],
)
@pytest.mark.parametrize("client", [laaffic.Client, laaffic.AsyncClient])
def test_a_wrong_setting_is_refused_with_its_remedy(
    client: type[laaffic.Client], settings: dict[str, Any], says: str
) -> None:
    with pytest.raises(laaffic.ConfigurationError, match=says) as caught:
        client(**settings)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:4010", "http://localhost", "http://[::1]:80", "http://127.9.9.9/x/"])
def test_plain_http_is_for_loopback(url: str) -> None:
    laaffic.Client(base_url=url).close()


def test_certificate_checks_cannot_be_switched_off() -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    with pytest.raises(laaffic.ConfigurationError, match="does not check certificates"):
        laaffic.Client(ssl_context=context)
    context.verify_mode = ssl.CERT_NONE
    with pytest.raises(laaffic.ConfigurationError, match="does not check certificates"):
        laaffic.Client(ssl_context=context)


def test_an_empty_variable_for_the_base_url_does_not_mean_the_real_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", "")
    with pytest.raises(laaffic.ConfigurationError, match="LAAFFIC_BASE_URL"):
        laaffic.Client()


@pytest.mark.parametrize("client", [laaffic.Client, laaffic.AsyncClient])
def test_a_mock_may_be_reached_over_plain_http_with_the_published_sample_credentials(
    client: type[laaffic.Client],
) -> None:
    assert "mock:4010" in repr(client(base_url="http://mock:4010"))
    with pytest.raises(laaffic.ConfigurationError, match="plain http"):
        client(base_url="http://mock:4010", api_key="another")
    with pytest.raises(laaffic.ConfigurationError, match="plain http"):
        client(base_url="http://mock:4010", api_secret="another")


@pytest.mark.parametrize("prefix", ["v3", "/v3?x", "/v 3", 5])
def test_a_prefix_that_is_not_a_path_is_refused(prefix: Any) -> None:
    with pytest.raises(laaffic.ConfigurationError, match="api_prefix"):
        laaffic.Client(api_prefix=prefix, base_url="https://gateway.invalid")


def test_a_prefix_in_the_base_url_is_refused() -> None:
    with pytest.raises(laaffic.ConfigurationError, match="without /sms"):
        laaffic.Client(api_prefix="/sms", base_url="https://gateway.invalid/sms")


def test_a_transport_of_httpx_is_refused_by_the_name_of_its_successor() -> None:
    kind = type("HTTPTransport", (), {"__module__": "httpx"})
    with pytest.raises(laaffic.ConfigurationError, match="one of httpx's; laaffic uses its successor httpx2"):
        laaffic.Client(transport=kind())


def test_fresh_connections_are_not_for_a_transport_of_ones_own() -> None:
    with pytest.raises(laaffic.ConfigurationError, match="fresh_connections"):
        laaffic.Client(fresh_connections=True, transport=httpx2.MockTransport(lambda _: httpx2.Response(200)))


@pytest.mark.parametrize("value", ["", "false", "2", "yes"])
def test_a_switch_in_the_environment_is_1_or_0(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAAFFIC_OWN_ORDER_IDS", value)
    with pytest.raises(laaffic.ConfigurationError, match=r"LAAFFIC_OWN_ORDER_IDS.*leave it unset"):
        laaffic.Client()
