"""Settings: from arguments and the environment, checked once."""

import ipaddress
import os
import re
import ssl
from dataclasses import dataclass, field
from typing import TypeGuard
from urllib.parse import SplitResult, urlsplit

import httpx2

from laaffic._model.errors import ConfigurationError

DEFAULT_BASE_URL = "https://api.laaffic.com"
DEFAULT_TIMEOUT = (5.0, 30.0)
# The provider's page writes this limit for the sibling /v3/sendSms; for the batch endpoint none is written.
DEFAULT_MAX_RECIPIENTS = 1000
DEFAULT_CONNECT_RETRIES = 2
_ONE_DAY = 24 * 60 * 60
_LONGEST_HOST = 253
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a client needs to know, checked."""

    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    app_id: str
    base_url: str
    connect_timeout: float
    read_timeout: float
    max_recipients: int
    connect_retries: int
    proxy: str | None = field(repr=False)  # its address may hold a password
    ssl_context: ssl.SSLContext | None


def make_settings(
    api_key: str | None,
    api_secret: str | None,
    app_id: str | None,
    *,
    base_url: str | None,
    timeout: float | tuple[float, float],
    max_recipients: int,
    connect_retries: int,
    proxy: str | None,
    ssl_context: ssl.SSLContext | None,
) -> Settings:
    """Check every setting.

    Raises:
        ConfigurationError: names the argument or the variable, and the remedy.
    """
    key, secret, app = _credentials(api_key, api_secret, app_id)
    connect, read = _timeouts(timeout)
    if not _is_whole(max_recipients) or max_recipients < 1:
        raise ConfigurationError("max_recipients is a whole number of receivers per request, at least 1")
    if not _is_whole(connect_retries) or connect_retries < 0:
        raise ConfigurationError("connect_retries is a whole number, 0 or more")
    if proxy is not None and not is_address(proxy):
        raise ConfigurationError("proxy is an http or https address such as http://proxy.example:3128")
    if ssl_context is not None and not isinstance(ssl_context, ssl.SSLContext):
        raise ConfigurationError("ssl_context is an ssl.SSLContext, such as ssl.create_default_context(cafile=...)")
    if ssl_context is not None and (ssl_context.verify_mode != ssl.CERT_REQUIRED or not ssl_context.check_hostname):
        raise ConfigurationError(
            "The ssl_context does not check certificates. The signature covers neither body nor path, so TLS is the "
            "only protection: give a context with your own CA instead (ssl.create_default_context(cafile=...))"
        )
    url = _base_url(os.environ.get("LAAFFIC_BASE_URL", DEFAULT_BASE_URL) if base_url is None else base_url)
    if proxy is not None and url.startswith("http:"):
        raise ConfigurationError("Plain http goes to loopback, never to a proxy. Leave proxy out, or use https")
    return Settings(
        api_key=key,
        api_secret=secret,
        app_id=app,
        base_url=url,
        connect_timeout=connect,
        read_timeout=read,
        max_recipients=max_recipients,
        connect_retries=connect_retries,
        proxy=proxy,
        ssl_context=ssl_context,
    )


def _credentials(api_key: str | None, api_secret: str | None, app_id: str | None) -> tuple[str, str, str]:
    given = {"api_key": api_key, "api_secret": api_secret, "app_id": app_id}
    found = {name: os.environ.get(_variable(name), "") if value is None else value for name, value in given.items()}
    missing = [name for name, value in found.items() if not value]
    if missing:
        variables = ", ".join(_variable(name) for name in missing)
        raise ConfigurationError(f"Missing {', '.join(missing)}. Set {variables}, or pass it to the client")
    for name, value in found.items():
        if not isinstance(value, str) or value != value.strip():
            raise ConfigurationError(
                f"{name} is not a string, or begins or ends with white space. Check the argument or {_variable(name)}"
            )
    key = found["api_key"]
    if not all("!" <= character <= "~" for character in key):
        raise ConfigurationError("api_key holds characters that no HTTP header can carry. Check LAAFFIC_API_KEY")
    try:
        (found["api_secret"] + found["app_id"]).encode()
    except UnicodeEncodeError:
        raise ConfigurationError("api_secret or app_id is not text in UTF-8") from None
    return key, found["api_secret"], found["app_id"]


def _variable(name: str) -> str:
    return f"LAAFFIC_{name.upper()}"


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _timeouts(timeout: float | tuple[float, float]) -> tuple[float, float]:
    pair = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    if len(pair) != 2 or not all(_is_number(s) and 0 < s <= _ONE_DAY for s in pair):  # noqa: PLR2004  # pair
        raise ConfigurationError("timeout is seconds, above 0 and at most a day, or a pair: (connect, read)")
    return float(pair[0]), float(pair[1])


def _base_url(given: str) -> str:
    if not isinstance(given, str) or not given.strip():
        # Whoever sets it to nothing, as an unset variable in a script does, did not mean the real gateway.
        raise ConfigurationError("base_url (LAAFFIC_BASE_URL) is empty; give an address, or leave it unset")
    url = given.strip().rstrip("/")
    parts = _parsed(url)
    if parts is None:
        raise ConfigurationError("base_url (LAAFFIC_BASE_URL) is an address such as https://api.laaffic.com")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError("base_url (LAAFFIC_BASE_URL) has no user, password, query or fragment; leave them out")
    if parts.path.endswith("/v3") or "/v3/" in parts.path:
        raise ConfigurationError("base_url (LAAFFIC_BASE_URL) is without /v3; leave it out, it is added")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ConfigurationError(
            f"base_url (LAAFFIC_BASE_URL) is plain http to {parts.hostname}. Use https: whoever sees one "
            "request can send others for half an hour. Plain http goes only to loopback, such as http://127.0.0.1:4010"
        )
    return url


def is_address(url: object) -> bool:
    """Tell whether something is an http or https address with a host that can be looked up."""
    return _parsed(url) is not None


def _parsed(url: object) -> SplitResult | None:
    """Take an http or https address apart; None when it is none."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        _ = httpx2.URL(url).host  # which fails for a name that looks international and is not
    except (ValueError, httpx2.InvalidURL):
        return None
    named = len(host) <= _LONGEST_HOST and all(_LABEL.fullmatch(label) for label in host.removesuffix(".").split("."))
    if parts.scheme not in {"http", "https"} or port == 0 or not (named or ":" in host):
        return None
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
