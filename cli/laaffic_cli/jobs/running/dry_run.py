"""`--dry-run`: the SDK goes its usual way, up to a transport that sends nothing."""

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any, Protocol

import httpx2

from laaffic import Client
from laaffic_cli.reading.sources import Source
from laaffic_cli.terminal.shown import printable, printable_json
from laaffic_cli.terminal.streams import Stream

_SHOWN = 3  # requests
_RECIPIENTS = 3  # of each, to people; programs get all
_SECRETS = {"sign": 0, "api-key": 2}  # how many characters may be seen


class DryRunTransport(httpx2.BaseTransport):
    """In place of the network: shows each request and makes up the response."""

    def __init__(self, show: "Show") -> None:
        self._show = show

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Show a request; nothing leaves this process."""
        body = json.loads(request.read())
        headers = {name.decode(): _masked(name.decode(), value.decode()) for name, value in request.headers.raw}
        self._show.request(request.method, str(request.url), headers, body)
        return httpx2.Response(200, json=_made_up(body))


class Show(Protocol):
    """A way to show requests."""

    def request(self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> None:
        """Show one."""
        ...

    def finish(self, requests: int, recipients: int) -> None:
        """Say how many requests there are in all, for how many recipients, and that nothing was sent."""
        ...


class ShowText:
    """Shows requests to people."""

    def __init__(self, out: Stream) -> None:
        self._out = out
        self._count = 0

    def request(self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> None:
        """Show one."""
        self._count += 1
        lines = [f"{method} {url}", *(f"{name}: {value}" for name, value in headers.items())]
        few, left_out = _first_of(body)
        shown = printable_json(json.dumps(few, ensure_ascii=False, indent=2))
        more = [f"… and {_count(left_out, 'more recipient')} in this request", ""] if left_out else []
        self._out.line("\n".join([*map(printable, lines), "", shown, "", *more]))

    def finish(self, requests: int, recipients: int) -> None:
        """Sum up, and say that nothing was sent."""
        more = requests - self._count
        if more > 0:
            self._out.line(f"… and {_count(more, 'request')} more of this kind\n")
        whom = f"{_count(requests, 'request')} for {_count(recipients, 'recipient')}"
        self._out.line(f"Dry run: {whom}; nothing was sent.")


class ShowJson:
    """Shows requests to programs: one document on one line."""

    def __init__(self, out: Stream) -> None:
        self._out = out
        self._before = '{"dry_run":true,"nothing_sent":true,"requests":['

    def request(self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> None:
        """Show one."""
        document = {"method": method, "url": url, "headers": headers, "body": body}
        self._out.write(self._before + json.dumps(document, separators=(",", ":")))
        self._before = ","

    def finish(self, requests: int, recipients: int) -> None:
        """Close the document."""
        self._out.line(f'],"request_count":{requests},"recipients":{recipients},"exit_code":0}}')


def dry_run(client: Client, source: Source, out: Stream) -> bool:
    """Let the SDK make the first requests.

    Args:
        client: made with a `DryRunTransport`.
        source: the messages, which have been checked.
        out: where the requests are shown; when nobody reads them, it ends.

    Returns:
        Whether any order id that was shown is made here, and would be another in a real send.

    Raises:
        BadInputError: the source is not what it was.
    """
    made_here = False
    for result in islice(client.send_many(source.messages()), _SHOWN):
        if result.error is not None:  # the made-up response is a success
            raise result.error
        made_here = made_here or any(r.wire_order_id != r.order_id for r in result.recipients)
        if out.gone:
            return False
    return made_here


def _first_of(body: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """Return a request's body with its first recipients alone, and how many were left out."""
    array: list[dict[str, Any]] = []
    room, left_out = _RECIPIENTS, 0
    for message in body["array"]:
        there = message["numbers"].count(",") + 1
        shown = min(room, there)
        room, left_out = room - shown, left_out + there - shown
        if shown:
            lists = {name: message[name].split(",") for name in ("numbers", "orderId") if name in message}
            array.append({**message, **{name: ",".join(each[:shown]) for name, each in lists.items()}})
    return {**body, "array": array}, left_out


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _masked(name: str, value: str) -> str:
    seen = _SECRETS.get(name.lower())
    if seen is None:
        return value
    # As many stars for each, so that not even the length shows.
    return f"{value[:seen] if len(value) > 2 * seen else ''}********"


def _made_up(body: Mapping[str, Any]) -> dict[str, Any]:
    array: list[dict[str, str | None]] = []
    for message in body["array"]:
        numbers = message["numbers"].split(",")
        order_ids = message["orderId"].split(",") if "orderId" in message else [None] * len(numbers)
        array += [
            {"msgId": f"dry-run-{len(array) + place}", "number": number, "orderId": order_id}
            for place, (number, order_id) in enumerate(zip(numbers, order_ids, strict=True), start=1)
        ]
    return {"status": "0", "reason": "made up", "success": str(len(array)), "fail": "0", "array": array}
