"""Server-sent events: what happens, as it happens, to any number of readers, however slow."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from laaffic_mock.gateway.serving.handling import guarded
from laaffic_mock.gateway.serving.wire import Connections
from laaffic_mock.gateway.watching.events import Event, Events

_HEARTBEAT_SECONDS = 15.0
_PAUSE = 0.01  # between two parts of much, so that the gateway serves others
_MAX_EVENTS_AT_ONCE = 100
_MAX_BYTES_AT_ONCE = 256 * 1024

Told = Callable[[Event], Any]
"""Returns an event's data, or None when what it is about is gone."""


class EventPaths:
    """The handler, and the streams that are open.

    Args:
        events: the events.
        told: what to tell of one.
        connections: the open connections.
        begin: is called when somebody begins to read.
    """

    def __init__(self, events: Events, told: Told, connections: Connections, begin: Callable[[], None]) -> None:
        self.events = events
        self.told = told
        self.connections = connections
        self.closing = False
        self.open: set[_Stream] = set()
        self._begin = begin
        self._written = (-1, -1), ("", 0)

    def routes(self) -> list[Route]:
        """Return the route."""
        return [Route("/_mock/events", guarded(self.stream))]

    async def stream(self, request: Request) -> Response:
        """Tell what happens: server-sent events, after the one that the header Last-Event-ID names."""
        stream = _Stream(self, self._position(request.headers.get("last-event-id")))
        self.open.add(stream)
        self.events.readers = len(self.open)
        self._begin()
        return stream

    def close(self) -> None:
        """End every stream now: one that nobody reads is cut."""
        self.closing = True
        self.events.wake()
        for stream in self.open:
            stream.cut()

    def after(self, position: int) -> tuple[str, int]:
        """Return the next events after one as text, and the number of the last of them.

        They are written once for all readers that are at the same place, or hundreds of them would hold up the gateway.
        """
        place = position, self.events.last
        if self._written[0] != place:
            self._written = place, self._write(position)
        return self._written[1]

    def id_of(self, number: int) -> str:
        """Return the line with an event's id."""
        return f"id: {self.events.name}-{number}"

    def _write(self, position: int) -> tuple[str, int]:
        events, lost = self.events.since(position, _MAX_EVENTS_AT_ONCE)
        if lost:
            position = self.events.last
            return f"event: reset\n{self.id_of(position)}\ndata: {{}}\n\n", position
        parts, size = [], 0
        for event in events:
            data = self.told(event)
            position = event.number
            # What is gone is not told, and its number is passed on.
            told = "" if data is None else f"event: {event.kind.value}\ndata: {json.dumps(data)}\n"
            parts.append(f"{told}{self.id_of(position)}\n\n")
            size += len(parts[-1])
            if size > _MAX_BYTES_AT_ONCE:
                break
        return "".join(parts), position

    def _position(self, last_event_id: str | None) -> int:
        """Return after which event to begin; one that there never was stands for those that are lost."""
        if last_event_id is None:
            return self.events.last
        name, _, number = last_event_id.partition("-")
        known = name == self.events.name and number.isascii() and number.isdigit() and len(number) < len(str(10**18))
        return int(number) if known else -1


class _Stream(Response):
    """A response that goes on until the reader or the gateway ends."""

    def __init__(self, paths: EventPaths, position: int) -> None:
        super().__init__()
        self._paths = paths
        self._position = position
        self._writing: asyncio.Transport | None = None

    def cut(self) -> None:
        """End the connection if nobody reads what was written."""
        if self._writing is not None:
            self._writing.abort()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write events, and a comment now and then, so that a reader that has gone is noticed."""
        transport = self._paths.connections.of(scope)
        gone = asyncio.create_task(_until_gone(receive))

        async def write(text: str, *, more: bool = True) -> None:
            self._writing = transport
            await send({"type": "http.response.body", "body": text.encode(), "more_body": more})
            self._writing = None

        try:
            headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]
            headers.append((b"x-content-type-options", b"nosniff"))
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await write(f"retry: 1000\n{'' if self._position < 0 else self._paths.id_of(self._position)}\n\n")
            while not gone.done() and not self._paths.closing:
                text, self._position = self._paths.after(self._position)
                if text:
                    await write(text)
                    if self._position < self._paths.events.last:
                        await asyncio.sleep(_PAUSE)
                    continue
                changed = self._paths.events.next_change(self._position)
                done, _ = await asyncio.wait(
                    {gone, changed}, timeout=_HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                changed.cancel()
                if not done:
                    await write(": still here\n\n")
            if not gone.done():
                await write("", more=False)
        finally:
            gone.cancel()
            self._paths.open.discard(self)
            self._paths.events.readers = len(self._paths.open)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
