"""The gateway over HTTP: the contract's endpoints, and the inspection paths beside them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from email.utils import formatdate

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from laaffic_mock.gateway.desk.desk import Desk, Verdict
from laaffic_mock.gateway.desk.exchange import Endpoint, Malformed
from laaffic_mock.gateway.desk.exchange import Request as Asked
from laaffic_mock.gateway.faults.faults import SKEW_SECONDS, Fault
from laaffic_mock.gateway.serving.aftermath import Aftermath
from laaffic_mock.gateway.serving.body import Unreadable, read_body
from laaffic_mock.gateway.serving.guard import Guard, Hosts
from laaffic_mock.gateway.serving.paths.account import Inspection
from laaffic_mock.gateway.serving.wire import Connections, RawResponse

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_HTTP = {Fault.HTTP_500: 500, Fault.HTTP_502: 502, Fault.HTTP_503: 503, Fault.HTTP_429: 429}
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
    """

    def route(endpoint: Endpoint) -> Route:
        async def handle(request: Request) -> Response:
            return await _respond(endpoint, request, desk, aftermath, connections, read_timeout=read_timeout)

        return Route(endpoint.operation.path, handle, methods=[endpoint.operation.method])

    inspection = Inspection(desk, aftermath, connections, refuse, read_timeout=read_timeout, hosts=hosts)
    guard = Middleware(Guard, hosts=hosts, desk=desk, read_timeout=read_timeout)
    return Starlette(routes=[*map(route, endpoints), *inspection.routes()], middleware=[guard])


async def _respond(
    endpoint: Endpoint,
    request: Request,
    desk: Desk,
    aftermath: Aftermath,
    connections: Connections,
    *,
    read_timeout: float,
) -> Response:
    due = desk.plan.due()
    if due is not None and due.fault is Fault.DROP_BEFORE_READING:
        desk.count(due.fault.value)
        return RawResponse(connections)
    try:
        body = await read_body(request, read_timeout)
        client = request.client.host if request.client else ""
        asked = Asked(request.headers, dict(request.query_params), body, client)
        verdict = desk.take(endpoint, asked, due)
        aftermath.look()
    except Unreadable as error:
        desk.count(f"refused with HTTP {error.status}")
        return _refused(error.status, str(error))
    except Malformed as error:
        return _refused(400, str(error))
    return await _as_http(verdict, desk, connections)


def _refused(status: int, why: str) -> Response:
    text = f"laaffic mock gateway: {why}. What the provider would respond here is not known.\n"
    return PlainTextResponse(text, status, {"Connection": "close"})


async def _as_http(verdict: Verdict, desk: Desk, connections: Connections) -> Response:
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
    if fault is Fault.SLOW and verdict.due is not None:
        await asyncio.sleep(verdict.due.seconds)
    return Response(content, 200, headers, media_type="application/json")
