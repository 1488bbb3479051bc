"""The cells of responses that leave the contract: read liberally where they say enough, unknown where they do not."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any

from laaffic import InsufficientBalanceError, OutcomeUnknownError
from matrix.cell import ACCEPTED, LOST, LOST_THOUGH_ACCEPTED, Arrange, Cell, Outcome, both, magic, passing
from matrix.places import ALIEN, LIBERAL
from matrix.responding import changed, instead, replaced
from matrix.statuses import NOT_TAKEN
from support.front import Reply


def _entries(change: Callable[[dict[str, Any]], Any]) -> Arrange:
    return changed(lambda said: {**said, "array": [change(entry) for entry in said["array"]]})


def _without(*names: str) -> Arrange:
    return changed(lambda said: {name: value for name, value in said.items() if name not in names})


def _refused(number: str) -> Arrange:
    named = {"msgId": "2207201629421000009", "number": number, "reason": "DST_MCCMNC_LIMIT"}
    return changed(lambda said: {**said, "failArray": [named]})


def _twice(members: str) -> Arrange:
    """Add members to the response's object, of which some are there already."""

    def reply(whole: Reply) -> bytes:
        return Reply(200, whole.headers, whole.body.rstrip()[:-1] + b"," + members.encode() + b"}").bytes()

    return passing(reply)


def _entry_with(member: bytes) -> Arrange:
    """Add a member to the first entry, which is there already."""

    def reply(whole: Reply) -> bytes:
        return Reply(200, whole.headers, whole.body.replace(b"[{", b"[{" + member + b",", 1)).bytes()

    return passing(reply)


def _without_last_id(**counts: str) -> Arrange:
    """List the one that was not taken too, without a message id."""

    def change(said: dict[str, Any]) -> dict[str, Any]:
        last = {"number": NOT_TAKEN, "orderId": f"o{NOT_TAKEN}"}
        return {**said, "array": [*said["array"], last], **counts}

    return both(magic(NOT_TAKEN), changed(change))


def _zipped(reply: Reply) -> bytes:
    return Reply(200, {**reply.headers, "Content-Encoding": "gzip"}, gzip.compress(reply.body)).bytes()


def _wrongly_zipped(reply: Reply) -> bytes:
    return Reply(200, {**reply.headers, "Content-Encoding": "gzip"}, reply.body).bytes()


# What each of these says may come from anyone: a server that took the request, or one that never passed it on.
_EMPTY_TALK: dict[str, Any] = {
    "an empty body": b"",
    "HTML, such as a hotel's welcome": b"<html><body>Welcome to the hotel's wifi",
    "half of a JSON text": b'{"status":"0", "success":"3", "arr',
    "JSON nested a hundred thousand deep": b"[" * 100_000,
    "a JSON list": [],
    "JSON null": None,
    "a status that is null": {"status": None},
    "a status that is a boolean": {"status": False},
    "a status that is a fraction": {"status": 0.0},
    "a status of five thousand digits": b'{"status":' + b"9" * 5000 + b"}",
    "no status": {"reason": "?"},
    "status 0 and nothing else": {"status": "0"},
    "status 0, and a list that is none": {"status": "0", "success": "3", "fail": "0", "array": "none"},
}


def _cells() -> Iterator[Cell]:
    for what, content in _EMPTY_TALK.items():
        yield Cell(ALIEN, f"{what}; not passed on", instead(content), LOST, 0)
        yield Cell(ALIEN, f"{what}; passed on all the same", replaced(content), LOST_THOUGH_ACCEPTED)


def _more(what: str, arrange: Arrange, states: str) -> Cell:
    return Cell(ALIEN, what, arrange, LOST_THOUGH_ACCEPTED._replace(states=states))


