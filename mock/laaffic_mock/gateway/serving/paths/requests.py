"""The inspection paths about requests: what came, what was responded, and which rule was broken."""

from itertools import islice

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.serving.handling import guarded
from laaffic_mock.gateway.serving.values import MAX_NUMBER, BadRequest, as_number
from laaffic_mock.gateway.watching.log import End, Exchange, Log
from laaffic_mock.gateway.watching.shown import shown

_MAX_ON_A_PAGE = 1000
_KINDS = ("all", "refused", "faulty")


class RequestPaths:
    """The handlers.

    Args:
        log: the log.
        account: the account.
    """

    def __init__(self, log: Log, account: Account) -> None:
        self._log = log
        self._account = account

    def routes(self) -> list[Route]:
        """Return the routes below /_mock."""
        return [
            Route("/_mock/requests", guarded(self.requests, "only", "after", "limit")),
            Route("/_mock/requests/{id}", guarded(self.one)),
        ]

    async def requests(self, request: Request) -> Response:
        """List requests, oldest first: `only` which; those `after` an id, or else the last; at most `limit`."""
        query = request.query_params
        only, after = query.get("only", "all"), query.get("after")
        if only not in _KINDS:
            raise BadRequest(f"only is one of {', '.join(_KINDS)}")
        limit = int(as_number(query.get("limit", "100"), "limit", 0, _MAX_ON_A_PAGE))
        if after is not None:
            wanted = self._log.after(int(as_number(after, "after", 0, MAX_NUMBER)))
            found = list(islice((one for one in wanted if _is(only, one)), limit))
        else:
            found = list(islice((one for one in self._log.newest() if _is(only, one)), limit))[::-1]
        return JSONResponse({"requests": [shown(exchange, self._account) for exchange in found]})

    async def one(self, request: Request) -> Response:
        """Show one request, by its `id`."""
        wanted = int(as_number(request.path_params["id"], "id", 0, MAX_NUMBER))
        exchange = self._log.get(wanted)
        if exchange is None:
            return JSONResponse({"error": "no request of this id is kept"}, 404)
        return JSONResponse(shown(exchange, self._account))


def _is(only: str, exchange: Exchange) -> bool:
    if only == "refused":
        return exchange.rule is not None or exchange.end in {End.REFUSED, End.MALFORMED}
    return only == "all" or exchange.fault is not None or exchange.instead is not None
