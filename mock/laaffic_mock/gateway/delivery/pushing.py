"""Pushing reports: one thread posts them, one after the other, and nothing waits for it."""

import json
import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from laaffic_mock.gateway.contract import Schema
from laaffic_mock.gateway.delivery.reports import PLAIN, Told, report_of, shapes_of

MAX_WAITING = 100_000
MAX_LOGGED = 1_000
_MAX_FAILURES = 20
_TIMEOUT = 10.0
_OK = 200
_logger = logging.getLogger("laaffic_mock")


class Target(NamedTuple):
    """Where reports are pushed to, and in which shapes."""

    url: str
    shapes: str = PLAIN

    @property
    def origin(self) -> str:
        """Where, without the path, which may be a secret."""
        address = urlsplit(self.url)
        return f"{address.scheme}://{address.netloc.rpartition('@')[2]}"


@dataclass
class _Round:
    """What is pushed to one target."""

    target: Target | None
    shapes: Iterator[Schema]
    waiting: deque[tuple[str, bytes]] = field(default_factory=deque)
    at_work: int = 0
    pushed: int = 0
    failed: int = 0
    failures: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=_MAX_FAILURES))

    def fail(self, msg_id: str, why: str) -> None:
        self.failed += 1
        self.failures.append((msg_id, why))
        _logger.warning(
            "the report of message %s was not taken at %s: %s", msg_id, self.target and self.target.origin, why
        )


class Pusher:
    """Pushes reports to one URL. A push that fails is logged and counted, and not repeated.

    Args:
        examples: an example of each shape of a report.
        first: where to at the beginning, and again when it is cleared; None for nowhere.
        thread_name: the name of the thread that posts.

    Attributes:
        on_pushed: is called with the id of each entry of the log, in whichever thread writes it.
    """

    def __init__(self, examples: Sequence[Schema], first: Target | None, thread_name: str) -> None:
        self._examples = examples
        self._first = first
        self._thread_name = thread_name
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._connection: HTTPConnection | None = None
        self._ended = False
        self._round = self._new_round(first)
        self._log: deque[dict[str, Any]] = deque(maxlen=MAX_LOGGED)
        self._logged = 0
        self.on_pushed: Callable[[Sequence[int]], None] = lambda _: None

    @property
    def aimed(self) -> bool:
        """Whether reports are pushed anywhere."""
        return self._round.target is not None

    def aim(self, target: Target | None) -> None:
        """Push to another URL from now on, or to none; what still waits is dropped, and the counts begin anew."""
        with self._changed:
            self._round = self._new_round(target)

    def clear(self) -> None:
        """Forget what waits, the counts, the log, and where to."""
        self.aim(self._first)
        with self._changed:
            self._log.clear()

    def push(self, told: Told, times: int = 1) -> None:
        """Push a report, soon, and so many times."""
        with self._changed:
            now = self._round
            if now.target is None or self._ended:
                return
            if len(now.waiting) >= MAX_WAITING:
                why = f"{MAX_WAITING} others wait already"
                now.fail(told.msg_id, why)
                self._note(now, told.msg_id, None, why)
                return
            report = report_of(told, next(now.shapes))
            now.waiting.extend([(told.msg_id, json.dumps(report, ensure_ascii=False).encode())] * times)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._thread_name, daemon=True)
                self._thread.start()
            self._changed.notify()

    def shown(self) -> dict[str, Any]:
        """Return what has become of the pushes, and where they go."""
        with self._changed:
            now = self._round
            return {
                "to": now.target and now.target.origin,
                "shapes": now.target and now.target.shapes,
                "pushed": now.pushed,
                "failed": now.failed,
                "waiting": len(now.waiting) + now.at_work,
                "failures": [{"msg_id": msg_id, "why": why} for msg_id, why in now.failures],
            }

    def log(self) -> list[dict[str, Any]]:
        """Return the last 1,000 pushes, oldest first."""
        with self._changed:
            return list(self._log)

    def logged(self, entry_id: int) -> dict[str, Any] | None:
        """Return an entry of the log, or None when it is not there any more."""
        with self._changed:
            at = entry_id - self._logged + len(self._log) - 1
            return self._log[at] if 0 <= at < len(self._log) else None

    def close(self) -> None:
        """Stop; what waits, and what is being posted, is dropped."""
        with self._changed:
            self._ended = True
            self._changed.notify()
            connection, thread = self._connection, self._thread
        waiting: socket.socket | None = None if connection is None else connection.sock
        if waiting is not None:
            with suppress(OSError):  # it may have ended by itself
                waiting.shutdown(socket.SHUT_RDWR)  # wakes who waits for the response
        if thread is not None:
            thread.join(_TIMEOUT)

    def _new_round(self, target: Target | None) -> _Round:
        return _Round(target, shapes_of(self._examples, target.shapes if target else PLAIN))

    def _note(self, now: _Round, msg_id: str, report: bytes | None, why: str | None) -> None:
        self._logged += 1
        entry = {
            "id": self._logged,
            "at": time.time(),
            "msg_id": msg_id,
            "to": now.target and now.target.origin,
            "why": why,
            "report": None if report is None else json.loads(report),
        }
        self._log.append(entry)
        self.on_pushed((self._logged,))

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or self._round.waiting)
                if self._ended:
                    return
                now = self._round
                msg_id, report = now.waiting.popleft()
                now.at_work = 1
                assert now.target is not None  # noqa: S101  # only then is there anything to push
                self._connection = _connection(now.target.url)
            why = _post(self._connection, now.target.url, report)
            with self._changed:
                now.at_work, self._connection = 0, None
                if now is self._round and not self._ended:
                    self._note(now, msg_id, report, why)
                if why is None:
                    now.pushed += 1
                elif now is self._round and not self._ended:  # else nobody asks for it any more
                    now.fail(msg_id, why)


def _connection(url: str) -> HTTPConnection:
    address = urlsplit(url)
    make = HTTPSConnection if address.scheme == "https" else HTTPConnection
    return make(address.hostname or "", address.port, timeout=_TIMEOUT)


def _post(connection: HTTPConnection, url: str, report: bytes) -> str | None:
    """Post a report, and return why that failed, or None."""
    address = urlsplit(url)
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    try:
        connection.request("POST", path, report, {"Content-Type": "application/json", "Connection": "close"})
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
    return None if status == _OK else f"HTTP {status}"
