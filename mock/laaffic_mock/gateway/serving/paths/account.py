"""The inspection paths, beside the contract's: what was accepted, and what is to happen."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from random import Random

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from laaffic_mock.gateway.desk.desk import Desk
from laaffic_mock.gateway.desk.message import as_json
from laaffic_mock.gateway.faults.faults import ABOUT, DEFAULT_SECONDS, Due, Fault, Plan
from laaffic_mock.gateway.serving.aftermath import Aftermath
from laaffic_mock.gateway.serving.guard import Hosts
from laaffic_mock.gateway.serving.handling import guarded, read_object
from laaffic_mock.gateway.serving.paths.deliveries import DeliveryPaths
from laaffic_mock.gateway.serving.paths.page import page_routes
from laaffic_mock.gateway.serving.values import (
    MAX_NUMBER,
    BadRequest,
    as_fault,
    as_number,
    as_settings,
    check_names,
)
from laaffic_mock.gateway.serving.wire import Connections
from laaffic_mock.gateway.words import MAX_ON_A_PAGE, MAX_SECONDS, REFUSE

MAX_ASKED = 100_000  # faults that are still to come


class Inspection:
    """The handlers of the inspection paths.

    Args:
        desk: takes the requests.
        aftermath: what follows from them.
        connections: the open connections, which are dropped when connections are to be refused.
        refuse: stops listening for so many seconds.
        read_timeout: how many seconds a client has for a body.
        hosts: where reports may be pushed to.
    """

    def __init__(
        self,
        desk: Desk,
        aftermath: Aftermath,
        connections: Connections,
        refuse: Callable[[float], Awaitable[None]],
        *,
        read_timeout: float,
        hosts: Hosts,
    ) -> None:
        self._desk = desk
        self._aftermath = aftermath
        self._deliveries = DeliveryPaths(desk.account, aftermath, read_timeout, hosts)
        self._connections = connections
        self._refuse = refuse
        self._read_timeout = read_timeout

    def routes(self) -> list[Route]:
        """Return the routes below /_mock."""
        return [
            Route("/_mock/health", guarded(self.health)),
            Route("/_mock/messages", guarded(self.messages, "number", "offset", "limit")),
            Route("/_mock/clear", guarded(self.clear), methods=["POST"]),
            Route("/_mock/settings", guarded(self.settings), methods=["GET", "PATCH"]),
            Route("/_mock/faults", guarded(self.ask_for_fault), methods=["POST"]),
            Route("/_mock/faults", guarded(self.set_chances), methods=["PUT"]),
            Route("/_mock/faults", guarded(self.list_faults)),
            Route("/_mock/magic", guarded(self.magic)),
            *self._deliveries.routes(),
            *page_routes(),
        ]

    async def health(self, _: Request) -> Response:
        """Say that it runs, and what has come."""
        return JSONResponse({"status": "ok", "mock": "nothing is really sent", "counts": dict(self._desk.tally)})

    async def messages(self, request: Request) -> Response:
        """List accepted messages: `number`, `offset`, `limit`."""
        query = request.query_params
        offset = as_number(query.get("offset", "0"), "offset", 0, MAX_NUMBER)
        limit = as_number(query.get("limit", "100"), "limit", 0, MAX_ON_A_PAGE)
        self._desk.account.settle()
        page = self._desk.account.book.page(query.get("number"), int(offset), int(limit))
        return JSONResponse({**page._asdict(), "messages": [as_json(message) for message in page.messages]})

    async def clear(self, request: Request) -> Response:
        """Forget everything."""
        check_names("field", await read_object(request, self._read_timeout, default=b"{}"), ())
        self._desk.clear()
        self._aftermath.clear()
        return Response(status_code=204)

    async def settings(self, request: Request) -> Response:
        """Show the account's settings, or change some."""
        if request.method == "PATCH":
            self._desk.account.configure(as_settings(await read_object(request, self._read_timeout)))
            self._aftermath.look()
        shown = asdict(self._desk.account.settings)
        del shown["api_secret"]
        return JSONResponse(shown)

    async def list_faults(self, _: Request) -> Response:
        """List the faults there are."""
        return JSONResponse({fault.value: about.does for fault, about in ABOUT.items()})

    async def ask_for_fault(self, request: Request) -> Response:
        """Let the next requests go wrong: `fault`, `times`, `seconds`."""
        wanted = await read_object(request, self._read_timeout)
        check_names("field", wanted, ("fault", "times", "seconds"))
        times = int(as_number(wanted.get("times", 1), "times", 1, MAX_ON_A_PAGE))
        seconds = as_number(wanted.get("seconds", DEFAULT_SECONDS), "seconds", 0, MAX_SECONDS)
        if wanted.get("fault") == REFUSE:
            self._connections.drop_all(but=request.scope)
            await self._refuse(seconds)
            await asyncio.sleep(0)  # dropped connections close in the loop's next turn: before the response
        else:
            due, asked = Due(as_fault(wanted.get("fault"), [REFUSE, *Fault]), seconds), self._desk.plan.asked
            if len(asked) + times > MAX_ASKED:
                raise BadRequest(f"{len(asked)} faults are still to come, and no more than {MAX_ASKED}: clear it first")
            asked.extend([due] * times)
        return Response(status_code=204)

    async def set_chances(self, request: Request) -> Response:
        """Let requests go wrong by chance: `chances`, `seed`, `seconds`."""
        wanted = await read_object(request, self._read_timeout)
        check_names("field", wanted, ("chances", "seed", "seconds"))
        given = wanted.get("chances")
        if not isinstance(given, dict):
            raise BadRequest("chances is an object: for each fault its probability")
        chances = {as_fault(kind, Fault): as_number(chance, kind, 0, 1) for kind, chance in given.items()}
        if sum(chances.values()) > 1:
            raise BadRequest("chances are together at most 1")
        seconds = as_number(wanted.get("seconds", DEFAULT_SECONDS), "seconds", 0, MAX_SECONDS)
        seed = int(as_number(wanted.get("seed", 0), "seed", 0, MAX_NUMBER))
        self._desk.plan = Plan(self._desk.plan.asked, chances, seconds, Random(seed))
        return Response(status_code=204)

    async def magic(self, _: Request) -> Response:
        """List the magic numbers."""
        return JSONResponse({number: row.means for number, row in self._desk.magic.items()})
