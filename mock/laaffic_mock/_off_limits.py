"""What nothing in this process may reach at the moment: the provider's host, or every host but this machine."""

import os
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address
from typing import Any

import httpx2
import pytest

from laaffic_mock.gateway.contract import load_contract

# How often which host was tried in vain since this was last cleared.
attempts: Counter[str] = Counter()

_stopped: set[str] = set()
_only_this_machine = False


@contextmanager
def real_host_stopped() -> Iterator[str]:
    """Stop every attempt of this process to reach the provider's host, and say which that is."""
    host = load_contract().host
    patch = watch()
    _stopped.add(host)
    try:
        yield host
    finally:
        _stopped.discard(host)
        patch.undo()


@contextmanager
def only_this_machine() -> Iterator[None]:
    """Stop every attempt of this process to reach anything but loopback. `watch` comes first."""
    global _only_this_machine  # noqa: PLW0603  # an audit hook cannot be removed, so it is told
    before, _only_this_machine = _only_this_machine, True
    try:
        yield
    finally:
        _only_this_machine = before


def watch() -> pytest.MonkeyPatch:
    """Watch all ways to a host, and return the patch that is to be undone.

    It is one of its own: a test's `monkeypatch.undo()` must not let anything pass.
    """
    _watch_sockets()
    patch = pytest.MonkeyPatch()
    for transport, method in (
        (httpx2.HTTPTransport, "handle_request"),
        (httpx2.AsyncHTTPTransport, "handle_async_request"),
    ):
        patch.setattr(transport, method, _watched(getattr(transport, method)))
    return patch


def without_proxy(host: str) -> dict[str, str]:
    """Return the variables that keep proxies away from a host, which they would reach past every check here."""
    known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")
    value = "*" if "*" in {known.strip(), host} else ",".join(filter(None, [known, host]))
    return dict.fromkeys(("NO_PROXY", "no_proxy"), value)


def _watched(handle: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Watch a method of httpx2: a proxy, or a connection from before, needs no name to be resolved."""

    def watched(transport: Any, request: Any) -> Any:
        try:
            _check(request.url.host, by_path=_goes_by_path(transport))
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
    if not (_stopped or _only_this_machine):
        return
    if event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        _check(arguments[0])
    elif event == "socket.getnameinfo":
        _check(arguments[0][0])
    elif event in {"socket.connect", "socket.sendto", "socket.sendmsg"} and isinstance(arguments[1], tuple):
        family = getattr(arguments[0], "family", socket.AF_INET)
        if family in {socket.AF_INET, socket.AF_INET6}:
            _check(arguments[1][0])


def _goes_by_path(transport: Any) -> bool:
    """Tell whether a transport goes to a Unix socket, whatever host its requests name; else a test would be stopped."""
    return getattr(getattr(transport, "_pool", None), "_uds", None) is not None  # it has no public name


def _check(host: object, *, by_path: bool = False) -> None:
    if host is None:  # this machine, as getaddrinfo is asked for an address to listen on
        return
    name = (host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)).lower().rstrip(".")
    # The SDK shows at most 200 characters of these.
    if any(name == stopped or name.endswith(f".{stopped}") for stopped in _stopped):
        attempts[name] += 1
        remedy = "give the client no base_url, then LAAFFIC_BASE_URL leads it to the gateway"
        raise OSError(f"laaffic_gateway is in use, so the real host {name} was stopped: {remedy}")
    if _only_this_machine and not by_path and not _is_here(name):
        attempts[name] += 1
        remedy = "send to the fixture laaffic_gateway, or to a server on 127.0.0.1"
        raise OSError(f"laaffic_block keeps tests on this machine, so {name[:60]} was stopped: {remedy}")


def _is_here(name: str) -> bool:
    try:
        address = ip_address(name)
    except ValueError:
        return name in {"", "localhost", socket.gethostname().lower()} or name.endswith(".localhost")
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified
