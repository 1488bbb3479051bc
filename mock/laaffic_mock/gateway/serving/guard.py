"""Who may ask: no web page but one of this machine's own, whatever name it gives this address.

A page in a developer's browser can post to any port of the machine, and after a change of its own name's address (DNS
rebinding) read what comes back. A browser says in `Host` and `Origin` which page asks; no page can change that.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from laaffic_mock.gateway.desk.desk import Desk
from laaffic_mock.gateway.desk.rules import Rule
from laaffic_mock.gateway.errors import GatewayError
from laaffic_mock.gateway.serving.body import Unreadable, read_body
from laaffic_mock.gateway.serving.values import shown
from laaffic_mock.gateway.serving.watch import Watch
from laaffic_mock.gateway.watching.log import End
from laaffic_mock.gateway.words import CHANGE, INSPECTION

# Prism, and other proxies, ask by an address of their own, and say here by which they were asked.
_HOST_HEADERS = ("host", "x-forwarded-host")
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", re.IGNORECASE | re.ASCII)
_ORIGIN = re.compile(r"https?://(.+)", re.IGNORECASE)
_READING = frozenset({"GET", "HEAD"})
_MISDIRECTED, _FORBIDDEN = 421, 403
_NO_PAGE = "no web page but one of this machine's own"


class Refusal(NamedTuple):
    """With which HTTP status a request is refused, why, and by which rule."""

    status: int
    why: str
    rule: Rule


class Hosts:
    """The names by which the gateway may be asked: those of loopback, and others that were allowed.

    Args:
        names: further names or addresses, without a port.

    Raises:
        GatewayError: one is no name.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(map(_canonical, names))

    def allow(self, authority: str) -> bool:
        """Tell whether a name or address, with or without a port, is allowed."""
        found = _AUTHORITY.fullmatch(authority)
        if found is None:
            return False
        name = _bare(found[1])
        return name == "localhost" or name.endswith(".localhost") or _is_loopback(name) or name in self._names


def refusal(request: Request, hosts: Hosts) -> Refusal | None:
    """Say why a request is refused, whatever it asks for, or return None."""
    asked = [
        name.strip()
        for header in _HOST_HEADERS
        for value in request.headers.getlist(header)
        for name in value.split(",")
    ]
    for authority in asked or [""]:
        if not hosts.allow(authority):
            remedy = "ask by 127.0.0.1 or localhost, or start it with --allow-host and this name, without the port"
            why = f"it was asked as {shown(authority)}, which is not allowed: {remedy}"
            rule = Rule("host", "the header Host", shown(authority), "a name of loopback, or an allowed one", remedy)
            return Refusal(_MISDIRECTED, why, rule)
    for origin in request.headers.getlist("origin"):
        found = _ORIGIN.fullmatch(origin)
        if found is None or not hosts.allow(found[1]):
            remedy = "where it is yours, start it with --allow-host and the page's host"
            why = f"a web page of {shown(origin)} asks, which is not allowed: {remedy}"
            return Refusal(_FORBIDDEN, why, Rule("origin", "the header Origin", shown(origin), _NO_PAGE, remedy))
    if request.headers.get("sec-fetch-site") == "cross-site":
        why, remedy = "a web page of another site asks", "open the address in the browser by hand"
        rule = Rule("origin", "the header Sec-Fetch-Site", "cross-site", _NO_PAGE, remedy)
        return Refusal(_FORBIDDEN, f"{why}: {remedy}", rule)
    name, value = CHANGE
    if _inspects(request) and request.method not in _READING and request.headers.get(name) != value:
        why = f"what changes something here needs the header `{name}: {value}`: send it"
        rule = Rule("header", f"the header {name}", "nothing", value, "send it")
        return Refusal(_FORBIDDEN, why, rule)
    return None


class Guard:
    """Refuses what may be a web page's, before anything else sees it.

    Args:
        app: what serves the other requests.
        hosts: by which names it may be asked.
        desk: counts what is refused; it is no request that has come to the contract's endpoints.
        watch: writes it down.
        read_timeout: how many seconds a client has for a body.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts, desk: Desk, watch: Watch, read_timeout: float) -> None:
        self._app = app
        self._hosts = hosts
        self._desk = desk
        self._watch = watch
        self._read_timeout = read_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        request = Request(scope, receive)
        refused = refusal(request, self._hosts)
        if refused is None:
            await self._app(scope, receive, send)
            return
        self._desk.tally[f"refused with HTTP {refused.status}"] += 1
        # A response before the body has come would be lost with the connection.
        with suppress(Unreadable):
            await read_body(request, self._read_timeout)
        response = _response(request, refused)
        if not _inspects(request):
            self._watch.end(self._watch.begin(request), End.REFUSED, response, rule=refused.rule)
        await response(scope, receive, send)


def _response(request: Request, refused: Refusal) -> Response:
    headers = {"Connection": "close"}
    if _inspects(request):
        return JSONResponse({"error": refused.why}, refused.status, headers)
    return PlainTextResponse(f"laaffic mock gateway: {refused.why}.\n", refused.status, headers)


def _inspects(request: Request) -> bool:
    return str(request.scope["path"]).startswith(INSPECTION)


def _canonical(name: str) -> str:
    found = _AUTHORITY.fullmatch(name if ":" not in name or name.startswith("[") else f"[{name}]")
    if found is None or found[2] is not None:
        raise GatewayError(f"{shown(name)} is no host: give a name or an address, without http:// and without a port")
    return _bare(found[1])


def _bare(name: str) -> str:
    """Return a name in its one spelling: `Mock.` and `mock` are the same, and so are `[::1]` and `::1`."""
    name = name.lower().strip("[]").rstrip(".")
    address = _address(name)
    return name if address is None else str(address)


def _is_loopback(name: str) -> bool:
    address = _address(name)
    return address is not None and address.is_loopback


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None
