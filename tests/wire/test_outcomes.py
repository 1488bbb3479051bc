"""Every kind of answer, and of no answer: the exception, what was sent, each recipient's state, and the posts."""

import gzip
import json
import pickle
from dataclasses import dataclass
from typing import Any

import pytest

import laaffic
from conftest import Send
from support.server import Action, Server, answer, drop, raw, silence, success

SHORT = (5.0, 0.3)  # seconds to connect and to read; the silent server never answers at all


def listed(*places: int) -> list[dict[str, str]]:
    """Return the answer's entries for some of the sample's three recipients."""
    return [{"msgId": f"m{p}", "number": f"9185632141{2 + p}", "orderId": f"5658{4 + p}"} for p in places]


@dataclass
class Case:
    """One kind of answer and what must come of it; `states` by first letter, in the order asked."""

    name: str
    action: Action
    error: type[laaffic.LaafficError] | None
    sent: str | None
    states: str
    retryable: bool = False
    discrepancy: bool = False


def said(status: Any, **fields: Any) -> Action:
    """Answer with HTTP 200 and a status."""
    return answer({"status": status, **fields})


def twice(members: bytes, *lists: list[dict[str, str]], status: int = 200) -> Action:
    """Answer with an object of these members, in which a key may stand twice."""
    return answer(
        b"{" + (members % tuple(json.dumps(each).encode() for each in lists) if lists else members) + b"}",
        status=status,
    )


def unnamed(*places: int, without: int) -> list[dict[str, str]]:
    """Return the answer's entries for some recipients, one of them without a message id."""
    return [
        {name: value for name, value in entry.items() if name != "msgId" or entry["msgId"] != f"m{without}"}
        for entry in listed(*places)
    ]


OK = {"status": "0", "reason": "success", "success": "3", "fail": "0", "array": listed(0, 1, 2)}
PARTLY = {"status": "0", "success": "2", "fail": "1", "array": listed(0, 1)}
# What servers and proxies say when they turn a request down.
ERROR_PAGES: dict[str, Any] = {
    "HTML": b"<html><head><title>403 Forbidden</title></head></html>",
    "HTML in an old encoding": "<html>禁止访问".encode("gbk"),
    "words": b"Forbidden",
    "words that begin with a figure": b"404 page not found",
    "words that begin like a name": b"nullified\n",
    "nothing": b"",
    "white space": b"\xef\xbb\xbf\r\n",
    "a message": {"message": "Forbidden"},
    "a message in Chinese": {"message": "禁止"},
    "its own success": {"success": False, "message": "no"},
    "nothing accepted": {"success": "0", "array": [], "msg": "no"},
    "a title": {"type": "about:blank", "status": 403, "errors": [{"field": "x"}]},
}
STRANGE_STATUSES: list[Any] = [None, [], {}, False, 0.0, "00", "-0.0", "", "ok"]
# What is left of a success, or may be.
SPOILED: dict[str, Any] = {
    "a cut success": b'{"status":"0","success":"3","arr',
    "a cut refusal": b'{"status":"-9","rea',
    "a success in a list": [OK],
    "two documents": b'{"status":"-9"}{"status":"0"}',
    "two documents, a figure first": b'0 {"status":"-9"}',
    "a list nested too deep": b"[" * 100_000,
    "an object nested too deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a huge integer": b'{"status":' + b"9" * 5000 + b"}",
    "undecodable JSON": b'{"message":"\xd3\xe0"}',
    "undecodable words": "禁止访问".encode("gbk"),
    "something compressed": gzip.compress(b'{"status":"0"}'),
    "a figure": b"403",
    "a string": b'"Forbidden"',
    "null": b"null",
    "the end of something": b'"array":[]}',
    **{f"the status {status!r}": {"status": status} for status in STRANGE_STATUSES},
    "a callback": b'callback({"status":"0","success":"1"})',
    "a prefix": b')]}\',\n{"status":"-9","array":[]}',
    "a page that quotes": b"<html>The gateway said: {&quot;status&quot;:&quot;0&quot;,&quot;msgId&quot;:&quot;1&quot;}",
    "a page that quotes a status": b'<html>{"status": "0"}',
    "a success within": {"code": 403, "data": {"success": "3", "array": [{"msgId": "1"}]}},
    "a success in a string": {"message": json.dumps(OK)},
    "a message id": {"message": "no", "msgId": "7"},
    "a list": {"message": "no", "array": [{"number": "91856321412"}]},
    "true": {"success": True},
    "one of three refused": {"message": "no", "fail": 1},
}

