"""`.sent` is a word to compare, never a flag."""

import copy
import json
import pickle

import pytest

import laaffic


def result(*states: laaffic.State) -> laaffic.BatchResult:
    """Return a result whose recipients are in these states."""
    return laaffic.BatchResult(tuple(laaffic.Recipient("99912345678", None, None, state) for state in states))


@pytest.mark.parametrize("error", [laaffic.NotSentError("x"), laaffic.OutcomeUnknownError("x")])
def test_taking_it_for_a_flag_is_an_error_with_the_remedy(error: laaffic.LaafficError) -> None:
    with pytest.raises(TypeError, match="nothing_was_sent"):
        bool(error.sent)
    with pytest.raises(TypeError, match="nothing_was_sent"):
        bool(error.result.sent)


def test_comparing_it_works() -> None:
    assert laaffic.NotSentError("x").sent == "no"
    assert laaffic.OutcomeUnknownError("x").sent == "unknown"
    assert laaffic.NotSentError("x").sent != "unknown"


def test_it_survives_copies_and_json() -> None:
    sent = laaffic.NotSentError("x").sent
    assert json.loads(json.dumps({"sent": sent})) == {"sent": "no"}
    for again in (pickle.loads(pickle.dumps(sent)), copy.deepcopy(sent)):  # noqa: S301  # made here
        assert again == "no"
        assert type(again) is laaffic.Sent


@pytest.mark.parametrize(
    ("states", "nothing"),
    [
        ([], True),
        ([laaffic.State.NOT_SENT, laaffic.State.REJECTED], True),
        ([laaffic.State.REJECTED, laaffic.State.ACCEPTED], False),
        ([laaffic.State.NOT_SENT, laaffic.State.UNKNOWN], False),
    ],
)
def test_nothing_was_sent_is_certain_or_false(states: list[laaffic.State], nothing: bool) -> None:
    assert result(*states).nothing_was_sent is nothing
    assert result(*states).sent == ("no" if nothing else "unknown")
    error = laaffic.StatusError("x", result=result(*states), sent=result(*states).sent)
    assert error.nothing_was_sent is nothing
