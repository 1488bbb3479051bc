"""The inspection path by which the Prism before the gateway tells what it refused, or responded in its place."""

import base64
import binascii
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from laaffic_mock.gateway.desk.desk import Desk
from laaffic_mock.gateway.desk.exchange import Endpoint
from laaffic_mock.gateway.desk.exchange import Request as Asked
from laaffic_mock.gateway.desk.rules import broken_address
from laaffic_mock.gateway.desk.violations import Refusal, broken_contract
from laaffic_mock.gateway.serving.guard import Hosts, refusal
from laaffic_mock.gateway.serving.handling import guarded, read_object
from laaffic_mock.gateway.serving.values import MAX_NUMBER, BadRequest, as_flag, as_number, as_text, check_names
from laaffic_mock.gateway.serving.watch import Watch
from laaffic_mock.gateway.watching.log import End, Exchange
from laaffic_mock.gateway.words import BROWSERS_OWN, TOKEN

_MAX_NOTE = 2 * 1024 * 1024  # 1 MiB of a body in base64, and the rest
_FIELDS = (
    *("status", "response", "passed"),
    *("method", "path", "client", "headers", "body", "size", "complete"),
)
_FORBIDDEN = 403


class _Note(NamedTuple):
    """A request that was not passed on; `whole` says whether all of its body is there."""

    method: str
    path: str
    client: str
    headers: list[tuple[bytes, bytes]]
    body: bytes | None
    size: int
    whole: bool


class ToldPaths:
    """The handler.

    Args:
        endpoints: the endpoints of the contract.
        desk: counts what was refused.
        watch: writes it down.
        hosts: by which names the gateway may be asked.
        read_timeout: how many seconds there are for a body.
        token: by which the one that tells is known.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        desk: Desk,
        watch: Watch,
        hosts: Hosts,
        *,
        read_timeout: float,
        token: str,
    ) -> None:
        self._endpoints = {(one.operation.method, one.operation.path): one for one in endpoints}
        self._desk = desk
        self._watch = watch
        self._hosts = hosts
        self._token = token
        self._read_timeout = read_timeout

    def routes(self) -> list[Route]:
        """Return the route below /_mock."""
        return [Route("/_mock/requests", guarded(self.tell), methods=["POST"])]

    async def tell(self, request: Request) -> Response:
        """Write down a request that was not passed on, or what the client got in place of the response to `passed`."""
        wanted = await read_object(request, self._read_timeout, most=_MAX_NOTE)
        check_names("field", wanted, _FIELDS)
        if not secrets.compare_digest(request.headers.get(TOKEN, "").encode(), self._token.encode()):
            return JSONResponse({"error": "only the Prism that was started before this gateway tells that"}, _FORBIDDEN)
        response = Response(_bytes(wanted, "response"), int(as_number(wanted.get("status"), "status", 400, 599)))
        passed = as_text(wanted.get("passed"), "passed")
        if passed is None:
            self._refused(_note(wanted), response)
        else:
            self._watch.replaced(passed, response)
        return Response(status_code=204)

    def _refused(self, note: _Note, response: Response) -> None:
        raw_path, _, query = note.path.partition("?")
        path = unquote(raw_path)
        if path in BROWSERS_OWN:
            return
        exchange = Exchange(
            self._desk.account.now(), note.method, _latin(note.path), note.client, note.headers, note.body, note.size
        )
        scope = {"type": "http", "method": note.method, "path": path, "query_string": b"", "headers": note.headers}
        stopped = refusal(Request(scope), self._hosts)
        endpoint = self._endpoints.get((note.method, path))
        if stopped is not None:  # a web page's, so no more is kept of it than if it had come here
            exchange.body, exchange.size, rule = None, 0, stopped.rule
            self._desk.tally[f"refused with HTTP {response.status_code}"] += 1
        elif endpoint is None:
            rule = broken_address(note.method, path, self._endpoints)._replace(broken="contract")
        else:
            asked = Asked(Headers(raw=note.headers), dict(QueryParams(query)), note.body or b"", note.client)
            refused = Refusal(response.status_code, bytes(response.body))
            rule = broken_contract(refused, asked, endpoint, self._desk.account, whole=note.whole)
            self._desk.count(f"refused with HTTP {response.status_code}")
        self._watch.end(exchange, End.REFUSED, response, rule=rule)


def _note(wanted: dict[str, Any]) -> _Note:
    body, size = _bytes(wanted, "body"), int(as_number(wanted.get("size"), "size", 0, MAX_NUMBER))
    return _Note(
        method=as_text(wanted.get("method"), "method", needed=True) or "",
        path=as_text(wanted.get("path"), "path", needed=True) or "",
        client=as_text(wanted.get("client"), "client") or "",
        headers=_headers(wanted.get("headers")),
        body=body or None,
        size=size,
        whole=as_flag(wanted.get("complete"), "complete") and size == len(body),
    )


def _bytes(wanted: dict[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(as_text(wanted.get(name) or None, name) or "", validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"{name} is base64") from None


def _headers(given: object) -> list[tuple[bytes, bytes]]:
    pairs: list[Any] = given if isinstance(given, list) else [None]
    if not all(isinstance(pair, list) and [type(each) for each in pair] == [str, str] for pair in pairs):
        raise BadRequest("headers is a list of names with their values")
    return [(_latin(name.lower()), _latin(value)) for name, value in pairs]


def _latin(text: str) -> bytes:
    return text.encode("latin-1", "replace")
