"""The inspection paths about the account: its counts, its settings, and a new beginning."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.desk import Desk
from laaffic_mock.gateway.serving.aftermath import Aftermath
from laaffic_mock.gateway.serving.handling import guarded, read_object
from laaffic_mock.gateway.serving.values import as_settings, check_names
from laaffic_mock.gateway.serving.watch import Watch
from laaffic_mock.gateway.watching.events import Kind


class AccountPaths:
    """The handlers.

    Args:
        desk: takes the requests.
        aftermath: what follows from them.
        watch: what was written down.
        read_timeout: how many seconds a client has for a body.
    """

    def __init__(self, desk: Desk, aftermath: Aftermath, watch: Watch, read_timeout: float) -> None:
        self._desk = desk
        self._aftermath = aftermath
        self._watch = watch
        self._read_timeout = read_timeout

    def routes(self) -> list[Route]:
        """Return the routes below /_mock."""
        return [
            Route("/_mock/health", guarded(self.health)),
            Route("/_mock/clear", guarded(self.clear), methods=["POST"]),
            Route("/_mock/settings", guarded(self.settings)),
            Route("/_mock/settings", guarded(self.change_settings), methods=["PATCH"]),
            Route("/_mock/magic", guarded(self.magic)),
        ]

    async def health(self, _: Request) -> Response:
        """Say that it runs, and what has come."""
        return JSONResponse({"status": "ok", "mock": "nothing is really sent", "counts": dict(self._desk.tally)})

    async def clear(self, request: Request) -> Response:
        """Forget everything."""
        check_names("field", await read_object(request, self._read_timeout, default=b"{}"), ())
        self._desk.clear()
        self._aftermath.clear()
        self._watch.log.clear()
        self._watch.events.add(Kind.CLEARED)
        return Response(status_code=204)

    async def settings(self, _: Request) -> Response:
        """Show the account's settings."""
        return JSONResponse(shown_settings(self._desk.account))

    async def change_settings(self, request: Request) -> Response:
        """Change some of the account's settings, and show them."""
        self._desk.account.configure(as_settings(await read_object(request, self._read_timeout)))
        self._watch.events.add(Kind.SETTINGS)
        self._aftermath.look()
        return JSONResponse(shown_settings(self._desk.account))

    async def magic(self, _: Request) -> Response:
        """List the magic numbers."""
        return JSONResponse({number: row.means for number, row in self._desk.magic.items()})


def shown_settings(account: Account) -> dict[str, Any]:
    """Return the account's settings for JSON, without its secret."""
    shown = asdict(account.settings)
    del shown["api_secret"]
    return shown
