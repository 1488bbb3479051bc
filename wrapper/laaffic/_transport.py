"""The HTTP library's settings: what is set here holds for both clients."""

import ssl
import sys
from functools import cache
from importlib.metadata import version
from typing import Any

import httpx

from laaffic._errors import ConfigurationError
from laaffic._settings import Settings
from laaffic._signing import Signer


@cache
def shared_ssl_context() -> ssl.SSLContext:
    """Return the one SSL context of this process: building one takes longer than many sends."""
    return httpx.create_ssl_context()


@cache
def _user_agent() -> str:
    python = ".".join(map(str, sys.version_info[:2]))
    return f"laaffic/{version('laaffic')} python/{python} httpx/{httpx.__version__}"


def http_options(settings: Settings, signer: Signer) -> dict[str, Any]:
    """Return the arguments that `httpx.Client` and `httpx.AsyncClient` share."""
    return {
        "base_url": settings.base_url,
        "auth": signer,
        "headers": {"User-Agent": _user_agent(), "Accept": "application/json"},
        "timeout": httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
        "follow_redirects": False,
        "verify": settings.ssl_context or shared_ssl_context(),
        "proxy": settings.proxy,
        # A proxy named in the environment sees only a TLS tunnel. Plain http goes to loopback, never to a proxy.
        "trust_env": not settings.plain_http,
    }


def checked_transport(transport: object, kind: type[Any]) -> Any:
    """Check an expert's transport, which must be of the HTTP library's `kind`.

    Raises:
        ConfigurationError: it is not.
    """
    if transport is None or isinstance(transport, kind):
        return transport
    raise ConfigurationError(f"transport is an httpx.{kind.__name__}, not a {type(transport).__name__}")
