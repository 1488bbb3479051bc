"""The inspection paths about messages: those that were accepted, and those that are waited for."""

import re
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.book import number_of
from laaffic_mock.gateway.desk.message import AcceptedMessage, as_json
from laaffic_mock.gateway.serving.aftermath import Aftermath
from laaffic_mock.gateway.serving.handling import guarded
from laaffic_mock.gateway.serving.values import MAX_NUMBER, BadRequest, as_number
from laaffic_mock.gateway.serving.watch import Watch
from laaffic_mock.gateway.words import MAX_ON_A_PAGE, MAX_SECONDS

_SECONDS_BETWEEN_LOOKS = 1.0  # whether the client has gone
_WAIT = ("number", "containing", "after", "timeout")


class MessagePaths:
    """The handlers.

    Args:
        account: the account.
        aftermath: what follows from a request.
        watch: what was written down.
    """

    def __init__(self, account: Account, aftermath: Aftermath, watch: Watch) -> None:
        self._account = account
        self._aftermath = aftermath
        self._watch = watch

    def routes(self) -> list[Route]:
        """Return the routes below /_mock."""
        return [
            Route("/_mock/messages", guarded(self.messages, "number", "offset", "limit")),
            Route("/_mock/messages/wait", guarded(self.wait, *_WAIT)),
        ]

    def shown(self, message: AcceptedMessage) -> dict[str, Any]:
        """Return a message for JSON, with the id of the request that it came with."""
        return as_json(message, self._watch.log.accepted(number_of(message.msg_id)))

    async def messages(self, request: Request) -> Response:
        """List accepted messages: `number`, `offset`, `limit`."""
        query = request.query_params
        offset = as_number(query.get("offset", "0"), "offset", 0, MAX_NUMBER)
        limit = as_number(query.get("limit", "100"), "limit", 0, MAX_ON_A_PAGE)
        self._account.settle()
        page = self._account.book.page(query.get("number"), int(offset), int(limit))
        return JSONResponse({**page._asdict(), "messages": list(map(self.shown, page.messages))})

    async def wait(self, request: Request) -> Response:
        """Wait for a message, which may be there already: `number`, `containing`, `after`, `timeout`; null is none."""
        query = request.query_params
        number, containing = query.get("number"), query.get("containing")
        seconds = as_number(query.get("timeout", "5"), "timeout", 0, MAX_SECONDS)
        seen, until = _number_after(query.get("after")), time.monotonic() + seconds
        while True:
            book = self._account.book
            self._account.settle()
            for message in book.after(seen):
                if _fits(message, number, containing):
                    return JSONResponse({"message": self.shown(message)})
            seen = max(seen, book.last)
            left = until - time.monotonic()
            if left <= 0 or self._aftermath.closing:
                return JSONResponse({"message": None})
            await self._aftermath.arrival(min(left, _SECONDS_BETWEEN_LOOKS))
            if await request.is_disconnected():
                return Response(status_code=204)  # to nobody


def _fits(message: AcceptedMessage, number: str | None, containing: str | None) -> bool:
    return number in {None, message.number} and (containing is None or containing in message.content)


def _number_after(msg_id: str | None) -> int:
    if msg_id is None:
        return 0
    if not re.fullmatch(r"[0-9]{13,32}", msg_id):
        raise BadRequest("after is the id of a message")
    return number_of(msg_id)
