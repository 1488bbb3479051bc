"""What the wrapper says again of the contract, and what each of them refuses, agree."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import laaffic
from laaffic import _settings
from laaffic._batch import splitter as _splitting
from laaffic._model import messages as _message
from laaffic._model import numbers as _numbers
from laaffic._model.status_table import TABLE
from laaffic._operations import send_batch as _request
from laaffic._outcome.response import read_response
from laaffic_api.models import SendBatchRequest, SendBatchResponse, StatusCode
from laaffic_api.types import UNSET

SPEC = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))
SCHEMAS = SPEC["components"]["schemas"]
ANSWERS = SPEC["paths"]["/v3/sendSms/batch"]["post"]["responses"]["200"]["content"]["application/json"]["examples"]
ITEM = SCHEMAS["BatchMessage"]["properties"]
ASK = "Do not send again blindly: client.reconcile (laaffic reconcile) asks the provider about the unknown ones."


def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return a validator for one schema of the contract."""
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": SPEC["components"]})


def body_of(messages: list[laaffic.Message]) -> Any:
    """Return the JSON that messages become on the wire."""
    batch = _splitting.one_batch(messages, 10_000)
    return json.loads(json.dumps(_request.Body(batch, "4luaKsL2").to_dict()))


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
    assert ITEM["content"]["maxLength"] == _message.MAX_CONTENT
    assert ITEM["senderId"]["maxLength"] == _message.MAX_SENDER_ID
    assert SPEC["paths"]["/v3/sendSms/batch"]["post"]["x-max-recipients"] == _settings.DEFAULT_MAX_RECIPIENTS
    one = _numbers.E164
    assert ITEM["numbers"]["pattern"] == f"^{one}(,{one})*$"


def test_the_statuses_are_the_contracts() -> None:
    names = {code.value: code.name for code in StatusCode}
    assert set(names) == set(SCHEMAS["StatusCode"]["enum"])
    assert {info.code: info.name for info in laaffic.STATUSES.values()}.items() <= names.items()


def test_the_table_of_statuses_is_the_contracts() -> None:
    schema = SCHEMAS["StatusCode"]
    assert [row[:2] for row in TABLE] == list(zip(schema["enum"], schema["x-enum-varnames"], strict=True))
    assert {
        code: {"meaning": meaning, "hint": hint, "definite": definite} for code, _, meaning, hint, definite in TABLE
    } == {
        code: {key: value for key, value in status.items() if key != "words"}
        for code, status in schema["x-statuses"].items()
    }


def test_the_statuses_that_leave_the_outcome_unknown() -> None:
    unknown = {-11, -12, -18, *range(-29, -19)}
    assert {int(code) for code, *_, definite in TABLE if not definite} == unknown
    assert all(hint.endswith(ASK) for *_, hint, definite in TABLE if not definite)
    assert not any(ASK in hint for *_, hint, definite in TABLE if definite)


@pytest.mark.parametrize("code", ["-1", "-2", "-13", "-14", "-15", "-16", "-17", "-30", "-31", "-32"])
def test_a_hint_for_sends_and_queries_alike_speaks_of_neither(code: str) -> None:
    (hint,) = [hint for row_code, _, _, hint, _ in TABLE if row_code == code]
    assert hint.endswith(", then try again.")
    assert "send" not in hint


def test_the_examples_have_the_providers_words() -> None:
    words = {code: status["words"] for code, status in SCHEMAS["StatusCode"]["x-statuses"].items() if "words" in status}
    # The last example of a status is the one that the mock takes its words from.
    reasons = {example["value"]["status"]: example["value"]["reason"] for example in ANSWERS.values()}
    assert reasons == {**words, "0": "success", "-99": "unlisted"}


@pytest.mark.parametrize("name", ANSWERS)
def test_reading_liberally_reads_what_the_generated_models_read(name: str) -> None:
    content = json.dumps(ANSWERS[name]["value"]).encode()
    mine, model = read_response(content), SendBatchResponse.from_dict(json.loads(content))
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


def test_a_response_may_name_refused_numbers() -> None:
    named = [value for example in ANSWERS.values() if "failArray" in (value := example["value"])]
    assert named
    for value in named:
        validator("SendBatchResponse").validate(value)
        model = SendBatchResponse.from_dict(value)
        assert isinstance(model.fail_array, list)
        assert [entry.reason for entry in model.fail_array] == [entry["reason"] for entry in value["failArray"]]
        assert model.to_dict() == value
    assert not validator("SendBatchResponse").is_valid({"status": "0", "failArray": ["91856321414"]})


def test_answers_with_fields_of_the_future_are_valid() -> None:
    entry = {"msgId": "1", "number": "2", "price": 3}
    validator("SendBatchResponse").validate({"status": "-77", "reason": "?", "array": [entry], "new": []})
