"""The HTTP library's settings, the same for both clients."""

import encodings.idna  # noqa: F401  # the first look-up would import it, and a fork meanwhile would hang
import os
import ssl
import sys
from functools import cache
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from laaffic._http.backend import guard
from laaffic._http.caller import MAX_CONNECTIONS, AsyncCaller, Caller
from laaffic._http.channel import Channel
from laaffic._http.logs import keep_quiet
from laaffic._http.signing import Signer
from laaffic._model.errors import ConfigurationError
from laaffic._settings import Settings, is_address
from laaffic_api import Client as ApiClient

KEEP_ALIVE = 5.0  # seconds that an unused connection is kept
# Only these classes themselves, not a subclass, which may do anything.
_OF_THE_NETWORK = (httpx2.HTTPTransport, httpx2.AsyncHTTPTransport)
keep_quiet()


@cache
def shared_ssl_context(process: int) -> ssl.SSLContext:  # noqa: ARG001  # it is what the cache keeps it for
    """Return a process's one SSL context, with the system's certificates: building one is slower than many sends.

    A fork has one of its own: another thread may have held a lock of its parent's.
    """
    return httpx2.create_ssl_context()


@cache
def _user_agent() -> str:
    python = ".".join(map(str, sys.version_info[:2]))
    return f"laaffic/{version('laaffic')} python/{python} httpx2/{httpx2.__version__}"


def open_sync(settings: Settings, signer: Signer, transport: Any, *, fresh: bool) -> Channel:
    """Open a channel for the blocking client, over an expert's transport if there is one.

    Args:
        settings: the client's settings.
        signer: signs every request.
        transport: an expert's transport.
        fresh: whether each request gets a connection that no other request uses.
    """
    inner = httpx2.HTTPTransport(**_options(settings, fresh=fresh, most=None)) if transport is None else transport
    caller = Caller(inner, _headers())
    api = ApiClient(base_url=settings.base_url).set_httpx_client(caller)
    return _channel(api, caller, inner, settings, signer)


def open_async(settings: Settings, signer: Signer, transport: Any, *, fresh: bool) -> Channel:
    """Do the same for the asynchronous client."""
    options = _options(settings, fresh=fresh, most=MAX_CONNECTIONS)
    inner = httpx2.AsyncHTTPTransport(**options) if transport is None else transport
    caller = AsyncCaller(inner, _headers())
    api = ApiClient(base_url=settings.base_url).set_async_httpx_client(caller)
    return _channel(api, caller, inner, settings, signer)


def is_transport(given: object, *, sync: bool) -> bool:
    """Return whether something is a transport of the HTTP library, for the client of this kind."""
    return isinstance(given, httpx2.BaseTransport if sync else httpx2.AsyncBaseTransport)


def _headers() -> dict[str, str]:
    return {"User-Agent": _user_agent(), "Accept": "application/json", "Accept-Encoding": "gzip"}


def _channel(
    api: ApiClient, caller: Caller | AsyncCaller, transport: object, settings: Settings, signer: Signer
) -> Channel:
    of_the_network = type(transport) in _OF_THE_NETWORK
    return Channel(
        api,
        signer,
        caller.close,
        settings.api_prefix,
        settings.timeouts,
        trusted=of_the_network or type(transport) is httpx2.MockTransport,
        guarded=of_the_network and guard(transport),
    )


def _options(settings: Settings, *, fresh: bool, most: int | None) -> dict[str, Any]:
    kept = 0 if fresh else MAX_CONNECTIONS
    context = settings.ssl_context or shared_ssl_context(os.getpid())
    proxy = settings.proxy or _proxy_of_the_environment(settings.base_url)
    return {
        "verify": context,
        "proxy": proxy and httpx2.Proxy(proxy, ssl_context=context if proxy.startswith("https:") else None),
        "trust_env": False,
        "limits": httpx2.Limits(max_connections=most, max_keepalive_connections=kept, keepalive_expiry=KEEP_ALIVE),
    }


def _proxy_of_the_environment(base_url: str) -> str | None:
    """Return the proxy for https that the environment names. Plain http never goes through a proxy."""
    parts = urlsplit(base_url)
    if parts.scheme == "http" or proxy_bypass(parts.hostname or ""):
        return None
    named = getproxies()
    proxy = named.get("https") or named.get("all")
    if proxy and not is_address(proxy if "://" in proxy else f"http://{proxy}"):
        raise ConfigurationError("HTTPS_PROXY or ALL_PROXY is not an http or https address; SOCKS is not supported")
    return proxy and (proxy if "://" in proxy else f"http://{proxy}")
