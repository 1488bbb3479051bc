"""The inspection paths together, and what is told of events."""

from typing import Any

from starlette.routing import Route

from laaffic_mock.gateway.desk.desk import Desk
from laaffic_mock.gateway.desk.message import as_json
from laaffic_mock.gateway.serving.aftermath import Aftermath
from laaffic_mock.gateway.serving.guard import Hosts
from laaffic_mock.gateway.serving.paths.account import AccountPaths, shown_settings
from laaffic_mock.gateway.serving.paths.deliveries import DeliveryPaths
from laaffic_mock.gateway.serving.paths.events import EventPaths
from laaffic_mock.gateway.serving.paths.faults import FaultPaths, Refuse
from laaffic_mock.gateway.serving.paths.messages import MessagePaths
from laaffic_mock.gateway.serving.paths.page import page_routes
from laaffic_mock.gateway.serving.paths.requests import RequestPaths
from laaffic_mock.gateway.serving.watch import Watch
from laaffic_mock.gateway.serving.wire import Connections
from laaffic_mock.gateway.watching.events import Event, Kind
from laaffic_mock.gateway.watching.shown import shown

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
        return [*(route for room in self._rooms for route in room.routes()), *page_routes()]

    def _told(self, event: Event) -> Any:
        """Return what is told of an event: how things are now; None when what it is about is gone."""
        account = self._desk.account
        if event.kind is Kind.MESSAGE:
            message = account.book.numbered(event.about)
            return message and self._messages.shown(message)
        if event.kind is Kind.STATE:
            message = account.book.get(event.about)
            return message and {name: as_json(message)[name] for name in _STATE}
        if event.kind is Kind.REQUEST:
            exchange = self._watch.log.get(event.about)
            return exchange and shown(exchange, account)
        if event.kind is Kind.SETTINGS:
            return shown_settings(account)
        if event.kind is Kind.FAULT:
            return self._desk.armed()
        return event.about if event.about is not None else {}
