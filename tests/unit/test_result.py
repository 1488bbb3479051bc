"""Results: views, what shows, and what survives."""

import copy
import json
import pickle

import pytest

import laaffic
from laaffic import State

RECIPIENTS = tuple(
    laaffic.Recipient(f"9991234567{place}", None, f"m{place}", state, place) for place, state in enumerate(State)
)


def test_the_views_part_the_recipients_by_state() -> None:
    result = laaffic.BatchResult(RECIPIENTS)
    views = (result.accepted, result.rejected, result.not_sent, result.unknown)
    assert [recipient.number for view in views for recipient in view] == [r.number for r in RECIPIENTS]


def test_states_are_plain_strings() -> None:
    assert [str(state) for state in State] == ["accepted", "rejected", "not_sent", "unknown"]
    assert json.dumps(State.NOT_SENT) == '"not_sent"'


def test_nothing_shows_a_full_number() -> None:
    shown = repr(laaffic.BatchResult(RECIPIENTS)) + repr(RECIPIENTS)
    assert "BatchResult(accepted=1, rejected=1, not_sent=1, unknown=1, status=None)" in shown
    assert not any(recipient.number in shown for recipient in RECIPIENTS)


def test_results_survive_pickle_and_deepcopy() -> None:
    result = laaffic.BatchResult(RECIPIENTS, "0", "success", 1, 1)
    assert pickle.loads(pickle.dumps(result)) == result == copy.deepcopy(result)  # noqa: S301  # made here


def test_a_full_success_raises_nothing() -> None:
    laaffic.BatchResult(RECIPIENTS[:1]).raise_for_rejected()


def test_a_partial_success_raises_on_request_and_says_to_whom_to_send_again() -> None:
    result = laaffic.BatchResult(RECIPIENTS[:2], "0", "success", 1, 1)
    with pytest.raises(laaffic.PartialFailureError, match="1 of 2 recipients were not accepted") as caught:
        result.raise_for_rejected()
    assert caught.value.result is result
    assert caught.value.sent == "unknown"
    assert "Nothing was sent" not in str(caught.value)


def test_when_all_were_rejected_nothing_was_sent() -> None:
    with pytest.raises(laaffic.PartialFailureError) as caught:
        laaffic.BatchResult(RECIPIENTS[1:2]).raise_for_rejected()
    assert caught.value.sent == "no"


def test_an_unknown_recipient_is_never_called_not_sent() -> None:
    with pytest.raises(laaffic.PartialFailureError) as caught:
        laaffic.BatchResult(RECIPIENTS[3:4]).raise_for_rejected()
    assert caught.value.sent == "unknown"


def test_a_status_is_shown_when_it_looks_like_one() -> None:
    assert "status='-77'" in repr(laaffic.BatchResult(status="-77"))
    assert "status='…'" in repr(laaffic.BatchResult(status="code for 99912345678 " + "x" * 1000))


def test_of_a_recipient_neither_ids_nor_reason_are_shown() -> None:
    recipient = laaffic.Recipient("99912345678", "99987654321", "m1", State.REJECTED, 3, "no route to 99912345678")
    assert repr(recipient) == "Recipient(number='99*******78', state='rejected', message_index=3)"


def test_an_error_of_the_whole_request_is_raised_as_it_is() -> None:
    error = laaffic.NotSentError("x")
    with pytest.raises(laaffic.NotSentError) as caught:
        laaffic.BatchResult(RECIPIENTS[2:3], error=error).raise_for_rejected()
    assert caught.value is error
