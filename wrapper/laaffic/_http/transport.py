"""The HTTP library's settings: what is set here holds for both clients."""

import ssl
import sys
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from laaffic._http.connections import KEPT, AsyncConnections, Connections
from laaffic._http.doubt import doubted, doubted_async
from laaffic._http.guard import AsyncGuardedTransport, GuardedTransport
from laaffic._http.signing import Signer
from laaffic._model.errors import ConfigurationError
from laaffic._settings import Settings, is_address


@cache
def shared_ssl_context() -> ssl.SSLContext:
    """Return the one SSL context of this process: building one takes longer than many sends."""
    return httpx2.create_ssl_context()


@cache
def _user_agent() -> str:
    from importlib.metadata import version  # noqa: PLC0415  # takes long to import, and `import laaffic` needs it not

    python = ".".join(map(str, sys.version_info[:2]))
    return f"laaffic/{version('laaffic')} python/{python} httpx2/{httpx2.__version__}"


def open_sync(settings: Settings, signer: Signer, transport: httpx2.BaseTransport | None) -> httpx2.Client:
    """Return the HTTP client, over an expert's transport if there is one."""
    if transport is None:
        options = _connection_options(settings)
        guarded: httpx2.BaseTransport = Connections(
            lambda: GuardedTransport(httpx2.HTTPTransport(**options), alone=True)
        )
    else:
        guarded = GuardedTransport(doubted(transport))
    return httpx2.Client(transport=guarded, **_request_options(settings, signer))


def open_async(settings: Settings, signer: Signer, transport: httpx2.AsyncBaseTransport | None) -> httpx2.AsyncClient:
    """Return the async HTTP client, over an expert's transport if there is one."""
    if transport is None:
        options = _connection_options(settings)
        guarded: httpx2.AsyncBaseTransport = AsyncConnections(
            lambda: AsyncGuardedTransport(httpx2.AsyncHTTPTransport(**options), alone=True)
        )
    else:
        guarded = AsyncGuardedTransport(doubted_async(transport))
    return httpx2.AsyncClient(transport=guarded, **_request_options(settings, signer))


def _request_options(settings: Settings, signer: Signer) -> dict[str, Any]:
    return {
        "base_url": settings.base_url,
        "auth": signer,
        "headers": {"User-Agent": _user_agent(), "Accept": "application/json"},
        "timeout": httpx2.Timeout(settings.read_timeout, connect=settings.connect_timeout),
        "follow_redirects": False,
        "trust_env": False,  # what is wanted of the environment is read here
    }


def _connection_options(settings: Settings) -> dict[str, Any]:
    return {
        "verify": settings.ssl_context or shared_ssl_context(),
        "proxy": settings.proxy or _proxy_of_the_environment(settings.base_url),
        "trust_env": False,
        "limits": httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEPT),
    }


def _proxy_of_the_environment(base_url: str) -> str | None:
    """Return the proxy for https that the environment names. Plain http goes to loopback, never to a proxy."""
    parts = urlsplit(base_url)
    if parts.scheme == "http" or proxy_bypass(parts.hostname or ""):
        return None
    named = getproxies()
    proxy = named.get("https") or named.get("all")
    if proxy and not is_address(proxy if "://" in proxy else f"http://{proxy}"):
        raise ConfigurationError("HTTPS_PROXY or ALL_PROXY is no http or https address; SOCKS will not do")
    return proxy and (proxy if "://" in proxy else f"http://{proxy}")
