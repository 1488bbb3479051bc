"""Both clients through Prism: every named example of the contract ends as the table of errors says."""

from pathlib import Path

import pytest
import yaml

import laaffic
from conftest import Send
from laaffic_mock import AsyncPreferTransport, PreferTransport

SPEC = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))
ANSWER = SPEC["paths"]["/v3/sendSms/batch"]["post"]["responses"]["200"]["content"]["application/json"]
EXPECTED = {
    "success": (None, "aaa"),
    # Two entries answer three receivers: of the third, the counts say that nobody refused it.
    "provider_sample": (None, "aar"),
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
    "timestamp_expired": (laaffic.TimestampExpiredError, "rrr"),
    "gateway_fault": (laaffic.GatewayFaultError, "uuu"),
    "no_price": (laaffic.NoPriceError, "rrr"),
    "unknown_status": (laaffic.UnknownStatusError, "uuu"),
}


@pytest.mark.parametrize("name", ANSWER["examples"])
def test_every_example_ends_as_the_table_says(
    name: str, send: Send, kind: str, prism: str, sample: list[laaffic.Message]
) -> None:
    error, states = EXPECTED[name]
    transport = PreferTransport(name) if kind == "sync" else AsyncPreferTransport(name)
    caught: laaffic.LaafficError | None = None
    try:
        result = send(sample, base_url=prism, transport=transport)
    except laaffic.LaafficError as raised:
        caught, result = raised, raised.result
    assert type(caught) is (error or type(None))
    assert "".join(recipient.state[0] for recipient in result.recipients) == states
    assert result.status == ANSWER["examples"][name]["value"]["status"]
    assert result.reason == ANSWER["examples"][name]["value"]["reason"]


def test_without_a_wish_the_answer_fits_the_documented_request(
    send: Send, prism: str, sample: list[laaffic.Message]
) -> None:
    result = send(sample, base_url=prism)
    assert [(r.number, r.order_id, r.msg_id) for r in result.accepted] == [
        ("91856321412", "56584", "2207201629421000001"),
        ("91856321413", "56585", "2207201629421000002"),
        ("91856321414", "56586", "2207201629421000003"),
    ]
    assert (result.success, result.fail, result.discrepancy) == (3, 0, None)


def test_there_is_an_example_for_every_status() -> None:
    codes = {example["value"]["status"] for example in ANSWER["examples"].values()}
    assert codes == {*SPEC["components"]["schemas"]["StatusCode"]["enum"], "-99"}
