"""An action that answers getReport and getSentRcd from what a test says of messages."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.server import Connection, answer

AT = "2026-11-24T09:30:03+08:00"


def row(msg_id: str, number: str, status: str = "0", at: str | None = AT, **more: Any) -> dict[str, Any]:
    """Return a row of either endpoint."""
    return {"msgId": msg_id, "number": number, "receiveTime": at, "status": status, **more}


@dataclass
class Rows:
    """What is told of messages; `records` go out `page` at a time."""

    reports: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    asked: list[list[str]] = field(default_factory=list)
    windows: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, connection: Connection) -> bool:
        url = urlsplit(connection.request.head.split()[1])
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path.endswith("/getReport"):
            wanted = query["msgIds"].split(",")
            self.asked.append(wanted)
            rows = [entry for entry in self.reports if entry["msgId"] in wanted]
        else:
            self.windows.append((query["startTime"], query["endTime"]))
            first = int(query.get("startIndex", "0"))
            rows = self.records[first : first + self.page]
        return answer({"status": "0", "reason": "success", "success": "0", "fail": "0", "array": rows})(connection)
