"""A provider for the scripted server: it takes messages, loses responses, and tells what became of them when asked."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.server import Connection, answer


@dataclass
class Taken:
    """A message that the provider took."""

    msg_id: str
    number: str
    order_id: str
    content: str
    state: str | None = "0"  # as reports and records say it; None for what is still in the queue
    at: float = field(default_factory=time.time)  # by the provider's clock


@dataclass
class Provider:
    """An action of the server.

    Attributes:
        book: what was taken, in order.
        lose: says of a request, by its numbers, whether it is taken and its response lost.
        refuse: the same, for one that is refused.
        before_records: called when records are asked for.
        ahead: seconds by which its clock is ahead.
        asked: the paths that were asked for, without the sends.
        page: rows in an answer.
    """

    book: list[Taken] = field(default_factory=list)
    lose: Callable[[list[str]], bool] = lambda _: False
    refuse: Callable[[list[str]], bool] = lambda _: False
    before_records: Callable[[], None] = lambda: None
    ahead: float = 0.0
    asked: list[str] = field(default_factory=list)
    page: int = 50

    def __call__(self, connection: Connection) -> bool:
        """Respond."""
        path = connection.request.head.split(" ")[1]
        if connection.request.head.startswith("POST"):
            return self._send(connection)
        split = urlsplit(path)
        self.asked.append(split.path)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        name = split.path.rsplit("/", 1)[-1]
        body = {"getReport": self._reports, "getSentRcd": self._records}.get(name, self._balance)(query)
        return answer(body, headers={"Date": formatdate(time.time() + self.ahead, usegmt=True)})(connection)

    def taken(self, number: str) -> list[Taken]:
        """Return what was taken for a number."""
        return [message for message in self.book if message.number == number]

    def _send(self, connection: Connection) -> bool:
        rows = [
            (number, order_id, message["content"])
            for message in connection.request.json()["array"]
            for number, order_id in zip(message["numbers"].split(","), message["orderId"].split(","), strict=True)
        ]
        numbers = [number for number, _, _ in rows]
        if self.refuse(numbers):
            return answer({"status": "-9", "reason": "a number is abnormal", "array": []})(connection)
        first = len(self.book)
        now = time.time() + self.ahead
        new = [Taken(f"m{first + at}", *row[:2], content=row[2], at=now) for at, row in enumerate(rows)]
        self.book += new
        if self.lose(numbers):
            return False
        listed = [{"msgId": one.msg_id, "number": one.number, "orderId": one.order_id} for one in new]
        verdict = {"status": "0", "reason": "success", "success": str(len(new)), "fail": "0", "array": listed}
        return answer(verdict)(connection)

    def _records(self, query: dict[str, str]) -> Any:
        self.before_records()
        start, end = (datetime.fromisoformat(query[name]).timestamp() for name in ("startTime", "endTime"))
        finished = [one for one in self.book if one.state in {"0", "1"} and start <= one.at <= end]
        first = int(query.get("startIndex", "0"))
        rows = [
            self._row(one, {"1": "2"}.get(one.state or "", one.state)) for one in finished[first : first + self.page]
        ]
        return {"status": "0", "reason": "success", "success": str(len(rows)), "fail": "0", "array": rows}

    def _reports(self, query: dict[str, str]) -> Any:
        wanted = query["msgIds"].split(",")
        rows = [self._row(one, one.state) for one in self.book if one.msg_id in wanted and one.state is not None]
        counts = {"success": "0", "fail": "0", "sending": "0", "nofound": str(len(wanted) - len(rows))}
        return {"status": "0", "reason": "success", **counts, "array": rows}

    def _balance(self, _: dict[str, str]) -> Any:
        return {"status": "0", "reason": "success", "balance": "9.0", "gift": "0", "credit": "0"}

    def _row(self, message: Taken, status: str | None) -> dict[str, str | None]:
        at = datetime.fromtimestamp(message.at, UTC).isoformat(timespec="seconds")
        return {"msgId": message.msg_id, "number": message.number, "receiveTime": at, "status": status}