UNKNOWN = laaffic.OutcomeUnknownError
HTTP = laaffic.HTTPStatusError
REFUSALS = [
    ("-1", laaffic.AuthenticationError),
    ("-2", laaffic.IPRestrictedError),
    ("-3", laaffic.SensitiveContentError),
    ("-4", laaffic.EmptyContentError),
    ("-5", laaffic.ContentTooLongError),
    ("-6", laaffic.TemplateMismatchError),
    ("-7", laaffic.TooManyNumbersError),
    ("-8", laaffic.EmptyNumbersError),
    ("-9", laaffic.InvalidNumberError),
    ("-10", laaffic.InsufficientBalanceError),
    ("-19", laaffic.NoPriceError),
]

CASES = [
    # A success, read liberally.
    Case("success", answer(OK), None, None, "aaa"),
    Case("success in any order", answer({**OK, "array": listed(2, 0, 1)}), None, None, "aaa"),
    Case("integers for strings", answer({**OK, "status": 0, "success": 3, "fail": 0}), None, None, "aaa"),
    Case(
        "numbers and ids as integers",
        answer({**OK, "array": [{"msgId": 7, "number": 91856321412 + p} for p in range(3)]}),
        None,
        None,
        "aaa",
    ),
    Case("nulls", answer({**OK, "reason": None, "success": None, "fail": None}), None, None, "aaa"),
    Case("missing counts", answer({"status": "0", "array": listed(0, 1, 2)}), None, None, "aaa"),
    Case(
        "extra fields",
        answer({**OK, "new": {"a": [1]}, "array": [{**e, "price": 1} for e in listed(0, 1, 2)]}),
        None,
        None,
        "aaa",
    ),
    Case("gzip", answer(OK, headers={"Content-Encoding": "gzip"}, encode=gzip.compress), None, None, "aaa"),
    Case("HTTP 201", answer(OK, status=201), None, None, "aaa"),
    Case(
        "byte order mark",
        answer(b"\xef\xbb\xbf" + b'{"status":"0","success":"0","fail":"3","array":[]}'),
        None,
        None,
        "rrr",
    ),
    Case(
        "a plus before numbers",
        answer({**OK, "array": [{**e, "number": "+" + e["number"]} for e in listed(0, 1, 2)]}),
        None,
        None,
        "aaa",
    ),
    Case(
        "not text in UTF-8",
        answer(b'{"status":"-10","reason":"\xd3\xe0\xb6\xee"}'),
        laaffic.InsufficientBalanceError,
        "no",
        "rrr",
    ),
    # Partly accepted: a result.
    Case("partial", answer(PARTLY), None, None, "aar"),
    Case("all refused", answer({"status": "0", "success": "0", "fail": "3", "array": []}), None, None, "rrr"),
    Case(
        "all refused, no list",
        answer({"status": "0", "success": "0", "fail": "3"}),
        None,
        None,
        "rrr",
        discrepancy=True,
    ),
    # Counts and list disagree.
    Case(
        "counts more than it lists",
        answer({**PARTLY, "success": "3", "fail": "0"}),
        UNKNOWN,
        "unknown",
        "aau",
        discrepancy=True,
    ),
    Case(
        "refuses nobody, and lists two of three",
        answer({**PARTLY, "fail": "0"}),
        UNKNOWN,
        "unknown",
        "aau",
        discrepancy=True,
    ),
    *(
        Case(f"a count of {count!r}", answer({**PARTLY, "success": count}), UNKNOWN, "unknown", "aau")
        for count in (3.0, "3.0", "+2", "three", True, -1, [2])
    ),
    Case("refused, and an unreadable count", said("-3", success=2.0), laaffic.SensitiveContentError, "unknown", "uuu"),
    Case("refused, but only one of three", said("-3", fail="1"), laaffic.SensitiveContentError, "unknown", "uuu"),
    Case("refused, counting nothing", said("-3", success="0", fail="0"), laaffic.SensitiveContentError, "no", "rrr"),
    Case(
        "refused, empty counts", said("-3", success="", fail="", array={}), laaffic.SensitiveContentError, "no", "rrr"
    ),
    Case(
        "numbers spelled otherwise, order ids as asked",
        answer({**OK, "array": [{**e, "number": e["number"][2:]} for e in listed(0, 1, 2)]}),
        None,
        None,
        "aaa",
    ),
    Case(
        "a message id that cannot be written down",
        answer({**OK, "array": [{**e, "msgId": "\ud800"} for e in listed(0, 1, 2)]}),
        None,
        None,
        "aaa",
    ),
    Case("a status that cannot be printed", said("\ud800"), laaffic.UnknownStatusError, "unknown", "uuu"),
    Case(
        "success without list",
        answer({"status": "0", "success": "3", "fail": "0"}),
        UNKNOWN,
        "unknown",
        "uuu",
        discrepancy=True,
    ),
    Case("success with null list", answer({**OK, "array": None}), UNKNOWN, "unknown", "uuu", discrepancy=True),
    Case("success and nothing else", answer({"status": "0"}), UNKNOWN, "unknown", "uuu", discrepancy=True),
    Case("list is no list", answer({**OK, "array": "none"}), UNKNOWN, "unknown", "uuu", discrepancy=True),
    Case(
        "lists a stranger",
        answer({**PARTLY, "array": [*listed(0), {"msgId": "x", "number": "99900000001"}]}),
        UNKNOWN,
        "unknown",
        "auu",
        discrepancy=True,
    ),
    Case("lists junk", answer({**PARTLY, "array": [*listed(0), None]}), UNKNOWN, "unknown", "auu", discrepancy=True),
    # Refused.
    *(Case(f"status {code}", said(code, reason="x"), error, "no", "rrr") for code, error in REFUSALS),
    Case("status as integer", said(-10), laaffic.InsufficientBalanceError, "no", "rrr"),
    Case(
        "refused, but two are listed",
        said("-10", array=listed(0, 1)),
        laaffic.InsufficientBalanceError,
        "unknown",
        "aar",
    ),
    Case("refused, but counts accepted", said("-10", success="1"), laaffic.InsufficientBalanceError, "unknown", "uuu"),
    Case(
        "refused, listed without message id",
        said("-10", array=[{"number": "91856321412"}]),
        laaffic.InsufficientBalanceError,
        "unknown",
        "uuu",
    ),
    Case("status -18", said("-18"), laaffic.GatewayFaultError, "unknown", "uuu"),
    Case("status -18 with one listed", said("-18", array=listed(1)), laaffic.GatewayFaultError, "unknown", "uau"),
    Case("status nobody knows", said("-99"), laaffic.UnknownStatusError, "unknown", "uuu"),
    Case("status in words", said("ok"), laaffic.UnknownStatusError, "unknown", "uuu"),
    Case("refused with HTTP 400", answer({"status": "-9"}, status=400), laaffic.InvalidNumberError, "no", "rrr"),
    Case("refused with HTTP 302", answer({"status": "-1"}, status=302), laaffic.AuthenticationError, "no", "rrr"),
    Case("refused with HTTP 408", answer({"status": "-1"}, status=408), laaffic.AuthenticationError, "unknown", "uuu"),
    # Something else answered.
    *(
        Case(f"HTTP {n}", answer(b"<html>", status=n), HTTP, "no", "rrr")
        for n in (400, 401, 403, 404, 407, 413, 418, 451)
    ),
    Case("HTTP 429", answer(b"slow down", status=429), HTTP, "no", "rrr", retryable=True),
    Case("HTTP 408", answer(b"", status=408), HTTP, "unknown", "uuu"),
    *(
        Case(f"HTTP {n}", answer(b"", status=n, headers={"Location": "/elsewhere"}), HTTP, "unknown", "uuu")
        for n in (301, 302, 303, 307, 308)
    ),
    Case("HTTP 304", answer(b"", status=304), HTTP, "unknown", "uuu"),
    *(
        Case(f"HTTP {n}", answer(b"<html>oops", status=n), UNKNOWN, "unknown", "uuu")
        for n in (500, 502, 503, 504, 520, 599)
    ),
    Case("HTTP 500 with a refusal", answer({"status": "-1"}, status=500), UNKNOWN, "unknown", "uuu"),
    Case(
        "HTTP 500 with one listed",
        answer({**PARTLY, "array": listed(0)}, status=500),
        UNKNOWN,
        "unknown",
        "auu",
        discrepancy=True,
    ),
    Case("success with HTTP 400", answer({**OK, "array": []}, status=400), UNKNOWN, "unknown", "uuu", discrepancy=True),
    Case("HTTP 999", answer(b"", status=999), UNKNOWN, "unknown", "uuu"),
    Case("an error page with words for a status", answer({"status": "error"}, status=403), HTTP, "no", "rrr"),
    Case("an error page without success", answer({"success": False, "message": "no"}, status=403), HTTP, "no", "rrr"),
    Case("an error page that counts", answer({"success": 1, "fail": "?"}, status=403), HTTP, "unknown", "uuu"),
    Case("refused, without success", said("-1", success=False), laaffic.AuthenticationError, "no", "rrr"),
    Case("an error page with a code", answer({"status": 40301}, status=403), HTTP, "no", "rrr"),
    Case(
        "an unlisted status with HTTP 400",
        answer({"status": "-77"}, status=400),
        laaffic.UnknownStatusError,
        "unknown",
        "uuu",
    ),
    Case("a redirect to nowhere", answer(b"", status=307, headers={"Location": "http://[:"}), HTTP, "unknown", "uuu"),
    # The error pages of many servers repeat the HTTP status in a field of that name.
    Case("an error page in JSON, 404", answer({"status": 404, "error": "Not Found"}, status=404), HTTP, "no", "rrr"),
    Case("an error page in JSON, 422", answer({"status": "422", "title": "x"}, status=422), HTTP, "no", "rrr"),
    Case("an error page in JSON, 502", answer({"status": 502}, status=502), UNKNOWN, "unknown", "uuu"),
    *(Case(f"HTTP 403 with {what}", answer(body, status=403), HTTP, "no", "rrr") for what, body in ERROR_PAGES.items()),
    *(
        Case(f"HTTP 400 with {what}", answer(body, status=400), HTTP, "unknown", "uuu")
        for what, body in SPOILED.items()
    ),
    *(
        Case(
            f"HTTP 400 with the status {status!r}",
            answer({"status": status}, status=400),
            UNKNOWN,
            "unknown",
            "uuu",
            discrepancy=True,
        )
        for status in (0, "0", " 0 ")
    ),
    Case(
        "HTTP 400 with a refusal that cannot be decoded whole",
        answer(b'{"status":"-9","reason":"\xd3\xe0"}', status=400),
        laaffic.InvalidNumberError,
        "unknown",
        "uuu",
    ),
    Case(
        "HTTP 400, compressed in a way that nobody undid",
        answer(b"\x8b\x0b\x80 whatever", status=400, headers={"Content-Encoding": "br, x-own"}),
        UNKNOWN,
        "unknown",
        "uuu",
    ),
    Case(
        "HTTP 400 in UTF-16",
        answer('{"status":"-9"}'.encode("utf-16"), status=400),
        laaffic.InvalidNumberError,
        "no",
        "rrr",
    ),
    # Something is said twice.
    Case("two statuses", twice(b'"status":"0","array":%s,"status":"-10"', listed(0, 1)), UNKNOWN, "unknown", "aau"),
    Case("two statuses, one in escapes", twice(b'"status":"-10","st\\u0061tus":"-10"'), UNKNOWN, "unknown", "uuu"),
    Case("two lists", twice(b'"status":"0","array":%s,"array":%s', listed(0), listed(2)), UNKNOWN, "unknown", "aua"),
    Case(
        "two lists under a refusal",
        twice(b'"status":"-10","array":%s,"array":[]', listed(1)),
        UNKNOWN,
        "unknown",
        "uau",
    ),
    Case(
        "two counts",
        twice(b'"status":"0","array":%s,"success":"1","success":"2"', listed(0, 1)),
        UNKNOWN,
        "unknown",
        "aau",
    ),
    Case(
        "two counts of refusals",
        twice(b'"status":"0","array":%s,"fail":"1","fail":"1"', listed(0)),
        UNKNOWN,
        "unknown",
        "auu",
    ),
    Case(
        "two lists of refused",
        twice(b'"status":"-9","failArray":%s,"failArray":[]', listed(0)),
        UNKNOWN,
        "unknown",
        "uuu",
    ),
    Case("two statuses with HTTP 400", twice(b'"status":"-9","status":"-9"', status=400), HTTP, "unknown", "uuu"),
    Case(
        "two of the usual",
        twice(b'"status":"0","reason":"success","success":"3","fail":"0","array":%s,"status":"-10"', listed(0, 1, 2)),
        UNKNOWN,
        "unknown",
        "aaa",
    ),
    Case(
        "two reasons, which claim nothing",
        twice(b'"status":"-10","reason":"a","reason":"b"'),
        laaffic.InsufficientBalanceError,
        "no",
        "rrr",
    ),
    Case(
        "a reason that quotes a status",
        said("-10", reason='{"status":"0","status":"-16"}'),
        laaffic.InsufficientBalanceError,
        "no",
        "rrr",
    ),
    *(
        Case(
            f"an entry with two of {name}",
            twice(
                b'"status":"0","array":['
                + json.dumps(listed(0)[0]).encode()
                + b',{"number":"91856321413","msgId":"m1","orderId":"56585",'
                + again
                + b"}]"
            ),
            UNKNOWN,
            "unknown",
            "auu",
            discrepancy=True,
        )
        for name, again in (
            ("number", b'"number":"91856321414"'),
            ("msgId", b'"msgId":"m9"'),
            ("orderId", b'"orderId":"56586"'),
        )
    ),
    # Message ids for some of those listed.
    Case("ids for some, no counts", answer({"status": "0", "array": unnamed(0, 1, 2, without=1)}), None, None, "aaa"),
    Case("ids for some, all counted", answer({**OK, "array": unnamed(0, 1, 2, without=1)}), None, None, "aaa"),
    Case("ids for those counted", answer({**PARTLY, "array": unnamed(0, 1, 2, without=1)}), None, None, "ara"),
    Case(
        "ids for those counted as accepted",
        answer({"status": "0", "success": "2", "array": unnamed(0, 1, 2, without=1)}),
        None,
        None,
        "ara",
    ),
    Case(
        "ids for those counted, and one is not listed",
        answer({"status": "0", "success": "1", "fail": "2", "array": unnamed(0, 1, without=1)}),
        None,
        None,
        "arr",
    ),
    Case(
        "an id for more than are counted",
        answer({**OK, "success": "1", "fail": "2", "array": unnamed(0, 1, 2, without=1)}),
        UNKNOWN,
        "unknown",
        "aua",
        discrepancy=True,
    ),
    Case(
        "ids for some, counts that disagree",
        answer({**PARTLY, "fail": "0", "array": unnamed(0, 1, 2, without=1)}),
        UNKNOWN,
        "unknown",
        "aua",
        discrepancy=True,
    ),
    Case(
        "ids for some, only refusals counted",
        answer({"status": "0", "fail": "1", "array": unnamed(0, 1, 2, without=1)}),
        UNKNOWN,
        "unknown",
        "aua",
    ),
    Case(
        "ids for some, an unreadable count",
        answer({**PARTLY, "success": "two", "array": unnamed(0, 1, 2, without=1)}),
        UNKNOWN,
        "unknown",
        "aua",
    ),
    Case(
        "ids for all, fewer counted", answer({**PARTLY, "array": listed(0, 1, 2)}), None, None, "aaa", discrepancy=True
    ),
    # Not the contract's.
    Case("empty", answer(b""), UNKNOWN, "unknown", "uuu"),
    Case("HTTP 204", raw(b"HTTP/1.1 204 No Content\r\n\r\n"), UNKNOWN, "unknown", "uuu"),
    Case(
        "HTML",
        answer(b"<html><body>Welcome to the hotel's wifi", headers={"Content-Type": "text/html"}),
        UNKNOWN,
        "unknown",
        "uuu",
    ),
    Case("broken JSON", answer(b'{"status":"0","success":"3","arr'), UNKNOWN, "unknown", "uuu"),
    Case("deep JSON", answer(b"[" * 100_000), UNKNOWN, "unknown", "uuu"),
    Case("a JSON list", answer([]), UNKNOWN, "unknown", "uuu"),
    Case("JSON null", answer(None), UNKNOWN, "unknown", "uuu"),
    Case("no status", answer({"reason": "?"}), UNKNOWN, "unknown", "uuu"),
    Case("null status", said(None), UNKNOWN, "unknown", "uuu"),
    Case("boolean status", said(False), UNKNOWN, "unknown", "uuu"),
    Case("fraction for status", said(0.0), UNKNOWN, "unknown", "uuu"),
    Case("endless integer", answer(b'{"status":' + b"9" * 5000 + b"}"), UNKNOWN, "unknown", "uuu"),
    Case("no status, but two are listed", answer({"array": listed(0, 1)}), UNKNOWN, "unknown", "aau"),
    Case("broken gzip", answer(OK, headers={"Content-Encoding": "gzip"}), UNKNOWN, "unknown", "uuu"),
    # No answer.
    Case("dropped", drop, UNKNOWN, "unknown", "uuu"),
    Case("dropped within the headers", raw(b"HTTP/1.1 200 OK\r\nContent-"), UNKNOWN, "unknown", "uuu"),
    Case(
        "dropped within the body",
        raw(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"status":"0"'),
        UNKNOWN,
        "unknown",
        "uuu",
    ),
    Case(
        "dropped within a chunk",
        raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"sta'),
        UNKNOWN,
        "unknown",
        "uuu",
    ),
    Case("not HTTP", raw(b"SSH-2.0-OpenSSH\r\n"), UNKNOWN, "unknown", "uuu"),
    Case("never answers", silence, UNKNOWN, "unknown", "uuu"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_answer_becomes_one_outcome_per_recipient(
    case: Case, send: Send, server: Server, sample: list[laaffic.Message]
) -> None:
    server.will(case.action, success)
    error: laaffic.LaafficError | None = None
    try:
        result = send(sample, base_url=server.url, timeout=SHORT if case.action is silence else 30)
    except laaffic.LaafficError as caught:
        error, result = caught, caught.result

    assert type(error) is (case.error or type(None))
    assert "".join(recipient.state[0] for recipient in result.recipients) == case.states
    assert [recipient.number for recipient in result.recipients] == ["91856321412", "91856321413", "91856321414"]
    assert [recipient.order_id for recipient in result.recipients] == ["56584", "56585", "56586"]
    assert bool(result.discrepancy) is case.discrepancy
    assert len(server.posts) == 1
    if error is not None:
        assert error.sent == case.sent
        assert error.retryable is case.retryable
        assert error.hint
        assert error.hint in str(error)
        assert result.error is error
        assert error.__cause__ is None
        assert error.__context__ is None
        again = pickle.loads(pickle.dumps(error))  # noqa: S301  # made here
        assert (type(again), str(again), again.result.recipients) == (type(error), str(error), result.recipients)
