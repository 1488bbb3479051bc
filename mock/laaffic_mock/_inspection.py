"""The inspection paths, outside of the contract's: what was accepted, and what is to happen."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, fields
from random import Random
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from laaffic_mock._desk import Desk
from laaffic_mock._faults import ABOUT, DEFAULT_SECONDS, Fault
from laaffic_mock._reading import Unreadable, read_body, read_json
from laaffic_mock._rules import Settings
from laaffic_mock._wire import Connections

REFUSE = "refuse_connection"
MOST_ON_A_PAGE = 10_000
MOST_SECONDS = 3600.0
MOST_NUMBER = 10**9
MOST_CLOCK_OFFSET = 10**9  # about 30 years: a date that HTTP can write
_KINDS: dict[str, type | tuple[type, ...]] = {
    "api_key": str,
    "api_secret": str,
    "app_id": str,
    "balance": (int, type(None)),
    "words": list,
    "templates": list,
    "allowed_ips": (list, type(None)),
    "clock_offset": (int, float),
}


class BadRequest(ValueError):  # noqa: N818  # answered as such
    """An inspection request that does not fit."""


class Inspection:
    """The handlers of the inspection paths.

    Args:
        desk: the gateway's state.
        connections: the open connections, which are dropped when connections are to be refused.
        refuse: stops listening for so many seconds.
        patience: how many seconds a client has for a body.
    """

    def __init__(
        self, desk: Desk, connections: Connections, refuse: Callable[[float], Awaitable[None]], patience: float
    ) -> None:
        self._desk = desk
        self._connections = connections
        self._refuse = refuse
        self._patience = patience

    def routes(self) -> list[Route]:
        """Return the routes below /_mock."""
        return [
            Route("/_mock/health", self.health),
            Route("/_mock/messages", _guarded(self.messages)),
            Route("/_mock/clear", self.clear, methods=["POST"]),
            Route("/_mock/settings", _guarded(self.settings), methods=["GET", "PATCH"]),
            Route("/_mock/faults", _guarded(self.ask_for_fault), methods=["POST"]),
            Route("/_mock/faults", _guarded(self.set_chances), methods=["PUT"]),
            Route("/_mock/faults", self.list_faults),
            Route("/_mock/magic", self.magic),
        ]

    async def health(self, _: Request) -> Response:
        """Say that it runs, and what has come."""
        return JSONResponse({"status": "ok", "mock": "nothing is really sent", "counts": dict(self._desk.tally)})

    async def messages(self, request: Request) -> Response:
        """List accepted messages: `number`, `offset`, `limit`."""
        query = request.query_params
        offset = _number(query.get("offset", "0"), "offset", 0, MOST_NUMBER)
        limit = _number(query.get("limit", "100"), "limit", 0, MOST_ON_A_PAGE)
        return JSONResponse(self._desk.book.page(query.get("number"), int(offset), int(limit)))

    async def clear(self, _: Request) -> Response:
        """Forget everything."""
        self._desk.clear()
        return Response(status_code=204)

    async def settings(self, request: Request) -> Response:
        """Show the account's settings, or change some."""
        if request.method == "PATCH":
            for name, value in _settings(await self._object(request)).items():
                setattr(self._desk.settings, name, value)
        shown = asdict(self._desk.settings)
        del shown["api_secret"]
        return JSONResponse(shown)

    async def list_faults(self, _: Request) -> Response:
        """List the faults there are."""
        return JSONResponse({fault.value: about.does for fault, about in ABOUT.items()})

    async def ask_for_fault(self, request: Request) -> Response:
        """Let the next requests go wrong: `fault`, `times`, `seconds`."""
        wanted = await self._object(request)
        _known(wanted, {"fault", "times", "seconds"})
        times = int(_number(wanted.get("times", 1), "times", 1, MOST_ON_A_PAGE))
        seconds = _number(wanted.get("seconds", DEFAULT_SECONDS), "seconds", 0, MOST_SECONDS)
        if wanted.get("fault") == REFUSE:
            self._connections.drop_all(but=request.scope)
            await self._refuse(seconds)
            await asyncio.sleep(0)  # dropped connections close in the loop's next turn: before the answer
        else:
            self._desk.plan.asked.extend([(_fault(wanted.get("fault"), [REFUSE, *Fault]), seconds)] * times)
        return Response(status_code=204)

    async def set_chances(self, request: Request) -> Response:
        """Let requests go wrong by chance: `chances`, `seed`."""
        wanted = await self._object(request)
        _known(wanted, {"chances", "seed"})
        given = wanted.get("chances")
        if not isinstance(given, dict):
            raise BadRequest("chances is an object: for each fault its probability")
        chances = {_fault(kind, Fault): _number(chance, kind, 0, 1) for kind, chance in given.items()}
        if sum(chances.values()) > 1:
            raise BadRequest("chances are together at most 1")
        seed = int(_number(wanted.get("seed", 0), "seed", 0, MOST_NUMBER))
        self._desk.plan.chances, self._desk.plan.chance = chances, Random(seed)  # noqa: S311  # repeatable, not secret
        return Response(status_code=204)

    async def magic(self, _: Request) -> Response:
        """List the magic numbers."""
        return JSONResponse({number: row.means for number, row in self._desk.magic.items()})

    async def _object(self, request: Request) -> dict[str, Any]:
        body = await read_body(request, self._patience)
        try:
            wanted = read_json(body)
        except ValueError:
            wanted = None
        if not isinstance(wanted, dict):
            raise BadRequest("the body is not a JSON object")
        return wanted


def _guarded(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except BadRequest as error:
            return JSONResponse({"error": str(error)}, 400)
        except Unreadable as error:
            return JSONResponse({"error": str(error)}, error.status, {"Connection": "close"})

    return guarded


def _known(wanted: dict[str, Any], names: set[str]) -> None:
    if not set(wanted) <= names:
        raise BadRequest(f"there are only {', '.join(sorted(names))}")


def _fault(kind: object, there_are: Iterable[str]) -> Fault:
    try:
        return Fault(str(kind))
    except ValueError:
        raise BadRequest(f"there is no such fault; there are {', '.join(there_are)}") from None


def _number(value: object, name: str, least: float, most: float) -> float:
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not least <= number <= most:  # nor is a NaN
        raise BadRequest(f"{name} is a number from {least:g} to {most:g}")
    return number


def _settings(wanted: dict[str, Any]) -> dict[str, Any]:
    names = [field.name for field in fields(Settings)]
    for name, value in wanted.items():
        if name not in names:
            raise BadRequest(f"there is no such setting; there are {', '.join(names)}")
        if not isinstance(value, _KINDS[name]) or (isinstance(value, bool)):
            raise BadRequest(f"{name} has the wrong type")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise BadRequest(f"{name} is a list of strings")
        if name == "clock_offset":
            _number(value, name, -MOST_CLOCK_OFFSET, MOST_CLOCK_OFFSET)
    return wanted
