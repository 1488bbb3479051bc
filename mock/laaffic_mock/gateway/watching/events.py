"""What happened last, in a ring of references: an event costs little when it happens, and is written when read."""

import asyncio
import secrets
import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Any, NamedTuple

MAX_EVENTS = 20_000


class Kind(StrEnum):
    """The kinds of events."""

    MESSAGE = "message"
    STATE = "state"
    REQUEST = "request"
    PUSH = "push"
    FAULT = "fault"
    SETTINGS = "settings"
    DELETED = "deleted"
    CLEARED = "cleared"
    RESET = "reset"


class Event(NamedTuple):
    """One event: its number, its kind, and what it is about."""

    number: int
    kind: Kind
    about: Any


class _Entry(NamedTuple):
    first: int
    kind: Kind
    about: Sequence[Any]  # one event for each


class Events:
    """The last 20,000 events. Whoever reads more slowly than they come misses some, and is told so.

    Attributes:
        name: what tells these events from those of another gateway at the same address.
        readers: how many read them just now.
    """

    def __init__(self, most: int = MAX_EVENTS) -> None:
        self.name = secrets.token_hex(4)
        self.readers = 0
        self._most = most
        self._entries: deque[_Entry] = deque()
        self._last = 0
        self._kept = 0
        self._lock = threading.Lock()
        self._waiting: set[asyncio.Future[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def last(self) -> int:
        """The number of the last event."""
        return self._last

    def add(self, kind: Kind, about: Sequence[Any] = (None,)) -> None:
        """Add an event for each of these, from any thread."""
        if not about:
            return
        with self._lock:
            self._entries.append(_Entry(self._last + 1, kind, about))
            self._last += len(about)
            self._kept += len(about)
            while self._kept > self._most:
                self._kept -= len(self._entries.popleft().about)
        if self._waiting and self._loop is not None:
            with suppress(RuntimeError):  # the gateway has stopped meanwhile
                self._loop.call_soon_threadsafe(self.wake)

    def since(self, number: int, most: int) -> tuple[list[Event], bool]:
        """Return events after one, oldest first, and whether some before them are lost."""
        with self._lock:
            entries = self._entries
            if number == self._last:
                return [], False
            if number > self._last or not entries or number + 1 < entries[0].first:
                return [], True
            found: list[Event] = []
            at = bisect_right(entries, number + 1, key=lambda entry: entry.first) - 1
            while at < len(entries) and len(found) < most:
                first, kind, about = entries[at]
                skipped = max(0, number + 1 - first)
                end = min(len(about), skipped + most - len(found))
                found += [Event(first + place, kind, about[place]) for place in range(skipped, end)]
                at += 1
            return found, False

    def next_change(self, number: int) -> asyncio.Future[None]:
        """Return what is done as soon as there is an event after one, in the event loop of the one who reads."""
        self._loop = asyncio.get_running_loop()
        future = self._loop.create_future()
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        if self._last != number:  # added by another thread before this one waited
            future.set_result(None)
        return future

    def wake(self) -> None:
        """Let everybody who waits look again."""
        for future in list(self._waiting):
            if not future.done():
                future.set_result(None)
