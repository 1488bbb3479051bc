"""The inspection paths about what becomes of messages: deliveries, and where reports are pushed to."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from laaffic_mock.gateway.delivery.pushing import Target
from laaffic_mock.gateway.delivery.reports import ODD, PLAIN
from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.message import as_json
from laaffic_mock.gateway.serving.aftermath import Aftermath
from laaffic_mock.gateway.serving.guard import Hosts
from laaffic_mock.gateway.serving.handling import guarded, read_object
from laaffic_mock.gateway.serving.values import (
    MAX_ADVANCE,
    BadRequest,
    as_flag,
    as_number,
    as_text,
    check_names,
    shown,
)


class DeliveryPaths:
    """The handlers.

    Args:
        account: the account.
        aftermath: what follows from a request.
        read_timeout: how many seconds a client has for a body.
        hosts: where reports may be pushed to.
    """

    def __init__(self, account: Account, aftermath: Aftermath, read_timeout: float, hosts: Hosts) -> None:
        self._account = account
        self._aftermath = aftermath
        self._read_timeout = read_timeout
        self._hosts = hosts

    def routes(self) -> list[Route]:
        """Return the routes below /_mock."""
        return [
            Route("/_mock/advance", guarded(self.advance), methods=["POST"]),
            Route("/_mock/deliver", guarded(self.deliver), methods=["POST"]),
            Route("/_mock/pushes", guarded(self.push), methods=["PUT"]),
            Route("/_mock/pushes", guarded(self.pushes)),
            Route("/_mock/pushes/again", guarded(self.push_again), methods=["POST"]),
            Route("/_mock/pushes/log", guarded(self.push_log)),
        ]

    async def advance(self, request: Request) -> Response:
        """Move the clock of deliveries on: `seconds`."""
        wanted = await read_object(request, self._read_timeout)
        check_names("field", wanted, ("seconds",))
        self._account.advance(as_number(wanted.get("seconds"), "seconds", 0, MAX_ADVANCE))
        self._aftermath.look()
        return Response(status_code=204)

    async def deliver(self, request: Request) -> Response:
        """Let messages finish now: `number` or `msg_id`, `failed`, `reason`."""
        wanted = await read_object(request, self._read_timeout)
        check_names("field", wanted, ("number", "msg_id", "failed", "reason"))
        number, msg_id = as_text(wanted.get("number"), "number"), as_text(wanted.get("msg_id"), "msg_id")
        failed, reason = as_flag(wanted.get("failed", False), "failed"), as_text(wanted.get("reason"), "reason")
        if (number is None) == (msg_id is None):
            raise BadRequest("say which messages: either by number or by msg_id")
        if reason is not None and not failed:
            raise BadRequest("only what failed has a reason: give failed=true, too, or leave it out")
        self._account.settle()
        msg_ids = self._msg_ids(number, msg_id)
        self._account.deliver(msg_ids, failed=failed, reason=reason)
        self._aftermath.look()
        delivered = filter(None, map(self._account.book.get, msg_ids))
        return JSONResponse({"messages": [as_json(message) for message in delivered]})

    async def pushes(self, _: Request) -> Response:
        """Show where reports are pushed to, and what became of them."""
        return JSONResponse(self._aftermath.pusher.shown())

    async def push(self, request: Request) -> Response:
        """Push reports from now on: `url`, null for nowhere, and `shapes`."""
        wanted = await read_object(request, self._read_timeout)
        check_names("field", wanted, ("url", "shapes"))
        shapes = as_text(wanted.get("shapes"), "shapes") or PLAIN
        if shapes not in {PLAIN, ODD}:
            raise BadRequest(f"shapes is {PLAIN} or {ODD}")
        url = as_text(wanted.get("url"), "url")
        self._aftermath.aim(None if url is None else as_target(url, shapes, self._hosts))
        return Response(status_code=204)

    async def push_log(self, _: Request) -> Response:
        """List the last pushes, oldest first; `why` one has failed is null where it was taken."""
        return JSONResponse({"pushes": self._aftermath.pusher.log()})

    async def push_again(self, request: Request) -> Response:
        """Push the report of a message that has finished once more: `msg_id`."""
        wanted = await read_object(request, self._read_timeout)
        check_names("field", wanted, ("msg_id",))
        self._account.settle()
        message = self._account.book.get(str(as_text(wanted.get("msg_id"), "msg_id", needed=True)))
        if message is None:
            raise BadRequest("no message of this id is kept")
        if message.received_at is None:
            raise BadRequest(f"this message is {message.state} and has no report yet: deliver it first")
        if not self._aftermath.pusher.aimed:
            raise BadRequest("reports are pushed nowhere: put a url to /_mock/pushes first")
        self._aftermath.push_again(message)
        return Response(status_code=204)

    def _msg_ids(self, number: str | None, msg_id: str | None) -> list[str]:
        book = self._account.book
        if number is not None:
            msg_ids = book.unfinished(number)
            if not msg_ids:
                raise BadRequest("no message to this number is kept that has not finished")
            return msg_ids
        message = book.get(str(msg_id))
        if message is None:
            raise BadRequest("no message of this id is kept")
        if message.received_at is not None:
            raise BadRequest(f"this message has {message.state} already")
        return [message.msg_id]


def as_target(url: str, shapes: str, hosts: Hosts) -> Target:
    """Return where reports are pushed to.

    Raises:
        BadRequest: it is no address, or that of a host that is not allowed.
    """
    try:
        address = urlsplit(url)
        host, _ = address.hostname or "", address.port
    except ValueError:
        host = ""
    fits = host and address.scheme in {"http", "https"} and url.isascii()
    if not fits or " " in url or not url.isprintable():
        raise BadRequest("the url is no address; one is http://127.0.0.1:8000/reports")
    if not hosts.allow(f"[{host}]" if ":" in host else host):
        remedy = "push to 127.0.0.1 or localhost, or start the gateway with --allow-host and this name without a port"
        raise BadRequest(f"reports are pushed to {shown(host)} only if it is allowed: {remedy}")
    return Target(url, shapes)
