"""What the server does with a request that it has read, and with a connection before that."""

import gzip
import json
import select
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from random import Random
from typing import Any
from weakref import WeakKeyDictionary

from chaos.book import Book, recipient_of
from chaos.held_back import is_held_back
from support.front import reset
from support.server import Connection

HALF_HOUR = 1800


@dataclass
class Moment:
    """One request, and what is needed to respond to it."""

    connection: Connection
    entries: list[dict[str, str]]
    dice: Random
    book: Book
    strays: "Strays"

    def accept(self, entries: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """Accept the recipients, and return what the provider would say."""
        taken = self.entries if entries is None else entries
        self.book.accept(recipient_of(entry["number"]) for entry in taken)
        listed = [{"msgId": f"m{recipient_of(entry['number'])}", **entry} for entry in taken]
        return {"status": "0", "reason": "success", "success": str(len(taken)), "fail": "0", "array": listed}

    def write(self, content: bytes) -> bool:
        """Send something whole, in one TLS record where it fits."""
        self.connection.socket.sendall(content)
        return True

    def pause(self, most: float) -> None:
        """Let some time pass, at most so many seconds, and no more when the server stops."""
        self.connection.stopping.wait(self.dice.random() * most)


class Strays:
    """On which connections a response went out that nobody asked for, and when."""

    def __init__(self) -> None:
        self._sent = WeakKeyDictionary[socket.socket, float]()

    def sent(self, connection: socket.socket) -> None:
        """Note that one goes out now."""
        self._sent[connection] = time.monotonic()

    def taken(self, connection: socket.socket) -> float | None:
        """Return when one went out on a connection, and forget it."""
        return self._sent.pop(connection, None)


def response(body: Any, *, status: int = 200, late: float = 0.0, more: str = "") -> bytes:
    """Return a response: JSON, or bytes as they are.

    Args:
        body: what it holds.
        status: the HTTP status.
        late: by how many seconds its `Date` differs from now.
        more: further header lines.
    """
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    date = formatdate(time.time() + late, usegmt=True)
    head = f"HTTP/1.1 {status} Whatever\r\nDate: {date}\r\nContent-Type: application/json\r\n{more}"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def _usual(at: Moment) -> bool:
    return at.write(response(at.accept()))


def _slow(at: Moment) -> bool:
    said = at.accept()
    at.pause(0.03)
    return at.write(response(said))


def _silent(at: Moment) -> bool:
    at.accept()
    return _until_it_has_gone(at)


def _until_it_has_gone(at: Moment) -> bool:
    while not at.connection.stopping.is_set():
        if select.select([at.connection.socket], [], [], 0.1)[0]:  # it says more, or it has gone
            break
    return False


def _dropped(at: Moment) -> bool:
    at.accept()
    return False


def _reset(at: Moment) -> bool:
    at.accept()
    reset(at.connection.socket)
    return False


def _cut(at: Moment) -> bool:
    content = response(at.accept())
    at.write(content[: at.dice.randrange(1, len(content))])
    return False


def _broken_gateway(at: Moment) -> bool:
    at.accept()
    body: Any = at.dice.choice([b"", b"<html>Bad Gateway</html>", {"status": "-18"}, {"status": "-9", "array": []}])
    return at.write(response(body, status=at.dice.choice([500, 502, 503, 504])))


def _garbage(at: Moment) -> bool:
    at.accept()
    noise = at.dice.randbytes(at.dice.randrange(1, 300))
    return at.write(response(noise)) if at.dice.random() < 0.5 else not at.write(noise)


def _informed(at: Moment) -> bool:
    said = at.accept()
    for _ in range(at.dice.randrange(1, 20)):
        at.write(at.dice.choice([b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"]))
    return at.write(response(said))


def _compressed(at: Moment) -> bool:
    content = response(gzip.compress(json.dumps(at.accept()).encode()), more="Content-Encoding: gzip\r\n")
    if at.dice.random() < 0.3:  # broken within
        middle = len(content) - at.dice.randrange(5, 20)
        content = content[:middle] + b"\x00\xff" + content[middle + 2 :]
    return at.write(content)


def _dribbled(at: Moment) -> bool:
    content, done = response(at.accept()), 0
    while done < len(content):
        step = at.dice.choice([1, 7, len(content) // 8])
        at.write(content[done : done + step])
        done += step
        at.pause(0.0005)
    return True


def _without_length(at: Moment) -> bool:
    head, _, body = response(at.accept()).partition(b"\r\n\r\n")
    return not at.write(head.rpartition(b"Content-Length")[0] + b"Connection: close\r\n\r\n" + body)


def _partly(at: Moment) -> bool:
    taken, refused = at.entries[::2], at.entries[1::2]
    said = {**at.accept(taken), "fail": str(len(refused)), "failArray": refused}
    return at.write(response(said))


def _doubly(at: Moment) -> bool:
    said = at.accept()
    at.strays.sent(at.connection.socket)
    first, second = response(said), _stray(at)
    return at.write(first + second) if at.dice.random() < 0.5 else at.write(first) and at.write(second)


def _then_stray(at: Moment) -> bool:
    at.write(response(at.accept()))
    return _follow(at)


def _refused_then_stray(at: Moment) -> bool:
    at.write(response({"status": "-9"}))
    return _follow(at)


def _follow(at: Moment) -> bool:
    """Send one more response, a little later, and at the latest when the next request comes."""
    here = at.connection.socket
    if not at.connection.ahead and not (isinstance(here, ssl.SSLSocket) and here.pending()):
        select.select([here], [], [], at.dice.choice([0.0, 0.0005, 0.002, 0.02]))
    at.strays.sent(here)
    return at.write(_stray(at))


def _stray(at: Moment) -> bytes:
    status = at.dice.choice(["-10", "-16", "-16", "-9", "-1"])
    return response({"status": status}, late=at.dice.choice([0.0, 2.0 * HALF_HOUR]))


def _said_twice(at: Moment) -> bool:
    said = json.dumps(at.accept()).removesuffix("}")
    again = at.dice.choice(['"status": "-16"', '"status": "-9", "array": []', '"success": "0"'])
    return at.write(response(f"{said}, {again}}}".encode(), late=at.dice.choice([0.0, 2.0 * HALF_HOUR])))


def _unreadable_4xx(at: Moment) -> bool:
    body = json.dumps(at.accept()).encode()
    body = at.dice.choice([body[: len(body) // 2], body * 2, b"[" + body + b"]", body[:-1] + b', "x": ' + b"[" * 5000])
    return at.write(response(body, status=at.dice.choice([400, 403, 422])))


def _no_balance(at: Moment) -> bool:
    return at.write(response({"status": "-10"}))


def _bad_number(at: Moment) -> bool:
    return at.write(response({"status": "-9", "success": "0"}))


def _wrong_clock(at: Moment) -> bool:
    return at.write(response({"status": "-16"}, late=at.dice.choice([-4, -3, 3, 4]) * HALF_HOUR))


def _right_clock(at: Moment) -> bool:
    return at.write(response({"status": "-16"}))


def _bad_request(at: Moment) -> bool:
    return at.write(response(at.dice.choice([b"", b"<html>No</html>", b'{"status": "-9"}']), status=400))


def _refused_and_dropped(at: Moment) -> bool:
    content = response({"status": "-9"})
    at.write(content[: at.dice.randrange(len(content))])
    return False


USUAL, BAD_NUMBER, AFTER_A_STRAY = "as usual", "refuses a bad number", "as usual, after a stray"
OF_REQUESTS: dict[str, Callable[[Moment], bool]] = {
    USUAL: _usual,
    AFTER_A_STRAY: _usual,
    BAD_NUMBER: _bad_number,
    "accepts, slow": _slow,
    "accepts, silent": _silent,
    "accepts, drops": _dropped,
    "accepts, resets": _reset,
    "accepts, cut": _cut,
    "accepts, 5xx": _broken_gateway,
    "accepts, garbage": _garbage,
    "accepts, 1xx": _informed,
    "accepts, gzip": _compressed,
    "accepts, dribbles": _dribbled,
    "accepts, without length": _without_length,
    "accepts some": _partly,
    "accepts, two at once": _doubly,
    "accepts, then a stray": _then_stray,
    "accepts, says it twice": _said_twice,
    "accepts, unreadable 4xx": _unreadable_4xx,
    "refuses, no balance": _no_balance,
    "refuses, bad number": _bad_number,
    "refuses, wrong clock": _wrong_clock,
    "refuses, right clock": _right_clock,
    "refuses, 400": _bad_request,
    "refuses, cut": _refused_and_dropped,
    "refuses, then a stray": _refused_then_stray,
    "drops": lambda _: False,
}
# How often each is met, among a thousand requests; the rest is answered as usual.
_OFTEN: dict[str, float] = {
    "accepts, slow": 15,
    "accepts, silent": 0.5,
    "accepts, drops": 15,
    "accepts, resets": 10,
    "accepts, cut": 25,
    "accepts, 5xx": 15,
    "accepts, garbage": 15,
    "accepts, 1xx": 15,
    "accepts, gzip": 15,
    "accepts, dribbles": 8,
    "accepts, without length": 10,
    "accepts some": 20,
    "accepts, two at once": 20,
    "accepts, then a stray": 40,
    "accepts, says it twice": 10,
    "accepts, unreadable 4xx": 10,
    "refuses, no balance": 10,
    "refuses, bad number": 20,
    "refuses, wrong clock": 15,
    "refuses, right clock": 10,
    "refuses, 400": 10,
    "refuses, cut": 10,
    "refuses, then a stray": 10,
    "drops": 10,
}


def of_request(dice: Random) -> str:
    """Return what to do with a request."""
    throw = dice.random() * 1000
    for name, often in _OFTEN.items():
        throw -= often
        if throw < 0:
            return USUAL if is_held_back(name) else name
    return USUAL


def of_connection(dice: Random) -> str | None:
    """Return what to do with a connection before anything is read from it; None for what is usual."""
    if dice.random() < 0.99:
        return None
    return dice.choice(["dropped before reading", "reset before reading", "cut while reading"])


def before_reading(connection: socket.socket, fault: str, dice: Random) -> None:
    """Read little or nothing, and end the connection."""
    if fault == "cut while reading":
        connection.recv(dice.randrange(1, 400))
    if fault != "dropped before reading":
        reset(connection)
