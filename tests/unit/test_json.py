"""Results and errors through JSON and back, as a task queue's serialiser takes them."""

import copy
import inspect
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import laaffic

RECIPIENTS = (
    laaffic.Recipient("99912345678", "a", "m1", laaffic.State.ACCEPTED, 0, wire_order_id="a"),
    laaffic.Recipient("99912345679", None, None, laaffic.State.REJECTED, 1, "DST_MCCMNC_LIMIT", "q0123456789ab-1"),
)
RESULT = laaffic.BatchResult(
    RECIPIENTS, "0", "success", 1, 1, None, "it disagrees", ("m9",), "0123456789abcdef",
    laaffic.RawResponse(200, {"Date": "today"}, b"{}"),
)  # fmt: skip
PUBLIC = [getattr(laaffic, name) for name in laaffic.__all__]
ERRORS = [value for value in PUBLIC if inspect.isclass(value) and issubclass(value, laaffic.LaafficError)]


def through_json(value: Any) -> Any:
    """Return it as it comes out at the other side."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("recipient", RECIPIENTS)
def test_a_recipient_comes_back(recipient: laaffic.Recipient) -> None:
    again = laaffic.Recipient.from_dict(through_json(recipient.as_dict()))
    assert again == recipient
    assert isinstance(again.state, laaffic.State)


def test_a_result_comes_back() -> None:
    again = laaffic.BatchResult.from_dict(through_json(RESULT.as_dict()))
    assert again == RESULT
    assert again.batch_id == RESULT.batch_id
    assert again.raw is None


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_comes_back_with_class_text_and_result(error: type[laaffic.LaafficError]) -> None:
    made = error("something", result=RESULT)
    made.status, made.reason, made.http_status, made.hint = "-10", "because", 200, "a hint of its own"
    again = laaffic.LaafficError.from_dict(through_json(made.as_dict()))
    assert type(again) is error
    assert str(again) == str(made)
    assert again.result == made.result
    assert (again.status, again.reason, again.http_status, again.sent) == ("-10", "because", 200, made.sent)
    assert again.retryable == made.retryable


def test_an_invalid_message_comes_back_with_its_place() -> None:
    with pytest.raises(laaffic.InvalidMessageError) as caught:
        laaffic.Message(["99912345678", "12"], "x")
    again = laaffic.LaafficError.from_dict(through_json(caught.value.as_dict()))
    assert isinstance(again, laaffic.InvalidMessageError)
    assert (again.field, again.position, again.rule) == ("numbers", 1, caught.value.rule)


def test_a_result_with_its_error_comes_back_and_they_hold_each_other() -> None:
    error = laaffic.OutcomeUnknownError("lost")
    result = laaffic.BatchResult(RECIPIENTS, error=error)
    error.result = result
    again = laaffic.BatchResult.from_dict(through_json(result.as_dict()))
    assert isinstance(again.error, laaffic.OutcomeUnknownError)
    assert again.error.result is again
    back = laaffic.LaafficError.from_dict(through_json(error.as_dict()))
    assert back.result.error is back


@pytest.mark.parametrize(
    "read", ["laaffic.LaafficError.from_dict(given)", "laaffic.BatchResult.from_dict(given).error"]
)
def test_a_process_that_used_nothing_else_knows_every_class(read: str) -> None:
    error = laaffic.InsufficientBalanceError("too low")
    given = {**error.as_dict(), **laaffic.BatchResult(RECIPIENTS, error=error).as_dict()}
    program = f"import json, sys, laaffic; given = json.load(sys.stdin); print(type({read}).__name__)"
    ran = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "InsufficientBalanceError"


def test_an_error_of_an_unknown_class_is_still_this_packages() -> None:
    made = laaffic.NotSentError("no connection").as_dict() | {"type": "LaterError"}
    again = laaffic.LaafficError.from_dict(through_json(made))
    assert type(again) is laaffic.LaafficError
    assert f"{again} (laaffic explain NotSentError)" == str(laaffic.NotSentError("no connection"))


@pytest.mark.parametrize("given", [{}, [], None, {"recipients": 5}, {"recipients": [{}]}, {"type": 5}, {"state": "x"}])
@pytest.mark.parametrize("kind", [laaffic.BatchResult, laaffic.Recipient, laaffic.LaafficError])
def test_anything_else_is_refused(kind: Any, given: Any) -> None:
    with pytest.raises(ValueError, match="not "):
        kind.from_dict(given)


def test_the_raw_response_is_left_out_of_copies_and_comparisons() -> None:
    assert RESULT.raw is not None
    assert pickle.loads(pickle.dumps(RESULT)).raw is None  # noqa: S301  # made here
    assert copy.deepcopy(RESULT).raw is None
    assert laaffic.BatchResult(raw=RESULT.raw) == laaffic.BatchResult()
    assert "today" not in repr(RESULT)
    assert "{}" not in repr(RESULT.raw)


def test_an_error_names_its_batch() -> None:
    assert "(batch 0123456789abcdef)" in str(laaffic.OutcomeUnknownError("lost", result=RESULT))
    assert laaffic.OutcomeUnknownError("lost", result=RESULT).batch_id == "0123456789abcdef"


@pytest.mark.parametrize(
    "refused",
    [
        lambda: laaffic.Recipient.from_dict({"number": "99912345678", "state": "code 4711"}),
        lambda: laaffic.LaafficError.from_dict({"type": "NotSentError", "message": "", "sent": "code 4711"}),
        lambda: laaffic.BatchResult.from_dict({"recipients": [{"number": "1", "state": "code 4711"}]}),
    ],
)
def test_what_is_refused_is_not_quoted(refused: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match="not what") as caught:
        refused()
    assert "4711" not in str(caught.value) + repr(caught.value.__context__)
