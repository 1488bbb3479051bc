"""What one request may hold."""

import pytest

import laaffic
from conftest import Send

NOWHERE = "http://127.0.0.1:1"


def test_no_message_is_refused(send: Send) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match="at least one"):
        send([], base_url=NOWHERE)


def test_too_many_recipients_are_refused_and_listed_as_not_sent(send: Send) -> None:
    messages = [laaffic.Message([f"999{n:08d}" for n in range(1001)], "x")]
    with pytest.raises(laaffic.InvalidMessageError, match="send_many") as caught:
        send(messages, base_url=NOWHERE)
    assert len(caught.value.result.not_sent) == 1001


@pytest.mark.parametrize("given", [laaffic.Message("99900000001", "x"), "99900000001", None, 5])
def test_what_is_no_list_of_messages_is_refused(send: Send, given: object) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=r"list of laaffic\.Message"):
        send(given, base_url=NOWHERE)


def test_what_is_no_message_is_named_by_its_place(send: Send) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=r"messages\[1\].*got dict") as caught:
        send([laaffic.Message("99900000001", "x"), {}, laaffic.Message("99900000002", "x")], base_url=NOWHERE)
    assert caught.value.message_index == 1
    assert [recipient.number for recipient in caught.value.result.not_sent] == ["99900000001", "<dict>", "99900000002"]
