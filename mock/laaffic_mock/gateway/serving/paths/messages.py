"""The inspection paths about messages: those that were accepted, and those that are waited for."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from laaffic_mock.gateway.delivery.life import State
from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.book import Sought, number_of
from laaffic_mock.gateway.desk.codes import codes_in
from laaffic_mock.gateway.desk.message import AcceptedMessage, as_json
from laaffic_mock.gateway.desk.table import csv_of
from laaffic_mock.gateway.serving.aftermath import Aftermath
from laaffic_mock.gateway.serving.handling import guarded
from laaffic_mock.gateway.serving.values import MAX_NUMBER, BadRequest, as_number, as_text
from laaffic_mock.gateway.serving.watch import Watch
from laaffic_mock.gateway.watching.events import Kind
from laaffic_mock.gateway.words import MAX_ON_A_PAGE, MAX_SECONDS

_LINES_AT_ONCE = 200
_MAX_TOLD = 100  # ids of deleted messages in one event; of more, readers are told to begin anew
_SOUGHT = ("q", "number", "state", "after")
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
            Route("/_mock/messages", guarded(self.messages, *_SOUGHT, "offset", "limit")),
            Route("/_mock/messages", guarded(self.delete, "msg_id", "q", "number"), methods=["DELETE"]),
            Route("/_mock/messages/wait", guarded(self.wait, *_WAIT)),
            Route("/_mock/messages/latest", guarded(self.latest, "number")),
            Route("/_mock/messages.csv", guarded(self.download_csv, *_SOUGHT)),
            Route("/_mock/messages.json", guarded(self.download_json, *_SOUGHT)),
            Route("/_mock/codes", guarded(self.codes, "number")),
        ]

    def shown(self, message: AcceptedMessage) -> dict[str, Any]:
        """Return a message for JSON, with the id of the request that it came with."""
        return as_json(message, self._watch.log.accepted(number_of(message.msg_id)))

    async def messages(self, request: Request) -> Response:
        """List messages, oldest first: those that `q`, `number`, `state` and `after` let through; `offset`, `limit`."""
        query = request.query_params
        offset = as_number(query.get("offset", "0"), "offset", 0, MAX_NUMBER)
        limit = as_number(query.get("limit", "100"), "limit", 0, MAX_ON_A_PAGE)
        self._account.settle()
        page = self._account.book.page(_sought(query), int(offset), int(limit))
        return JSONResponse({**page._asdict(), "messages": list(map(self.shown, page.messages))})

    async def latest(self, request: Request) -> Response:
        """Show the last message, to a `number` or to any; null when there is none."""
        self._account.settle()
        found = self._account.book.find(_sought(request.query_params))[-1:]
        return JSONResponse({"message": self.shown(self._account.book.show(found[0])) if found else None})

    async def codes(self, request: Request) -> Response:
        """List the one-time codes in the texts, oldest first, of messages to a `number` or to any."""
        found = self._account.book.find(_sought(request.query_params))
        return JSONResponse({"codes": [code for kept in found for code in codes_in(kept.recipient.content)]})

    async def delete(self, request: Request) -> Response:
        """Delete messages: the one of `msg_id`, or those that `q` and `number` let through; without either, all."""
        query, book = request.query_params, self._account.book
        if "msg_id" in query and len(query) > 1:
            raise BadRequest("say which messages: either by msg_id or by q and number")
        for name, value in query.items():
            as_text(value, name)  # a variable that is not set in somebody's script must not delete everything
        everything = not query
        gone = [query["msg_id"]] if "msg_id" in query else [kept.msg_id for kept in book.find(_sought(query))]
        gone = [msg_id for msg_id in gone if book.get(msg_id) is not None]
        book.delete(gone)
        if everything:
            self._watch.events.add(Kind.DELETED, [{"all": True}])
        elif len(gone) > _MAX_TOLD:
            self._watch.events.add(Kind.RESET)
        elif gone:
            self._watch.events.add(Kind.DELETED, [{"msg_ids": gone}])
        return JSONResponse({"deleted": len(gone)})

    async def download_csv(self, request: Request) -> Response:
        """Download messages as CSV, which a spreadsheet shows as it is: `q`, `number`, `state`, `after`."""
        self._account.settle()
        found = self._account.book.find(_sought(request.query_params))
        return _download(csv_of(map(self._account.book.get, [kept.msg_id for kept in found])), "text/csv", "csv")

    async def download_json(self, request: Request) -> Response:
        """Download messages as a JSON array: `q`, `number`, `state`, `after`."""
        self._account.settle()
        msg_ids = [kept.msg_id for kept in self._account.book.find(_sought(request.query_params))]

        def parts() -> Iterator[str]:
            comma = "["
            for message in map(self._account.book.get, msg_ids):
                if message is not None:  # it was deleted meanwhile
                    yield comma + json.dumps(self.shown(message), ensure_ascii=False)
                    comma = ",\n"
            yield "]\n" if comma != "[" else "[]\n"

        return _download(parts(), "application/json", "json")

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


def _sought(query: Mapping[str, str]) -> Sought:
    """Return which messages a query lets through."""
    state = query.get("state")
    if state is not None and state not in set(State):
        raise BadRequest(f"state is one of {', '.join(State)}")
    after = _number_after(query.get("after"))
    return Sought(query.get("q", ""), query.get("number") or None, None if state is None else State(state), after)


def _download(lines: Iterator[str], kind: str, suffix: str) -> Response:
    async def parts() -> AsyncIterator[str]:
        while several := list(islice(lines, _LINES_AT_ONCE)):
            yield "".join(several)
            await asyncio.sleep(0)  # the gateway goes on meanwhile

    disposition = f'attachment; filename="laaffic-messages.{suffix}"'
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(parts(), headers=headers, media_type=kind)
