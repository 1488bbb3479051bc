"""A gateway with a book: it accepts, refuses, delays and drops by a seed, and notes whom it accepted."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from random import Random

from support.server import Connection, answer, success

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
        self._dice = Random(f"gateway {seed}")
        self._changed = threading.Condition()

    @property
    def posts(self) -> int:
        """How many requests there were."""
        return self.asked.total()

    def __call__(self, connection: Connection) -> bool:
        """Do something to a request."""
        body = connection.request.json()
        gets = {number: message["content"] for message in body["array"] for number in message["numbers"].split(",")}
        with self._changed:
            self.asked[body["appId"]] += 1
            what = "refused" if any(is_at_fault(number) for number in gets) else _chosen(self._dice)
            self.met[what] += 1
            if what in {"accepted", "dropped", "spoiled"}:
                self.accepted.update([*gets])
                self.texts.update(gets)
            if what in {"dropped", "spoiled", "dropped unread"}:
                self.in_doubt.update(gets)
            late = self._dice.uniform(0, 0.03)
            self._changed.notify_all()
        time.sleep(late)
        return _RESPONSES[what](connection)

    def wait_for(self, posts: int, over: Callable[[], bool], seconds: float) -> None:
        """Wait until there were so many requests, or it is over, or the time is."""
        until = time.monotonic() + seconds
        with self._changed:
            while self.posts < posts and not over() and time.monotonic() < until:
                self._changed.wait(0.05)


def is_at_fault(number: str) -> bool:
    """Return whether the gateway refuses a number."""
    return int(number[-6:]) % EVERY == AT_FAULT


def _chosen(dice: Random) -> str:
    rare = {"too many": 0.02, "dropped": 0.015, "dropped unread": 0.01, "spoiled": 0.01}
    [what] = dice.choices([*rare, "accepted"], [*rare.values(), 1 - sum(rare.values())])
    return what


def _drop(_: Connection) -> bool:
    return False


_RESPONSES: dict[str, Callable[[Connection], bool]] = {
    "accepted": success,
    "refused": answer({"status": "-6", "reason": "no template"}),
    "too many": answer(b"slowly", status=429),
    "dropped": _drop,
    "dropped unread": _drop,
    "spoiled": answer(b"<html>", status=502),
}
