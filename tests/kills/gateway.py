"""A gateway with a book: it accepts, refuses, delays and drops by a seed, and notes whom it accepted."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qs, urlsplit

from support.server import Connection, answer

_MAX_ROWS = 2_000
EVERY, AT_FAULT = 97, 13  # one number of so many is refused, and all that is posted with it


class Gateway:
    """What the server does, and its book.

    Attributes:
        accepted: how often each number was.
        texts: what each number got.
        in_doubt: whose response was dropped or spoiled.
        asked: how often each app id, which is that of a process, asked.
        met: how often each thing was done to a request.
    """

    def __init__(self, seed: int) -> None:
        self.accepted = Counter[str]()
        self.texts: dict[str, str] = {}
        self.in_doubt: set[str] = set()
        self.asked = Counter[str]()
        self.met = Counter[str]()
        self._records: list[tuple[str, float]] = []
        self._dice = Random(f"gateway {seed}")
        self._changed = threading.Condition()

    @property
    def posts(self) -> int:
        """How many requests there were."""
        return self.asked.total()

    def __call__(self, connection: Connection) -> bool:
        """Do something to a request."""
        if connection.request.head.startswith("GET "):
            listing = "/getSentRcd?" in connection.request.head.split(" ")[1]
            return self._list_records(connection) if listing else _BALANCE(connection)
        body = connection.request.json()
        gets = {number: message["content"] for message in body["array"] for number in message["numbers"].split(",")}
        with self._changed:
            self.asked[body["appId"]] += 1
            what = "refused" if any(is_at_fault(number) for number in gets) else _chosen(self._dice)
            self.met[what] += 1
            if what in {"accepted", "dropped", "spoiled"}:
                self.accepted.update([*gets])
                self.texts.update(gets)
                self._records += [(number, time.time()) for number in gets]
            if what in {"dropped", "spoiled", "dropped unread"}:
                self.in_doubt.update(gets)
            late = self._dice.uniform(0, 0.03)
            self._changed.notify_all()
        time.sleep(late)
        return _RESPONSES[what](connection)

    def _list_records(self, connection: Connection) -> bool:
        """List who was accepted, from an index on, in pages of any size."""
        query = parse_qs(urlsplit(connection.request.head.split(" ")[1]).query)
        start = int(query["startIndex"][0])
        with self._changed:
            listed = self._records[start : start + self._dice.randint(1, _MAX_ROWS)]
        rows = [
            {"msgId": msg_id_of(number), "number": number, "receiveTime": _written(at), "status": "0"}
            for number, at in listed
        ]
        return answer({"status": "0", "reason": "success", "success": "0", "fail": "0", "array": rows})(connection)

    def wait_for(self, posts: int, over: Callable[[], bool], seconds: float) -> None:
        """Wait until there were so many requests, or it is over, or the time is."""
        until = time.monotonic() + seconds
        with self._changed:
            while self.posts < posts and not over() and time.monotonic() < until:
                self._changed.wait(0.05)


def is_at_fault(number: str) -> bool:
    """Return whether the gateway refuses a number."""
    return int(number[-6:]) % EVERY == AT_FAULT


def msg_id_of(number: str) -> str:
    """Return the message id of whom the gateway accepts once."""
    return f"2108{number}"


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _success(connection: Connection) -> bool:
    """Accept every recipient, each with a message id of its own."""
    accepted = [
        {"msgId": msg_id_of(number), "number": number, "orderId": order_id}
        for message in connection.request.json()["array"]
        for number, order_id in zip(message["numbers"].split(","), message["orderId"].split(","), strict=True)
    ]
    verdict = {"status": "0", "reason": "success", "success": str(len(accepted)), "fail": "0", "array": accepted}
    return answer(verdict)(connection)


def _chosen(dice: Random) -> str:
    rare = {"too many": 0.02, "dropped": 0.015, "dropped unread": 0.01, "spoiled": 0.01}
    [what] = dice.choices([*rare, "accepted"], [*rare.values(), 1 - sum(rare.values())])
    return what


def _drop(_: Connection) -> bool:
    return False


_BALANCE = answer({"status": "0", "reason": "success", "balance": "1", "gift": "0", "credit": "0"})
_RESPONSES: dict[str, Callable[[Connection], bool]] = {
    "accepted": _success,
    "refused": answer({"status": "-6", "reason": "no template"}),
    "too many": answer(b"slowly", status=429),
    "dropped": _drop,
    "dropped unread": _drop,
    "spoiled": answer(b"<html>", status=502),
}
