"""The cells of HTTP statuses other than 200, from something in front of the gateway."""

from collections.abc import Iterator

from laaffic import AuthenticationError, HTTPStatusError, OutcomeUnknownError
from matrix.cell import ACCEPTED, Cell, Outcome, account, both
from matrix.places import HTTP
from matrix.responding import changed, instead, replaced

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


HTTP_STATUSES = [
    *_cells(),
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
