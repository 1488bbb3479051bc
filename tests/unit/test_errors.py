"""The exceptions: what each tells, alone, and that it survives a task queue."""

import copy
import inspect
import pickle

import pytest

import laaffic
from laaffic._model import errors as _errors

PUBLIC = [getattr(laaffic, name) for name in laaffic.__all__]
ALL = [value for value in PUBLIC if inspect.isclass(value) and issubclass(value, laaffic.LaafficError)]


def one(state: laaffic.State) -> laaffic.BatchResult:
    """Return a result with one recipient."""
    return laaffic.BatchResult((laaffic.Recipient("99912345678", "a", None, state, 0),))


@pytest.mark.parametrize("error", ALL)
def test_every_error_can_be_made_with_a_message_alone(error: type[laaffic.LaafficError]) -> None:
    made = error("something")
    assert made.sent in {"no", "unknown"}
    assert made.result.recipients == ()
    assert (made.status, made.reason, made.http_status) == (None, None, None)


@pytest.mark.parametrize("error", ALL)
def test_every_error_survives_pickle_and_deepcopy(error: type[laaffic.LaafficError]) -> None:
    made = error("something", result=one(laaffic.State.UNKNOWN))
    made.status, made.reason, made.http_status = "-10", "because", 200
    made.sent, made.retryable, made.hint = laaffic.Sent("unknown"), True, "a hint of its own"
    object.__setattr__(made.result, "error", made)
    for again in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):  # noqa: S301  # made here
        assert type(again) is error
        assert str(again) == str(made)
        assert again.result == made.result
        assert again.result.error is again
        assert {**vars(again), "result": None} == {**vars(made), "result": None}
        assert (again.status, again.reason, again.hint) == ("-10", "because", "a hint of its own")


@pytest.mark.parametrize("error", ALL)
def test_every_error_says_whether_it_was_sent(error: type[laaffic.LaafficError]) -> None:
    text = str(error("something", result=one(laaffic.State.UNKNOWN)))
    assert ("Nothing was sent." in text) is (error.sent == "no" and not error.about_query)
    assert ("may have been sent" in text) is (error.sent == "unknown")
    assert error.hint in text


def test_the_tree_at_the_top_of_the_module_names_every_error() -> None:
    assert _errors.__doc__ is not None
    assert {error.__name__ for error in ALL} <= set(_errors.__doc__.replace("(", " ").split())


def test_every_definite_refusal_has_an_error_of_its_own() -> None:
    by_code = {
        code: _errors.class_for(code) for code, info in laaffic.STATUSES.items() if info.definite and code != "0"
    }
    assert by_code.pop("-31") is laaffic.IPRestrictedError
    assert len(set(by_code.values())) == len(by_code)
    assert laaffic.UnknownStatusError not in by_code.values()
    assert all(error.hint == laaffic.STATUSES[code].hint for code, error in by_code.items())


def test_a_status_that_settles_nothing_is_unknown() -> None:
    indefinite = {code for code, info in laaffic.STATUSES.items() if not info.definite}
    assert indefinite == {"-11", "-12", "-18", *(str(-n) for n in range(20, 30))}
    assert {_errors.class_for(code) for code in indefinite - {"-18"}} == {laaffic.UnknownStatusError}


def test_only_what_is_given_in_vain_is_a_value_error() -> None:
    names = ["InvalidMessageError", "InvalidReportError", "InvalidTimeError"]
    assert [error.__name__ for error in ALL if issubclass(error, ValueError)] == names
