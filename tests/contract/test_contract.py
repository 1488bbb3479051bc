"""What the wrapper says again of the contract, and what each of them refuses, agree."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import laaffic
from laaffic import _request, _settings
from laaffic._batch import splitter as _splitting
from laaffic._model import messages as _message
from laaffic._model import numbers as _numbers
from laaffic._outcome.response import read_answer
from laaffic_api.models import SendBatchRequest, SendBatchResponse, StatusCode
from laaffic_api.types import UNSET

SPEC = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))
SCHEMAS = SPEC["components"]["schemas"]
ANSWERS = SPEC["paths"]["/v3/sendSms/batch"]["post"]["responses"]["200"]["content"]["application/json"]["examples"]
ITEM = SCHEMAS["BatchMessage"]["properties"]


def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return a validator for one schema of the contract."""
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": SPEC["components"]})


def body_of(messages: list[laaffic.Message]) -> Any:
    """Return the JSON that messages become on the wire."""
    batch = _splitting.one_batch(messages, 10_000)
    return json.loads(json.dumps(_request.to_request(batch, "4luaKsL2").to_dict()))


printable_number = st.from_regex(r"\+?[1-9]([0-9][ \-.()]?){5,14}[0-9]", fullmatch=True)
raw_number = printable_number | st.text(max_size=20) | st.from_regex(r"[0-9+ ]{5,17}", fullmatch=True)
raw_message = st.fixed_dictionaries(
    {
        "numbers": st.lists(raw_number, max_size=4) | raw_number,
        "content": st.text(max_size=30) | st.integers(1020, 1030).map("x".__mul__) | st.just("\ud800"),
    },
    optional={
        "sender_id": st.none() | st.text(max_size=40),
        "order_ids": st.none() | st.text(max_size=10) | st.lists(st.text(max_size=8), max_size=4),
    },
)


@given(st.lists(raw_message, min_size=1, max_size=3))
def test_whatever_message_accepts_is_valid_by_the_contract(given_messages: list[dict[str, Any]]) -> None:
    accepted = []
    for arguments in given_messages:
        try:
            accepted.append(laaffic.Message(**arguments))
        except laaffic.InvalidMessageError:
            continue
    if accepted:
        body = body_of(accepted)
        validator("SendBatchRequest").validate(body)
        for item in body["array"]:
            assert "orderId" not in item or item["orderId"].count(",") == item["numbers"].count(",")


@given(
    st.fixed_dictionaries(
        {
            "numbers": st.from_regex(r"[0-9,+ ]{0,20}", fullmatch=True) | st.just("99900000001"),
            "content": st.text(max_size=5) | st.integers(1020, 1030).map("x".__mul__),
        },
        optional={"senderId": st.text(min_size=30, max_size=35), "orderId": st.text(max_size=5)},
    )
)
def test_what_the_contract_refuses_message_refuses_first(item: dict[str, str]) -> None:
    if validator("BatchMessage").is_valid(item):
        return
    try:
        message = laaffic.Message(item["numbers"], item["content"], item.get("senderId"), item.get("orderId"))
    except laaffic.InvalidMessageError:
        return
    # It was not refused because it was mended: what goes out is valid.
    validator("BatchMessage").validate(body_of([message])["array"][0])
    assert message.numbers != tuple(item["numbers"].split(",")) or message.order_ids != tuple(
        item["orderId"].split(",")
    )


def test_the_limits_are_the_contracts() -> None:
    assert ITEM["content"]["maxLength"] == _message.MOST_CONTENT
    assert ITEM["senderId"]["maxLength"] == _message.MOST_SENDER_ID
    assert SPEC["paths"]["/v3/sendSms/batch"]["post"]["x-max-recipients"] == _settings.DEFAULT_MAX_RECIPIENTS
    one = _numbers.E164
    assert ITEM["numbers"]["pattern"] == f"^{one}(,{one})*$"


def test_the_statuses_are_the_contracts() -> None:
    assert {code.value for code in StatusCode} == set(SCHEMAS["StatusCode"]["enum"])
    assert {info.code: info.name for info in laaffic.STATUSES.values()} == {
        code.value: code.name for code in StatusCode
    }
    described = dict(re.findall(r"- `(-?\d+)` [^:]+: (.+)", SCHEMAS["StatusCode"]["description"]))
    assert set(described) == set(laaffic.STATUSES)


@pytest.mark.parametrize("name", ANSWERS)
def test_reading_liberally_reads_what_the_generated_models_read(name: str) -> None:
    content = json.dumps(ANSWERS[name]["value"]).encode()
    mine, model = read_answer(content), SendBatchResponse.from_dict(json.loads(content))
    assert mine is not None
    assert mine.status == model.status
    assert mine.reason == model.reason
    assert mine.success == (int(model.success) if isinstance(model.success, str) else None)
    assert mine.fail == (int(model.fail) if isinstance(model.fail, str) else None)
    listed = [(e.number, e.order_id, e.msg_id) for e in model.array] if isinstance(model.array, list) else None
    read = mine.listed
    rows = None if read is None else list(zip(read.numbers, read.order_ids, read.msg_ids, strict=True))
    assert rows == listed
    assert (model.array is UNSET) is (mine.listed is None)


def test_the_documented_request_is_what_the_wrapper_makes(sample: list[laaffic.Message]) -> None:
    request = SPEC["paths"]["/v3/sendSms/batch"]["post"]["requestBody"]["content"]["application/json"]
    documented = request["examples"]["provider_sample"]["value"]
    assert body_of(sample) == documented
    assert SendBatchRequest.from_dict(documented).to_dict() == documented


@pytest.mark.parametrize(
    "bad",
    [
        {"array": [{"numbers": "99900000001", "content": "x"}]},
        {"appId": "a", "array": []},
        {"appId": "", "array": [{"numbers": "99900000001", "content": "x"}]},
        {"appId": "a", "array": [{"numbers": "99900000001", "content": "x"}], "more": 1},
        {"appId": "a", "array": [{"number": "99900000001", "content": "x"}]},
        {"appId": "a", "array": [{"numbers": "+99900000001", "content": "x"}]},
        {"appId": "a", "array": [{"numbers": "99900000001, 99900000002", "content": "x"}]},
        {"appId": "a", "array": [{"numbers": "99900000001,", "content": "x"}]},
        {"appId": "a", "array": [{"numbers": "099900000001", "content": "x"}]},
        {"appId": "a", "array": [{"numbers": 99900000001, "content": "x"}]},
        {"appId": "a", "array": [{"numbers": "99900000001", "content": ""}]},
        {"appId": "a", "array": [{"numbers": "99900000001", "content": "x" * 1025}]},
        {"appId": "a", "array": [{"numbers": "99900000001", "content": "x", "senderId": "s" * 33}]},
        {"appId": "a", "array": [{"numbers": "99900000001", "content": "x", "orderId": "1,,2"}]},
    ],
)
def test_the_contract_refuses_what_the_page_forbids(bad: Any) -> None:
    assert not validator("SendBatchRequest").is_valid(bad)


def test_answers_with_fields_of_the_future_are_valid() -> None:
    entry = {"msgId": "1", "number": "2", "price": 3}
    validator("SendBatchResponse").validate({"status": "-77", "reason": "?", "array": [entry], "new": []})
