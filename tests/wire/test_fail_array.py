"""`failArray`, which no page documents and one integration met: whom the provider names as refused."""

from typing import Any

import pytest

import laaffic
from conftest import Send
from support.server import Server, answer

ONE, TWO, THREE = "91856321412", "91856321413", "91856321414"


def listed(number: str, msg_id: str = "m1", **more: str) -> dict[str, str]:
    """Return an entry of one of the lists."""
    return {"number": number, "msgId": msg_id, **more}


def outcome(send: Send, server: Server, sample: list[laaffic.Message], http: int = 200, **body: Any) -> Any:
    """Send the sample, and return the result, also of an error, and what is said of each recipient."""
    server.will(answer(body, status=http))
    try:
        result = send(sample, base_url=server.url)
    except laaffic.LaafficError as error:
        result = error.result
    return result, "".join(recipient.state[0] for recipient in result.recipients)


def test_a_named_refusal_is_rejected_with_its_reason_and_message_id(
    send: Send, server: Server, sample: list[laaffic.Message]
) -> None:
    accepted = [listed(ONE, orderId="56584"), listed(TWO, "m2", orderId="56585")]
    refused = [listed(THREE, "m3", reason="DST_MCCMNC_LIMIT")]
    result, states = outcome(send, server, sample, status="0", success="2", fail="1", array=accepted, failArray=refused)
    assert states == "aar"
    assert result.recipients[2].reason == "DST_MCCMNC_LIMIT"
    assert result.recipients[2].msg_id == "m3"
    assert result.recipients[0].reason is None
    assert result.discrepancy is None
    assert result.error is None


def test_it_is_read_under_a_refusal_too(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    refused = [listed(number, number, reason="LIMIT") for number in (ONE, TWO, THREE)]
    result, states = outcome(send, server, sample, status="-9", success="0", fail="3", array=[], failArray=refused)
    assert states == "rrr"
    assert [recipient.reason for recipient in result.recipients] == ["LIMIT"] * 3
    assert isinstance(result.error, laaffic.InvalidNumberError)


def test_its_entries_never_count_as_accepted(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    refused = [listed(THREE, "m3", reason="LIMIT")]
    result, states = outcome(send, server, sample, status="0", success="2", fail="1", failArray=refused)
    assert states == "uur"
    assert result.accepted == ()


@pytest.mark.parametrize(
    "counts",
    [
        {"status": "0", "success": "3"},
        {"status": "0", "success": "3", "fail": "0"},
        {"status": "0", "fail": "0"},
        {"status": "-9", "success": "3"},
    ],
)
def test_who_is_named_as_refused_and_counted_as_accepted_is_unknown(
    send: Send, server: Server, sample: list[laaffic.Message], counts: dict[str, Any]
) -> None:
    result, states = outcome(send, server, sample, **counts, failArray=[listed(THREE, "m3", reason="LIMIT")])
    assert states == "uuu"
    assert not result.nothing_was_sent


def test_who_is_in_both_lists_is_unknown(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    accepted = [listed(ONE), listed(TWO, "m2"), listed(THREE, "m3")]
    result, states = outcome(
        send, server, sample, status="0", success="3", fail="0", array=accepted, failArray=[listed(TWO, "m2")]
    )
    assert states == "aua"
    assert "both as accepted and as refused" in result.discrepancy
    assert isinstance(result.error, laaffic.OutcomeUnknownError)


def test_an_entry_that_fits_nobody_is_unmatched(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    accepted = [listed(ONE), listed(TWO, "m2"), listed(THREE, "m3")]
    result, states = outcome(
        send, server, sample, status="0", success="3", fail="0", array=accepted, failArray=[listed("99900000009", "m9")]
    )
    assert states == "aaa"
    assert result.unmatched_msg_ids == ("m9",)


@pytest.mark.parametrize("http", [500, 502, 408])
def test_under_a_failure_of_the_server_nobody_is_certainly_refused(
    send: Send, server: Server, sample: list[laaffic.Message], http: int
) -> None:
    refused = [listed(number, number, reason="LIMIT") for number in (ONE, TWO, THREE)]
    _, states = outcome(send, server, sample, http, status="-9", success="0", fail="3", failArray=refused)
    assert states == "uuu"


@pytest.mark.parametrize("fail_array", [{"0": {"number": ONE}}, "x", 5])
def test_one_that_cannot_be_read_leaves_the_unlisted_unknown(
    send: Send, server: Server, sample: list[laaffic.Message], fail_array: object
) -> None:
    _, states = outcome(send, server, sample, status="0", success="0", fail="3", array=[], failArray=fail_array)
    assert states == "uuu"


def test_reasons_are_in_no_log_and_no_repr(
    send: Send, server: Server, sample: list[laaffic.Message], caplog: pytest.LogCaptureFixture
) -> None:
    refused = [listed(THREE, "m3", reason="no route to 91856321414")]
    with caplog.at_level("DEBUG", "laaffic"):
        result, _ = outcome(send, server, sample, status="0", success="2", fail="1", array=[], failArray=refused)
    assert "no route" not in caplog.text + repr(result) + repr(result.recipients)
