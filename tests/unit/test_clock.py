"""A refusal for the timestamp: what proves it, and what is made of it on a connection that other requests used."""

import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate

import pytest

import laaffic
from laaffic._batch.batch import MessageBatch
from laaffic._http.evidence import Responded
from laaffic._http.signing import Signer
from laaffic._operations.attempts import Attempts
from laaffic._outcome.clock import server_time, shows_wrong_clock
from laaffic._outcome.outcome import outcome_of

NOW = 1_800_000_000.0
REFUSED = b'{"status":"-16"}'


def refused(*, ahead: float, kept: bool = False, signed_anew: bool = False, content: bytes = REFUSED) -> Responded:
    """Refuse the timestamp, by a clock that is this many seconds ahead of the one that signed."""
    headers = {"Date": formatdate(NOW + ahead, usegmt=True)}
    return Responded(200, content, headers, signed_at=NOW, kept=kept, signed_anew=signed_anew)


def attempts(*, repeatable: bool = False) -> tuple[Attempts, Signer]:
    """Return the attempts of one call, and its signer, whose clock stands still."""
    signer = Signer("key", "secret", clock=lambda: NOW)
    return Attempts(signer, 2, repeatable=repeatable), signer


def outcome(evidence: Responded) -> laaffic.BatchResult:
    """Return what is made of it for one recipient."""
    return outcome_of(MessageBatch([laaffic.Message("99955500001", "x")], [0]), evidence)


@pytest.mark.parametrize(("ahead", "wrong"), [(0, False), (1740, False), (-1740, False), (1741, True), (-1741, True)])
def test_a_date_more_than_29_minutes_off_shows_a_wrong_clock(ahead: float, wrong: bool) -> None:
    assert shows_wrong_clock(refused(ahead=ahead)) is wrong


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put this machine into another time zone, where that can be done."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "XXX-8")
        getattr(time, "tzset", int)()
        yield
    getattr(time, "tzset", int)()


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("zone", ["", " GMT", " -0000", " +0000"])
def test_a_date_without_a_zone_is_in_utc(zone: str) -> None:
    evidence = Responded(200, b"", {"Date": f"Fri, 15 Jan 2027 08:00:00{zone}"})
    assert server_time(evidence) == NOW


def test_of_two_dates_neither_counts() -> None:
    dates = ", ".join(formatdate(NOW + ahead, usegmt=True) for ahead in (7200, 0))
    assert server_time(Responded(200, b"", {"Date": dates})) is None


def test_it_is_signed_anew_once() -> None:
    tries, signer = attempts()
    assert tries.pause_before_next(refused(ahead=7200)) == 0.0
    assert signer.headers()["Timestamp"] == str(int(NOW + 7200))
    assert tries.pause_before_next(refused(ahead=7200)) is None
    last = tries.last(refused(ahead=7200))  # of another response
    assert isinstance(last, Responded)
    assert last.signed_anew


def test_on_a_connection_that_was_used_before_only_the_clock_is_corrected() -> None:
    tries, signer = attempts()
    evidence = refused(ahead=7200, kept=True)
    assert tries.pause_before_next(evidence) is None
    assert signer.headers()["Timestamp"] == str(int(NOW + 7200))
    assert tries.last(evidence) == evidence


def test_one_behind_which_something_came_is_not_signed_anew_and_corrects_nothing() -> None:
    tries, signer = attempts()
    assert tries.pause_before_next(replace(refused(ahead=7200), followed=True)) is None
    assert signer.headers()["Timestamp"] == str(int(NOW))


def test_a_query_is_signed_anew_on_any_connection() -> None:
    assert attempts(repeatable=True)[0].pause_before_next(refused(ahead=7200, kept=True)) == 0.0


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_timestamp_that_was_right_corrects_nothing(repeatable: bool) -> None:
    tries, signer = attempts(repeatable=repeatable)
    assert tries.pause_before_next(refused(ahead=600)) is None
    assert signer.headers()["Timestamp"] == str(int(NOW))


def test_a_proven_refusal_is_one_and_sending_goes_on() -> None:
    error = outcome(refused(ahead=7200, kept=True)).error
    assert isinstance(error, laaffic.TimestampExpiredError)
    assert (error.sent, error.retryable, error._concerns_every_request) == ("no", True, False)
    assert error.result.rejected


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize(
    "evidence",
    [{"ahead": 0}, {"ahead": 7200, "signed_anew": True}, {"ahead": 7200, "content": b'{"status":"-16","success":"1"}'}],
)
def test_a_contradiction_is_unknown_and_ends_sending(evidence: dict[str, object], kept: bool) -> None:
    error = outcome(refused(**evidence, kept=kept)).error  # type: ignore[arg-type]  # they are what it takes
    assert isinstance(error, laaffic.TimestampExpiredError)
    assert (error.sent, error.retryable, error._concerns_every_request) == ("unknown", False, True)
    assert error.result.unknown


def test_whom_a_contradiction_names_as_refused_is_unknown() -> None:
    named = b'{"status":"-16","failArray":[{"number":"99955500001","msgId":"m1"}]}'
    assert outcome(refused(ahead=0, content=named)).unknown
