"""The last requests and what was responded, as they were. Nothing is formatted until somebody reads it."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from laaffic_mock.gateway.desk.rules import Rule

MAX_BODY = 64 * 1024
MAX_EXCHANGES = 2_000
MAX_BYTES = 16 * 1024 * 1024
_USUAL_BYTES = 1024  # of what an exchange is beside its texts

RawHeaders = Sequence[tuple[bytes, bytes]]


class End(StrEnum):
    """How an exchange ended."""

    ACCEPTED = "accepted"
    ANSWERED = "answered"
    REFUSED = "refused"
    MALFORMED = "malformed"
    FAULT = "fault"


@dataclass(slots=True)
class Exchange:
    """A request, and what was responded.

    Attributes:
        at: when, in Unix time by the gateway's clock.
        method: the HTTP method.
        path: the path and query, as they came.
        client: the client's IP address.
        headers: the request's headers.
        body: the request's body, or its beginning; None when it was not read.
        size: how many bytes the body had.
        end: how it ended.
        status: the HTTP status; None when there was no response.
        response: what was responded, or its beginning; None when nothing was.
        fault: the fault by which it went wrong.
        provider_status: the status in the response.
        rule: the rule that the request broke.
        instead: the HTTP status and the response that the client got instead, if this one broke the contract or never
            came.
        first: the number in the book of the first message that was accepted.
        last: that of the last one; less than `first` when there is none.
        id: its number, rising from 1; 0 until it is in the log.
    """

    at: float
    method: str
    path: bytes
    client: str
    headers: RawHeaders
    body: bytes | None = None
    size: int = 0
    end: End = End.ANSWERED
    status: int | None = None
    response: bytes | None = None
    fault: str | None = None
    provider_status: str | None = None
    rule: Rule | None = None
    instead: tuple[int, bytes] | None = None
    first: int = 1
    last: int = 0
    id: int = 0


class Log:
    """The last exchanges: at most 2,000, and of what they hold 16 MiB. A body is kept up to 64 KiB.

    Args:
        most: how many.
    """

    def __init__(self, most: int = MAX_EXCHANGES) -> None:
        self._most = most
        self._last = 0
        self.clear()

    def clear(self) -> None:
        """Forget all exchanges, but not which ids were used."""
        self._kept: deque[Exchange] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self._accepting: deque[Exchange] = deque()  # those of them that accepted messages

    def add(self, exchange: Exchange) -> int:
        """Write an exchange down, and return its id."""
        self._last += 1
        exchange.id = self._last
        size = _USUAL_BYTES
        if exchange.body:
            exchange.size = max(exchange.size, len(exchange.body))
            exchange.body = exchange.body[:MAX_BODY]
            size += len(exchange.body)
        if exchange.response:
            exchange.response = exchange.response[:MAX_BODY]
            size += len(exchange.response)
        size += len(exchange.path) + sum(len(name) + len(value) for name, value in exchange.headers)
        self._kept.append(exchange)
        self._sizes.append(size)
        self._bytes += size
        if exchange.first <= exchange.last:
            self._accepting.append(exchange)
        self._make_room()
        return exchange.id

    def replace(self, exchange: Exchange, instead: tuple[int, bytes]) -> None:
        """Write down what the client got in place of the response of an exchange that is kept."""
        status, response = instead
        exchange.instead = status, response[:MAX_BODY]
        size = len(exchange.instead[1])
        self._sizes[exchange.id - self._last - 1] += size  # ids have no gaps
        self._bytes += size
        self._make_room()

    def get(self, exchange_id: int) -> Exchange | None:
        """Return an exchange, or None when there is none of this id, or none any more."""
        at = exchange_id - self._last + len(self._kept) - 1  # ids have no gaps
        return self._kept[at] if 0 <= at < len(self._kept) else None

    def after(self, exchange_id: int) -> Iterator[Exchange]:
        """Yield the exchanges after one, oldest first."""
        skipped = max(0, exchange_id - self._last + len(self._kept))
        return islice(self._kept, skipped, None)

    def newest(self) -> Iterator[Exchange]:
        """Yield the exchanges, newest first."""
        return reversed(self._kept)

    def accepted(self, number: int) -> int | None:
        """Return the id of the exchange that accepted the message of this number in the book, if it is kept."""
        low, high = 0, len(self._accepting)
        while low < high:
            middle = (low + high) // 2
            if self._accepting[middle].last < number:
                low = middle + 1
            else:
                high = middle
        found = self._accepting[low] if low < len(self._accepting) else None
        return found.id if found is not None and found.first <= number else None

    def _make_room(self) -> None:
        while len(self._kept) > self._most or self._bytes > MAX_BYTES:
            self._let_go()

    def _let_go(self) -> None:
        gone = self._kept.popleft()
        self._bytes -= self._sizes.popleft()
        if self._accepting and self._accepting[0] is gone:
            self._accepting.popleft()
