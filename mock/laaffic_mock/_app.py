"""The gateway over HTTP: the contract's endpoint, and the inspection paths outside of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from email.utils import formatdate

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from laaffic_mock._desk import Desk, Verdict
from laaffic_mock._faults import Fault
from laaffic_mock._inspection import Inspection
from laaffic_mock._reading import Unreadable, read_body
from laaffic_mock._rules import Malformed
from laaffic_mock._wire import Connections, RawResponse

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_HTTP = {Fault.HTTP_500: 500, Fault.HTTP_502: 502, Fault.HTTP_503: 503, Fault.HTTP_429: 429}
_DROPS = frozenset({Fault.DROP_BEFORE_READING, Fault.DROP, Fault.ACCEPT_THEN_DROP})
_HANGS = frozenset({Fault.HANG, Fault.ACCEPT_THEN_HANG})


def make_app(
    desk: Desk, connections: Connections, refuse: Callable[[float], Awaitable[None]], patience: float
) -> Starlette:
    """Return the ASGI program.

    Args:
        desk: the state.
        connections: the open connections, for the faults below HTTP.
        refuse: stops listening for so many seconds.
        patience: how many seconds a client has for a body.
    """

    async def batch(request: Request) -> Response:
        due = desk.plan.due()
        if due is not None and due[0] is Fault.DROP_BEFORE_READING:
            desk.tally.update(["requests", due[0].value])
            return RawResponse(connections)
        try:
            body = await read_body(request, patience)
            client = request.client.host if request.client else ""
            verdict = desk.take(_Headers(request), client, body, due)
        except (Unreadable, Malformed) as error:
            status = error.status if isinstance(error, Unreadable) else 400
            desk.tally.update(["requests", f"refused with HTTP {status}"])
            return _refused(status, str(error))
        return await _answered(verdict, desk, connections)

    routes = [
        Route(desk.contract.path, batch, methods=["POST"]),
        *Inspection(desk, connections, refuse, patience).routes(),
    ]
    return Starlette(routes=routes)


class _Headers(dict[str, str]):
    """The three headers of a signature, by the contract's own spelling."""

    def __init__(self, request: Request) -> None:
        super().__init__({name: request.headers.get(name, "") for name in ("Api-Key", "Timestamp", "Sign")})


def _refused(status: int, why: str) -> Response:
    text = f"laaffic mock gateway: {why}. What the provider would answer here is not known.\n"
    return PlainTextResponse(text, status, {"Connection": "close"})


async def _answered(verdict: Verdict, desk: Desk, connections: Connections) -> Response:
    fault = verdict.fault
    headers = {"Date": formatdate(desk.now() + (7200 if fault is Fault.CLOCK_SKEW else 0), usegmt=True)}
    if fault in _DROPS:
        return RawResponse(connections)
    if fault in _HANGS:
        return RawResponse(connections, hang=True)
    if fault in _HTTP:
        return Response(_HTML.format(_HTTP[fault]), _HTTP[fault], headers, media_type="text/html")
    content = json.dumps(verdict.answer, ensure_ascii=False).encode()
    if fault is Fault.CUT_HEADERS:
        return RawResponse(connections, b"HTTP/1.1 200 OK\r\nContent-Type: application/js")
    if fault is Fault.CUT_BODY:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        return RawResponse(connections, head.encode() + content[: len(content) // 2])
    if fault is Fault.TRUNCATED_JSON:
        content = content[: len(content) // 2]
    if fault is Fault.SLOW:
        await asyncio.sleep(verdict.seconds)
    return Response(content, 200, headers, media_type="application/json")