ALIENS = [
    Cell(LIBERAL, "listed in another order", changed(lambda said: {**said, "array": said["array"][::-1]}), ACCEPTED),
    Cell(LIBERAL, "unknown fields", changed(lambda said: {**said, "new": {"a": [1]}}), ACCEPTED),
    Cell(LIBERAL, "no counts", _without("success", "fail"), ACCEPTED),
    Cell(LIBERAL, "no reason", _without("reason"), ACCEPTED),
    Cell(LIBERAL, "numbers with a plus", _entries(lambda entry: {**entry, "number": f"+{entry['number']}"}), ACCEPTED),
    Cell(LIBERAL, "entries without order ids", _entries(lambda entry: {**entry, "orderId": None}), ACCEPTED),
    Cell(LIBERAL, "entries without numbers", _entries(lambda entry: {**entry, "number": None}), ACCEPTED),
    Cell(LIBERAL, "entries without message ids", _entries(lambda entry: {**entry, "msgId": None}), ACCEPTED),
    Cell(LIBERAL, "compressed", passing(_zipped), ACCEPTED),
    Cell(
        LIBERAL,
        "one of four is not taken, and `failArray` names it",
        both(magic(NOT_TAKEN), _refused(NOT_TAKEN)),
        Outcome(None, None, "aaar", "yyy-"),
    ),
    Cell(
        LIBERAL,
        "one of four is not taken, and listed without a message id; the counts say three",
        _without_last_id(),
        Outcome(None, None, "aaar", "yyy-"),
    ),
    Cell(
        LIBERAL,
        "one of four is not taken, and listed without a message id; the counts disagree",
        _without_last_id(fail="0"),
        Outcome(OutcomeUnknownError, "unknown", "aaau", "yyy-"),
    ),
    *_cells(),
    Cell(ALIEN, "said to be compressed, and is not", passing(_wrongly_zipped), LOST_THOUGH_ACCEPTED),
    Cell(ALIEN, "not HTTP", passing(lambda _: b"SSH-2.0-OpenSSH\r\n", keep=False), LOST_THOUGH_ACCEPTED),
    _more("a success without its list", _without("array"), "uuu"),
    _more("a null list", changed(lambda said: {**said, "array": None}), "uuu"),
    _more("a list that lacks one", changed(lambda said: {**said, "array": said["array"][:2]}), "aau"),
    _more(
        "a list with something else for one",
        changed(lambda said: {**said, "array": [*said["array"][:2], None]}),
        "aau",
    ),
    _more(
        "a list with a stranger for one",
        changed(lambda said: {**said, "array": [*said["array"][:2], {"msgId": "x", "number": "99955599999"}]}),
        "aau",
    ),
    _more("the first one listed as accepted and in `failArray`", _refused("99955500001"), "uaa"),
    _more("a second status, -16", _twice('"status":"-16"'), "aaa"),
    _more("a second status, -10, written with an escape", _twice(r'"st\u0061tus":"-10"'), "aaa"),
    _more("a second list, which is empty", _twice('"array":[]'), "aaa"),
    _more("a second count", _twice('"success":"0"'), "aaa"),
    Cell(
        ALIEN,
        "one of four is not taken; a second status, -16",
        both(magic(NOT_TAKEN), _twice('"status":"-16"')),
        Outcome(OutcomeUnknownError, "unknown", "aaau", "yyy-"),
    ),
    Cell(ALIEN, "two statuses, both a refusal; not passed on", instead(b'{"status":"-10","status":"-10"}'), LOST, 0),
    Cell(
        ALIEN,
        "an entry with two numbers",
        _entry_with(b'"number":"99955500002"'),
        LOST_THOUGH_ACCEPTED._replace(states="uaa"),
    ),
    _more("a list without a status", _without("status", "success", "fail"), "aaa"),
    Cell(
        ALIEN,
        "status -10, and a list of those accepted: three of four",
        both(magic(NOT_TAKEN), changed(lambda said: {**said, "status": "-10"})),
        Outcome(InsufficientBalanceError, "unknown", "aaar", "yyy-"),
    ),
]
