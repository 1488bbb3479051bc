"""Settings: from arguments and the environment, checked once."""

import ipaddress
import os
import re
import ssl
from dataclasses import dataclass, field
from typing import NamedTuple, TypeGuard
from urllib.parse import SplitResult, urlsplit

from laaffic._model.errors import ConfigurationError
from laaffic._model.masking import can_be_encoded

DEFAULT_BASE_URL = "https://api.laaffic.com"
DEFAULT_PREFIX = "/v3"
DEFAULT_TIMEOUT = (5.0, 30.0)
_DEFAULT_TOTAL = 120.0
# The provider's page states this limit for the sibling /v3/sendSms; for the batch endpoint it states none.
DEFAULT_MAX_RECIPIENTS = 1000
DEFAULT_CONNECT_RETRIES = 2
# The provider's published sample credentials: they are no secret, so a mock may be reached with them over plain http.
SAMPLE_CREDENTIALS = ("bDqJFiq9", "7bz1lzh9")
_ONE_DAY = 24 * 60 * 60
_MAX_HOST = 253
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")

Timeout = float | tuple[float, float] | tuple[float, float, float]


class Timeouts(NamedTuple):
    """Limits of time, in seconds.

    Attributes:
        connect: to make a connection.
        read: to wait for the next bytes of the response, or for the server to take the next bytes of the request.
        total: for a call as a whole, from its first attempt to the end of the response to its last.
    """

    connect: float
    read: float
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a client needs to know; it checks itself.

    Raises:
        ConfigurationError: names the argument or the variable, and the remedy.
    """

    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    app_id: str
    base_url: str
    api_prefix: str
    timeouts: Timeouts
    max_recipients: int
    connect_retries: int
    proxy: str | None = field(repr=False)  # its address may hold a password
    ssl_context: ssl.SSLContext | None
    own_order_ids: bool
    order_id_seed: int | str | None

    def __post_init__(self) -> None:
        if not _is_whole(self.max_recipients) or self.max_recipients < 1:
            raise ConfigurationError("max_recipients must be a whole number of recipients per request, at least 1")
        if not _is_whole(self.connect_retries) or self.connect_retries < 0:
            raise ConfigurationError("connect_retries must be a whole number, 0 or more")
        if not _PREFIX.fullmatch(self.api_prefix):
            raise ConfigurationError("api_prefix (LAAFFIC_API_PREFIX) must be a path such as /v3")
        if not isinstance(self.own_order_ids, bool):
            raise ConfigurationError("own_order_ids must be True or False")
        if not (self.order_id_seed is None or isinstance(self.order_id_seed, str) or _is_whole(self.order_id_seed)):
            raise ConfigurationError("order_id_seed must be a whole number or a string; leave it out but in tests")
        self._check_base_url()
        self._check_proxy()
        _check_ssl_context(self.ssl_context)

    def _check_base_url(self) -> None:
        parts = _parsed(self.base_url)
        if parts is None:
            raise ConfigurationError("base_url (LAAFFIC_BASE_URL) must be an address such as https://api.laaffic.com")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ConfigurationError(
                "base_url (LAAFFIC_BASE_URL) must have no user, password, query or fragment; leave them out"
            )
        if self.api_prefix and f"{self.api_prefix}/" in f"{parts.path}/":
            raise ConfigurationError(
                f"base_url (LAAFFIC_BASE_URL) must be without {self.api_prefix}, which is added; leave it out"
            )
        if parts.scheme == "http" and not _is_loopback(parts.hostname or "") and not self._is_sample_account():
            raise ConfigurationError(
                f"base_url (LAAFFIC_BASE_URL) is plain http to {parts.hostname}. Use https: whoever sees one request "
                "can send others for half an hour. Plain http is allowed only to loopback, such as "
                "http://127.0.0.1:4010, or with the provider's published sample credentials, for a mock"
            )

    def _check_proxy(self) -> None:
        if self.proxy is not None and not is_address(self.proxy):
            raise ConfigurationError("proxy must be an http or https address such as http://proxy.example:3128")
        if self.proxy is not None and self.base_url.startswith("http:"):
            raise ConfigurationError("Plain http never goes to a proxy. Leave proxy out, or use https")

    def _is_sample_account(self) -> bool:
        return (self.api_key, self.api_secret) == SAMPLE_CREDENTIALS


def make_settings(
    *,
    api_key: str | None,
    api_secret: str | None,
    app_id: str | None,
    base_url: str | None,
    api_prefix: str | None,
    timeout: Timeout,
    own_order_ids: bool | None,
    **others: object,
) -> Settings:
    """Fill in from the environment what was not given, and check all of it.

    Raises:
        ConfigurationError: names the argument or the variable, and the remedy.
    """
    key, secret, app = _credentials(api_key, api_secret, app_id)
    return Settings(
        api_key=key,
        api_secret=secret,
        app_id=app,
        base_url=_given_base_url(_or_environment(base_url, "base_url", DEFAULT_BASE_URL)),
        api_prefix=_given_prefix(_or_environment(api_prefix, "api_prefix", DEFAULT_PREFIX)),
        timeouts=make_timeouts(timeout),
        own_order_ids=_switch("own_order_ids", default=True) if own_order_ids is None else own_order_ids,
        **others,  # type: ignore[arg-type]  # they are the arguments of ClientBase, which has their types
    )


def make_timeouts(given: Timeout) -> Timeouts:
    """Return the limits of time.

    Raises:
        ConfigurationError: it is neither a number of seconds, nor two or three of them.
    """
    parts = given if isinstance(given, tuple) else (given, given)
    if len(parts) not in {2, 3} or not all(_is_number(s) and 0 < s <= _ONE_DAY for s in parts):
        raise ConfigurationError(
            "timeout must be seconds, above 0 and at most a day: one number, (connect, read) or (connect, read, total)"
        )
    connect, read, *total = map(float, parts)
    return Timeouts(connect, read, total[0] if total else max(_DEFAULT_TOTAL, connect + read))


def is_address(url: object) -> bool:
    """Return whether something is an http or https address with a host that can be looked up."""
    return _parsed(url) is not None


def _credentials(api_key: str | None, api_secret: str | None, app_id: str | None) -> tuple[str, str, str]:
    given = {"api_key": api_key, "api_secret": api_secret, "app_id": app_id}
    found = {name: os.environ.get(_variable(name), "") if value is None else value for name, value in given.items()}
    missing = [name for name, value in found.items() if not value]
    if missing:
        variables = ", ".join(_variable(name) for name in missing)
        them = "it" if len(missing) == 1 else "them"
        raise ConfigurationError(f"Missing {', '.join(missing)}. Set {variables}, or pass {them} to the client")
    for name, value in found.items():
        if not isinstance(value, str) or value != value.strip():
            raise ConfigurationError(
                f"{name} is not a string, or begins or ends with white space. Check the argument or {_variable(name)}"
            )
    key = found["api_key"]
    if not all("!" <= character <= "~" for character in key):
        raise ConfigurationError("api_key has characters that no HTTP header can carry. Check LAAFFIC_API_KEY")
    if not can_be_encoded(found["api_secret"] + found["app_id"]):
        raise ConfigurationError("api_secret or app_id has characters that cannot be encoded as UTF-8")
    return key, found["api_secret"], found["app_id"]


def _or_environment(given: str | None, name: str, default: str) -> str:
    if given is not None:
        return given
    found = os.environ.get(_variable(name), default)
    if not found.strip():
        # Whoever sets it to nothing, as an unset variable in a script does, did not mean the real gateway.
        raise ConfigurationError(f"{name} ({_variable(name)}) is empty; give a value, or leave it unset")
    return found


def _switch(name: str, *, default: bool) -> bool:
    found = _or_environment(None, name, "1" if default else "0").strip()
    if found not in {"0", "1"}:
        raise ConfigurationError(f"{_variable(name)} must be 1 or 0: set one of them, or leave it unset")
    return found == "1"


def _variable(name: str) -> str:
    return f"LAAFFIC_{name.upper()}"


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_ssl_context(context: object) -> None:
    if context is None:
        return
    if not isinstance(context, ssl.SSLContext):
        raise ConfigurationError("ssl_context must be an ssl.SSLContext: ssl.create_default_context(cafile=...)")
    if context.verify_mode != ssl.CERT_REQUIRED or not context.check_hostname:
        raise ConfigurationError(
            "The ssl_context does not check certificates. The signature covers neither body nor path, so TLS is the "
            "only protection: give a context with your own CA instead (ssl.create_default_context(cafile=...))"
        )


def _given_base_url(given: object) -> str:
    if not isinstance(given, str):
        raise ConfigurationError(f"base_url must be a string, got {type(given).__name__}")
    if not given.strip():
        raise ConfigurationError("base_url (LAAFFIC_BASE_URL) is empty; give an address, or leave it unset")
    return given.strip().rstrip("/")


def _given_prefix(given: object) -> str:
    if not isinstance(given, str):
        raise ConfigurationError("api_prefix (LAAFFIC_API_PREFIX) must be a path such as /v3")
    return given.strip().rstrip("/")


def _parsed(url: object) -> SplitResult | None:
    """Take an http or https address apart; None when it is not one."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    named = len(host) <= _MAX_HOST and all(_LABEL.fullmatch(label) for label in host.removesuffix(".").split("."))
    if parts.scheme not in {"http", "https"} or port == 0 or not (named or ":" in host):
        return None
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
