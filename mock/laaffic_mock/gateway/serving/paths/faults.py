"""The inspection paths about faults: which there are, and which are to come."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from laaffic_mock.gateway.desk.desk import Desk
from laaffic_mock.gateway.faults.faults import DEFAULT_SECONDS, Due, Fault, Plan, faults
from laaffic_mock.gateway.serving.handling import guarded, read_object
from laaffic_mock.gateway.serving.values import MAX_NUMBER, BadRequest, as_fault, as_number, check_names
from laaffic_mock.gateway.serving.watch import Watch
from laaffic_mock.gateway.serving.wire import Connections
from laaffic_mock.gateway.watching.events import Kind
from laaffic_mock.gateway.words import MAX_ON_A_PAGE, MAX_SECONDS, REFUSE

MAX_ASKED = 100_000  # faults that are still to come
Refuse = Callable[[float], Awaitable[None]]


class FaultPaths:
    """The handlers.

    Args:
        desk: takes the requests.
        watch: what is written down.
        connections: the open connections, which are dropped when connections are to be refused.
        refuse: stops listening for so many seconds.
        read_timeout: how many seconds a client has for a body.
    """

    def __init__(self, desk: Desk, watch: Watch, connections: Connections, refuse: Refuse, read_timeout: float) -> None:
        self._desk = desk
        self._watch = watch
        self._connections = connections
        self._refuse = refuse
        self._read_timeout = read_timeout

    def routes(self) -> list[Route]:
        """Return the routes below /_mock."""
        return [
            Route("/_mock/faults", guarded(self.list_faults)),
            Route("/_mock/faults", guarded(self.ask_for_fault), methods=["POST"]),
            Route("/_mock/faults", guarded(self.set_chances), methods=["PUT"]),
            Route("/_mock/faults", guarded(self.disarm), methods=["DELETE"]),
            Route("/_mock/faults/armed", guarded(self.armed)),
        ]

    async def list_faults(self, _: Request) -> Response:
        """List the faults there are."""
        return JSONResponse(dict(faults()))

    async def armed(self, _: Request) -> Response:
        """List the faults that are to come, and those that have come."""
        return JSONResponse(self._desk.armed())

    async def disarm(self, _: Request) -> Response:
        """Let nothing go wrong any more, but by magic numbers."""
        self._desk.plan = Plan()
        self._watch.events.add(Kind.FAULT)
        return Response(status_code=204)

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
            self._watch.events.add(Kind.FAULT)
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
        self._desk.plan = Plan(self._desk.plan.asked, chances, seconds, seed)
        self._watch.events.add(Kind.FAULT)
        return Response(status_code=204)
