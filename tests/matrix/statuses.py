"""The cells of the provider's own responses: every status, the account's rules, and partly refused requests."""

import time
from email.utils import formatdate

import laaffic
from laaffic import OutcomeUnknownError
from laaffic._model.errors import class_for
from matrix.cell import ACCEPTED, LOST_THOUGH_ACCEPTED, Cell, Outcome, Stage, account, both, fault, magic, passing
from matrix.places import CLOCK, PARTLY, RULE, STATUS
from matrix.responding import replaced
from support.front import Reply
from support.server import Action, Connection, answer

NOT_TAKEN = "99900300001"
UNLISTED = "-99"
# A -16 for a timestamp that was right may be another request's response.
_INDEFINITE = frozenset({UNLISTED, "-16", *(code for code, info in laaffic.STATUSES.items() if not info.definite)})


def _status(code: str) -> Cell:
    table = laaffic.STATUSES.get(code)
    return Cell(
        STATUS,
        f"status {code}: {table.meaning if table else 'one that is in no table'}",
        magic(f"999001{-int(code):05d}"),
        Outcome(
            class_for(code),
            "unknown" if code in _INDEFINITE else "no",
            "uuuu" if code in _INDEFINITE else "rrrr",
            "----",
        ),
    )


def _wrong_secret(stage: Stage) -> None:
    stage.settings["api_secret"] = "another"


def _too_many(stage: Stage) -> None:
    numbers = [str(99955500001 + place) for place in range(1001)]
    stage.messages = [laaffic.Message(numbers, "the same text", None, [f"o{n}" for n in numbers])]
    stage.settings["max_recipients"] = 2000


def _expired_by(ahead: float) -> Action:
    """Refuse every timestamp, by a clock that is this many seconds ahead."""

    def act(connection: Connection) -> bool:
        date = formatdate(time.time() + ahead, usegmt=True)
        return answer({"status": "-16"}, headers={"Date": date})(connection)

    return act


def _refused(code: str, count: int = 3) -> Outcome:
    return Outcome(class_for(code), "no", "r" * count, "-" * count)


_PART = Outcome(None, None, "aaar", "yyy-")
_PART_LOST = Outcome(OutcomeUnknownError, "unknown", "uuuu", "yyy-")
_EXPIRED = Outcome(laaffic.TimestampExpiredError, "unknown", "uuu", "yyy")
_AHEAD = 3 * 3600.0

STATUSES = [
    Cell(STATUS, "status 0: accepted", lambda _: None, ACCEPTED),
    *(_status(code) for code in (*laaffic.STATUSES, UNLISTED) if code != "0"),
    Cell(RULE, "a wrong secret", _wrong_secret, _refused("-1")),
    Cell(RULE, "an address that is not on the allow-list", account(allowed_ips=["192.0.2.1"]), _refused("-2")),
    Cell(RULE, "a sensitive word in one text of the request", account(words=["second"]), _refused("-3")),
    Cell(RULE, "no template for one text of the request", account(templates=["first {}"]), _refused("-6")),
    Cell(RULE, "more recipients than a request may have", _too_many, _refused("-7", 1001)),
    Cell(RULE, "a balance for two of three", account(balance=2), _refused("-10")),
    Cell(RULE, "a balance for three of three", account(balance=3), ACCEPTED),
    Cell(PARTLY, "one of four recipients is not taken", magic(NOT_TAKEN), _PART),
    Cell(
        PARTLY,
        "one of four is not taken; integers for strings",
        both(magic(NOT_TAKEN), fault("wrong_types")),
        _PART,
    ),
    Cell(PARTLY, "one of four is not taken; nulls for counts", both(magic(NOT_TAKEN), fault("null_fields")), _PART),
    Cell(
        PARTLY,
        "one of four is not taken; the response is cut",
        both(magic(NOT_TAKEN), fault("cut_body")),
        _PART_LOST,
    ),
    Cell(
        PARTLY,
        "one of four is not taken; the connection is dropped",
        both(magic(NOT_TAKEN), fault("accept_then_drop")),
        _PART_LOST,
    ),
    Cell(CLOCK, "this machine's clock is three hours behind", account(clock_offset=_AHEAD), ACCEPTED, 2),
    Cell(CLOCK, "this machine's clock is three hours ahead", account(clock_offset=-_AHEAD), ACCEPTED, 2),
    Cell(
        CLOCK,
        "the gateway accepts; the response is a -16 with a date that the timestamp agrees with",
        replaced({"status": "-16", "reason": "超出時間範圍限制"}),
        _EXPIRED,
    ),
    Cell(
        CLOCK,
        "the gateway accepts; the response is a -16 without a date",
        passing(lambda _: Reply(200, {}, b'{"status":"-16"}').bytes()),
        _EXPIRED,
    ),
    Cell(
        CLOCK,
        "a -16 that comes again, signed by the date of the first",
        lambda stage: stage.front(_expired_by(2 * 3600)),
        _EXPIRED._replace(has="---"),
        0,
    ),
    Cell(
        CLOCK,
        "it is behind, and the response to the second attempt is lost",
        # The first fault spoils only what is accepted, so it leaves the first response, -16, as it is.
        both(account(clock_offset=_AHEAD), fault("wrong_types", "accept_then_drop")),
        LOST_THOUGH_ACCEPTED,
        2,
    ),
]
