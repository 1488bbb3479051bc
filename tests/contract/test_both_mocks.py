"""One suite on Prism and on the gateway behind it: every response of the contract ends as the table of errors says."""

import httpx2
import pytest

import laaffic
from conftest import CREDENTIALS, Send
from contract.conftest import EXAMPLES, SPEC, Mock
from laaffic_mock import magic_numbers

STATUSES = SPEC["components"]["schemas"]["StatusCode"]["enum"]

EXPECTED = {
    "success": (None, "aaa"),
    "partial_success": (None, "aar"),
    "authentication_failed": (laaffic.AuthenticationError, "rrr"),
    "ip_restricted": (laaffic.IPRestrictedError, "rrr"),
    "sensitive_content": (laaffic.SensitiveContentError, "rrr"),
    "content_empty": (laaffic.EmptyContentError, "rrr"),
    "content_too_long": (laaffic.ContentTooLongError, "rrr"),
    "template_mismatch": (laaffic.TemplateMismatchError, "rrr"),
    "too_many_numbers": (laaffic.TooManyNumbersError, "rrr"),
    "numbers_empty": (laaffic.EmptyNumbersError, "rrr"),
    "number_abnormal": (laaffic.InvalidNumberError, "rrr"),
    "insufficient_balance": (laaffic.InsufficientBalanceError, "rrr"),
    "timestamp_expired": (laaffic.TimestampExpiredError, "uuu"),
    "gateway_fault": (laaffic.GatewayFaultError, "uuu"),
    "no_price": (laaffic.NoPriceError, "rrr"),
    "unknown_status": (laaffic.UnknownStatusError, "uuu"),
}
# No number makes the gateway give these.
ONLY_PRISM = {
    "partial_success_fail_array": (None, "aar"),
    "number_abnormal_fail_array": (laaffic.InvalidNumberError, "rrr"),
}
BAD_BODIES = {
    "no app id": {"array": [{"numbers": "99955500001", "content": "x"}]},
    "a field that the contract does not know": {
        "appId": "a",
        "array": [{"numbers": "99955500001", "content": "x"}],
        "x": 1,
    },
    "the page's number for numbers": {"appId": "a", "array": [{"number": "99955500001", "content": "x"}]},
    "a plus": {"appId": "a", "array": [{"numbers": "+99955500001", "content": "x"}]},
    "a text too long": {"appId": "a", "array": [{"numbers": "99955500001", "content": "x" * 1025}]},
}


@pytest.mark.parametrize("example", EXPECTED)
def test_every_answer_ends_as_the_table_says(example: str, mock: Mock, send: Send, kind: str) -> None:
    ends_as(EXPECTED[example], example, mock, send, kind)


@pytest.mark.parametrize("example", ONLY_PRISM)
def test_named_refused_numbers_end_as_the_table_says(example: str, prism: Mock, send: Send, kind: str) -> None:
    ends_as(ONLY_PRISM[example], example, prism, send, kind)


def ends_as(
    expected: tuple[type[laaffic.LaafficError] | None, str], example: str, mock: Mock, send: Send, kind: str
) -> None:
    """Send what the mock answers as the example says, and compare the error and each recipient's state."""
    error, states = expected
    caught: laaffic.LaafficError | None = None
    try:
        result = send(mock.messages(example), base_url=mock.url, transport=mock.transport(example, kind))
    except laaffic.LaafficError as raised:
        caught, result = raised, raised.result
    assert type(caught) is (error or type(None))
    assert "".join(recipient.state[0] for recipient in result.recipients) == states
    assert result.status == EXAMPLES[example]["value"]["status"]
    assert result.reason == EXAMPLES[example]["value"]["reason"]
    assert result.discrepancy is None


def test_there_is_a_row_for_every_example_and_an_example_for_every_status_of_the_page() -> None:
    assert {*EXPECTED, *ONLY_PRISM} == set(EXAMPLES) - {"provider_sample"}
    statuses = SPEC["components"]["schemas"]["StatusCode"]["x-statuses"]
    of_this_endpoint = {code for code, status in statuses.items() if "words" in status}
    assert {example["value"]["status"] for example in EXAMPLES.values()} == {*of_this_endpoint, "-99"}


@pytest.mark.parametrize("status", sorted({*STATUSES, "-99"} - {"0"}))
def test_every_status_can_be_asked_for_by_its_number(status: str, gateway: Mock, send: Send) -> None:
    number = next(number for number, means in magic_numbers() if means.endswith(f" with status {status}"))
    with pytest.raises(laaffic.LaafficError) as caught:
        send([laaffic.Message(number, "x")], base_url=gateway.url)
    assert caught.value.result.status == status
    assert caught.value.result.reason


def test_the_providers_own_sample_response_is_matched_as_far_as_it_fits(prism: Mock, send: Send, kind: str) -> None:
    with pytest.raises(laaffic.OutcomeUnknownError) as caught:
        send(prism.messages("success"), base_url=prism.url, transport=prism.transport("provider_sample", kind))
    # It lists two of the three, and counts nobody refused.
    assert [recipient.state for recipient in caught.value.result.recipients] == ["accepted", "accepted", "unknown"]


def test_the_examples_of_success_fit_the_documented_request(
    prism: Mock, send: Send, sample: list[laaffic.Message]
) -> None:
    result = send(sample, base_url=prism.url)
    assert [(r.number, r.order_id, r.msg_id) for r in result.accepted] == [
        ("91856321412", "56584", "2207201629421000001"),
        ("91856321413", "56585", "2207201629421000002"),
        ("91856321414", "56586", "2207201629421000003"),
    ]


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_what_breaks_the_contract_is_turned_down(mock: Mock, body: object) -> None:
    headers = {"Api-Key": CREDENTIALS["api_key"], "Timestamp": "1630468800", "Sign": "05d7a50893e22a5c4bb3216ae3396c7c"}
    response = httpx2.post(f"{mock.url}/v3/sendSms/batch", json=body, headers=headers, trust_env=False)
    assert response.status_code == 422


@pytest.mark.parametrize("missing", ["Api-Key", "Timestamp", "Sign"])
def test_a_missing_header_is_turned_down(mock: Mock, missing: str) -> None:
    headers = {"Api-Key": "k", "Timestamp": "1630468800", "Sign": "05d7a50893e22a5c4bb3216ae3396c7c"}
    del headers[missing]
    body = {"appId": "a", "array": [{"numbers": "99955500001", "content": "x"}]}
    response = httpx2.post(f"{mock.url}/v3/sendSms/batch", json=body, headers=headers, trust_env=False)
    assert response.status_code == 401


def test_a_request_turned_down_by_the_contract_was_not_sent(mock: Mock, send: Send) -> None:
    with pytest.raises(laaffic.HTTPStatusError) as caught:
        send([laaffic.Message("99955500001", "x")], base_url=f"{mock.url}/elsewhere")
    assert caught.value.sent == "no"
    assert caught.value.http_status == 404
