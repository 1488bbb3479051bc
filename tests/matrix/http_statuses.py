"""The cells of HTTP statuses other than 200, from something in front of the gateway."""

import json
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from laaffic import AuthenticationError, HTTPStatusError, OutcomeUnknownError
from matrix.cell import ACCEPTED, Arrange, Cell, Outcome, account, both, passing
from matrix.places import HTTP
from matrix.responding import changed, instead, replaced
from support.front import Reply

_REDIRECTS = (301, 302, 303, 304, 307, 308)
_TURNED_DOWN = (400, 401, 403, 404, 407, 413, 418, 422, 451)
_FAILED = (504, 520, 599, 999)
_TURNED = Outcome(HTTPStatusError, "no", "rrr", "---")
_HTML = b"<html><body>something else speaks"
_ELSEWHERE = {"Location": "/elsewhere"}


def _cells() -> Iterator[Cell]:
    for status in _TURNED_DOWN:
        yield Cell(HTTP, f"HTTP {status}", instead(_HTML, status), _TURNED, 0)
    # Whatever sends these may have passed the request on, or not.
    for status, error in (
        (408, HTTPStatusError),
        *((status, HTTPStatusError) for status in _REDIRECTS),
        *((status, OutcomeUnknownError) for status in _FAILED),
    ):
        content = b"" if status == 304 else _HTML
        headers = _ELSEWHERE if status in _REDIRECTS else None
        lost = Outcome(error, "unknown", "uuu", "---")
        yield Cell(HTTP, f"HTTP {status}, not passed on", instead(content, status, headers), lost, 0)
        yield Cell(
            HTTP, f"HTTP {status}, passed on all the same", replaced(content, status, headers), lost._replace(has="yyy")
        )


# What may be left of a success, or made of it on the way: nobody knows what a 4xx with it means.
_SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "a success that is cut": lambda body: body[: len(body) // 2],
    "a success within a list": lambda body: b"[" + body + b"]",
    "two documents": lambda body: b'{"status":"-9"}' + body,
    "a success within a callback": lambda body: b"callback(" + body + b")",
    "a success on a page of HTML": lambda body: b"<html>" + escape(body.decode()).encode(),
    "a success in a string": lambda body: json.dumps({"message": body.decode()}).encode(),
    "a success with a huge integer": lambda body: body[:-1] + b',"x":' + b"9" * 5000 + b"}",
    "a success nested too deep": lambda body: b'{"a":' * 100_000 + body + b"}" * 100_000,
    "a status that is null": lambda _: b'{"status":null,"message":"no"}',
    "JSON that cannot be decoded": lambda _: b'{"message":"\xd3\xe0"}',
}
# What servers and proxies say when they turn a request down.
_PAGES: dict[str, Any] = {
    "words": b"404 page not found",
    "nothing": b"",
    "a message in JSON": {"message": "Forbidden"},
    "its own status in JSON": {"status": 403, "title": "Forbidden"},
    "HTML in an old encoding": "<html>禁止访问".encode("gbk"),
}


def _spoiled(change: Callable[[bytes], bytes]) -> Arrange:
    return passing(lambda reply: Reply(400, reply.headers, change(reply.body)).bytes())


HTTP_STATUSES = [
    *_cells(),
    *(
        Cell(HTTP, f"HTTP 400 with {what}", _spoiled(change), Outcome(HTTPStatusError, "unknown", "uuu", "yyy"))
        for what, change in _SPOILED.items()
    ),
    Cell(
        HTTP,
        "HTTP 400 with a success, compressed in a way that cannot be undone",
        passing(lambda reply: Reply(400, {**reply.headers, "Content-Encoding": "x-own"}, b"\x8b\x0b\x80").bytes()),
        Outcome(OutcomeUnknownError, "unknown", "uuu", "yyy"),
    ),
    *(Cell(HTTP, f"HTTP 403 with {what}", instead(content, 403), _TURNED, 0) for what, content in _PAGES.items()),
    Cell(HTTP, "HTTP 201 with a success", changed(lambda said: said, 201), ACCEPTED),
    Cell(
        HTTP,
        "HTTP 204 without a body, passed on all the same",
        replaced(b"", 204),
        Outcome(OutcomeUnknownError, "unknown", "uuu", "yyy"),
    ),
    Cell(
        HTTP,
        "HTTP 400 with a success",
        changed(lambda said: said, 400),
        Outcome(OutcomeUnknownError, "unknown", "aaa", "yyy"),
    ),
    Cell(
        HTTP,
        "HTTP 500 with a success",
        changed(lambda said: said, 500),
        Outcome(OutcomeUnknownError, "unknown", "aaa", "yyy"),
    ),
    Cell(
        HTTP,
        "HTTP 400 with a refusal, status -1",
        both(account(app_id="another"), changed(lambda said: said, 400)),
        Outcome(AuthenticationError, "no", "rrr", "---"),
    ),
    Cell(
        HTTP,
        "HTTP 302 with a refusal, status -1",
        both(account(app_id="another"), changed(lambda said: said, 302)),
        Outcome(AuthenticationError, "no", "rrr", "---"),
    ),
    Cell(
        HTTP,
        "HTTP 408 with a refusal, status -1",
        both(account(app_id="another"), changed(lambda said: said, 408)),
        Outcome(AuthenticationError, "unknown", "uuu", "---"),
    ),
    Cell(
        HTTP,
        "HTTP 500 with a refusal, status -1",
        both(account(app_id="another"), changed(lambda said: said, 500)),
        Outcome(OutcomeUnknownError, "unknown", "uuu", "---"),
    ),
]
