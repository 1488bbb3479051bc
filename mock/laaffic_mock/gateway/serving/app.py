"""The gateway over HTTP: the contract's endpoints, and the inspection paths beside them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from email.utils import formatdate
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from laaffic_mock.gateway.desk.desk import Desk, Verdict
from laaffic_mock.gateway.desk.exchange import Endpoint, Malformed
from laaffic_mock.gateway.desk.exchange import Request as Asked
from laaffic_mock.gateway.desk.rules import Rule, broken_address
from laaffic_mock.gateway.faults.faults import SKEW_SECONDS, Fault
from laaffic_mock.gateway.serving.aftermath import Aftermath
from laaffic_mock.gateway.serving.body import Unreadable, read_body
from laaffic_mock.gateway.serving.guard import Guard, Hosts
from laaffic_mock.gateway.serving.inspection import Inspection
from laaffic_mock.gateway.serving.paths.told import ToldPaths
from laaffic_mock.gateway.serving.watch import Watch
from laaffic_mock.gateway.serving.wire import Connections, RawResponse
from laaffic_mock.gateway.watching.log import End
from laaffic_mock.gateway.words import BROWSERS_OWN, INSPECTION

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_HTTP = {Fault.HTTP_500: 500, Fault.HTTP_502: 502, Fault.HTTP_503: 503, Fault.HTTP_429: 429}
_BODY_RULE = ("a body of at most 16 MiB, sent without a pause", "send fewer recipients in a request")
_DROPS = frozenset({Fault.DROP_BEFORE_READING, Fault.DROP, Fault.ACCEPT_THEN_DROP})
_HANGS = frozenset({Fault.HANG, Fault.ACCEPT_THEN_HANG})


def make_app(
    endpoints: Iterable[Endpoint],
    desk: Desk,
    aftermath: Aftermath,
    connections: Connections,
    refuse: Callable[[float], Awaitable[None]],
    *,
    read_timeout: float,
    hosts: Hosts,
    watch: Watch,
    token: str,
) -> Starlette:
    """Return the ASGI program.

    Args:
        endpoints: the endpoints of the contract.
        desk: takes the requests.
        aftermath: what follows from them.
        connections: the open connections, for the faults below HTTP.
        refuse: stops listening for so many seconds.
        read_timeout: how many seconds a client has for a body.
        hosts: by which names it may be asked.
        watch: what is written down of them.
        token: by which the Prism before it is known.
    """
    given, house = list(endpoints), _House(desk, aftermath, connections, watch, read_timeout)

    def route(endpoint: Endpoint) -> Route:
        async def handle(request: Request) -> Response:
            return await _respond(endpoint, request, house)

        return Route(endpoint.operation.path, handle, methods=[endpoint.operation.method])

    async def nowhere(request: Request, error: Exception) -> Response:
        return _nowhere(request, error, given, watch)

    told = ToldPaths(given, desk, watch, hosts, read_timeout=read_timeout, token=token)
    inspection = Inspection(desk, aftermath, connections, refuse, watch, read_timeout=read_timeout, hosts=hosts)
    guard = Middleware(Guard, hosts=hosts, desk=desk, watch=watch, read_timeout=read_timeout)
    app = Starlette(
        routes=[*map(route, given), *inspection.routes(), *told.routes()],
        middleware=[guard],
        exception_handlers={404: nowhere, 405: nowhere},
    )
    app.router.redirect_slashes = False  # the provider's paths are what they are
    return app


class _House(NamedTuple):
    """What every request passes."""

    desk: Desk
    aftermath: Aftermath
    connections: Connections
    watch: Watch
    read_timeout: float


async def _respond(endpoint: Endpoint, request: Request, house: _House) -> Response:
    desk, watch = house.desk, house.watch
    due = desk.plan.due()
    seen = watch.begin(request)
    if due is not None and due.fault is Fault.DROP_BEFORE_READING:
        desk.count(due.fault.value)
        nothing = RawResponse(house.connections)
        watch.end(seen, End.FAULT, nothing, fault=due.fault)
        return nothing
    try:
        seen.body = await read_body(request, house.read_timeout)
        seen.first = desk.account.book.last + 1
        asked = Asked(request.headers, dict(request.query_params), seen.body, seen.client)
        verdict = desk.take(endpoint, asked, due)
    except Unreadable as error:
        desk.count(f"refused with HTTP {error.status}")
        response = _refused(error.status, str(error))
        watch.end(seen, End.MALFORMED, response, rule=Rule("body", None, str(error), *_BODY_RULE), spent=due)
        return response
    except Malformed as error:
        response = _refused(400, str(error))
        watch.end(seen, End.MALFORMED, response, rule=error.rule, spent=due)
        return response
    response = _as_http(verdict, desk, house.connections)
    seen.last = desk.account.book.last
    watch.judged(seen, verdict, response)
    house.aftermath.look()
    if verdict.due is not None and verdict.due.fault is Fault.SLOW:
        await asyncio.sleep(verdict.due.seconds)
    return response


def _refused(status: int, why: str) -> Response:
    text = f"laaffic mock gateway: {why}. What the provider would respond here is not known.\n"
    return PlainTextResponse(text, status, {"Connection": "close"})


def _nowhere(request: Request, error: Exception, endpoints: Iterable[Endpoint], watch: Watch) -> Response:
    """Refuse what no endpoint is for, and say which there are."""
    if request.url.path.startswith(INSPECTION):
        status, headers = getattr(error, "status_code", 404), getattr(error, "headers", None)
        return JSONResponse({"error": "there is no such inspection path, or not with this method"}, status, headers)
    there_are = ((one.operation.method, one.operation.path) for one in endpoints)
    rule = broken_address(request.method, request.url.path, there_are)
    status = 405 if rule.broken == "method" else 404
    response = PlainTextResponse(f"laaffic mock gateway: there is only {rule.expected}.\n", status)
    if request.url.path not in BROWSERS_OWN:
        watch.end(watch.begin(request), End.REFUSED, response, rule=rule)
    return response


def _as_http(verdict: Verdict, desk: Desk, connections: Connections) -> Response:
    """Return a verdict over HTTP, or what a fault leaves of that."""
    fault = verdict.due and verdict.due.fault
    now = desk.account.now() + (SKEW_SECONDS if fault is Fault.CLOCK_SKEW else 0)
    headers = {"Date": formatdate(now, usegmt=True)}
    if fault in _DROPS:
        return RawResponse(connections)
    if fault in _HANGS:
        return RawResponse(connections, hang=True)
    if fault in _HTTP:
        return Response(_HTML.format(_HTTP[fault]), _HTTP[fault], headers, media_type="text/html")
    content = json.dumps(verdict.response, ensure_ascii=False).encode()
    if fault is Fault.CUT_HEADERS:
        return RawResponse(connections, b"HTTP/1.1 200 OK\r\nContent-Type: application/js")
    if fault is Fault.CUT_BODY:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        return RawResponse(connections, head.encode() + content[: len(content) // 2])
    if fault is Fault.TRUNCATED_JSON:
        content = content[: len(content) // 2]
    return Response(content, 200, headers, media_type="application/json")
