"""The inspection paths together, and what is told of events."""

from collections.abc import Callable
from typing import Any

from starlette.routing import Route

from laaffic_mock.gateway.desk.desk import Desk
from laaffic_mock.gateway.desk.message import as_json
from laaffic_mock.gateway.serving.aftermath import Aftermath
from laaffic_mock.gateway.serving.guard import Hosts
from laaffic_mock.gateway.serving.paths.account import AccountPaths, shown_settings
from laaffic_mock.gateway.serving.paths.deliveries import DeliveryPaths
from laaffic_mock.gateway.serving.paths.description import description_routes
from laaffic_mock.gateway.serving.paths.events import EventPaths
from laaffic_mock.gateway.serving.paths.faults import FaultPaths, Refuse
from laaffic_mock.gateway.serving.paths.messages import MessagePaths
from laaffic_mock.gateway.serving.paths.page import page_routes
from laaffic_mock.gateway.serving.paths.requests import RequestPaths
from laaffic_mock.gateway.serving.watch import Watch
from laaffic_mock.gateway.serving.wire import Connections
from laaffic_mock.gateway.watching.events import Event, Kind
from laaffic_mock.gateway.watching.shown import shown

_Tell = Callable[[Any], Any]
_STATE = ("msg_id", "state", "received_at", "reason")


class Inspection:
    """The inspection paths.

    Args:
        desk: takes the requests.
        aftermath: what follows from them.
        connections: the open connections.
        refuse: stops listening for so many seconds.
        watch: what was written down.
        read_timeout: how many seconds a client has for a body.
        hosts: where reports may be pushed to.
    """

    def __init__(
        self,
        desk: Desk,
        aftermath: Aftermath,
        connections: Connections,
        refuse: Refuse,
        watch: Watch,
        *,
        read_timeout: float,
        hosts: Hosts,
    ) -> None:
        self._desk = desk
        self._watch = watch
        self._telling: dict[Kind, _Tell] = {
            Kind.MESSAGE: self._message,
            Kind.STATE: self._state,
            Kind.REQUEST: self._request,
            Kind.PUSH: aftermath.pusher.logged,
            Kind.FAULT: lambda _: desk.armed(),
            Kind.SETTINGS: lambda _: shown_settings(desk.account),
        }
        self._messages = MessagePaths(desk.account, aftermath, watch)
        events = EventPaths(watch.events, self._told, connections, aftermath.look)
        aftermath.before_end = events.close
        self._rooms = (
            self._messages,
            DeliveryPaths(desk.account, aftermath, read_timeout, hosts),
            RequestPaths(watch.log, desk.account),
            events,
            FaultPaths(desk, watch, connections, refuse, read_timeout),
            AccountPaths(desk, aftermath, watch, read_timeout),
        )

    def routes(self) -> list[Route]:
        """Return the routes, which are all below /_mock but for the page's."""
        return [*(route for room in self._rooms for route in room.routes()), *page_routes(), *description_routes()]

    def _told(self, event: Event) -> Any:
        """Return what is told of an event: how things are now; None when what it is about is gone."""
        tell = self._telling.get(event.kind)
        return (event.about or {}) if tell is None else tell(event.about)

    def _message(self, number: int) -> Any:
        message = self._desk.account.book.numbered(number)
        return message and self._messages.shown(message)

    def _state(self, msg_id: str) -> Any:
        message = self._desk.account.book.get(msg_id)
        told = message and as_json(message)
        return told and {name: told[name] for name in _STATE}

    def _request(self, exchange_id: int) -> Any:
        exchange = self._watch.log.get(exchange_id)
        return exchange and shown(exchange, self._desk.account)
