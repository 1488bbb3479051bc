"""The models made by this project's template against the generator's own: the same but for speed and repr()."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import laaffic
import laaffic_api.models
from laaffic._batch.batch import MessageBatch
from laaffic._batch.ids import Ids
from laaffic._operations.send_batch import Body
from laaffic_api.models import AcceptedNumber, BatchMessage, RefusedNumber, SendBatchRequest, SendBatchResponse
from laaffic_api.types import UNSET

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["0", "-1", "-99"])
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=2), SCALARS, max_size=2)
ENTRIES = st.fixed_dictionaries({}, optional=dict.fromkeys(["msgId", "number", "orderId", "more"], VALUES)) | VALUES
REFUSED = st.fixed_dictionaries({}, optional=dict.fromkeys(["msgId", "number", "reason", "more"], VALUES)) | VALUES
MESSAGES = (
    st.fixed_dictionaries({}, optional=dict.fromkeys(["numbers", "content", "senderId", "orderId", "more"], VALUES))
    | VALUES
)
PRICES = st.fixed_dictionaries({}, optional=dict.fromkeys(["pay", "chargeCnt", "currency", "price"], VALUES)) | VALUES
REPORTS = (
    st.fixed_dictionaries(
        {},
        optional={**dict.fromkeys(["msgId", "number", "receiveTime", "status"], VALUES), "pricedetail": PRICES},
    )
    | VALUES
)
RECORDS = (
    st.fixed_dictionaries({}, optional=dict.fromkeys(["msgId", "number", "receiveTime", "status"], VALUES)) | VALUES
)
BODIES = {
    "AcceptedNumber": ENTRIES,
    "PriceDetail": PRICES,
    "MessageReport": REPORTS,
    "SentRecord": RECORDS,
    "PushedReport": st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(["appId", "msgid", "mobile", "status", "reason", "timestamp", "orderId", "mcc"], VALUES),
            "pricedetail": PRICES,
        },
    ),
    "ReportResponse": st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(["status", "reason", "success", "fail", "sending", "nofound"], VALUES),
            "array": st.lists(REPORTS, max_size=3) | VALUES,
        },
    ),
    "SentRecordsResponse": st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(["status", "reason", "success", "fail"], VALUES),
            "array": st.lists(RECORDS, max_size=3) | VALUES,
        },
    ),
    "RefusedNumber": REFUSED,
    "BatchMessage": MESSAGES,
    "BalanceResponse": st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["status", "reason", "balance", "gift", "credit", "more"], VALUES)
    )
    | VALUES,
    "SendBatchRequest": st.fixed_dictionaries(
        {}, optional={"appId": VALUES, "array": st.lists(MESSAGES, max_size=3) | VALUES, "more": VALUES}
    ),
    "SendBatchResponse": st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(["status", "reason", "success", "fail", "more"], VALUES),
            "array": st.lists(ENTRIES, max_size=3) | VALUES,
            "failArray": st.lists(REFUSED, max_size=3) | VALUES,
        },
    ),
}


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Return the models that the generator makes with its own templates."""
    folder = tmp_path_factory.mktemp("stock")
    config = folder / "config.yaml"
    config.write_text("post_hooks: []\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--config", str(config)]
    command += ["--path", str(CONTRACT), "--output-path", str(folder / "stock_api")]
    subprocess.run(command, check=True, capture_output=True)
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("stock_api.models")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "stock_api"]:
            del sys.modules[name]


def fields(model: Any) -> Any:
    """Return everything that a model holds, as plain values."""
    if isinstance(model, list):
        return [fields(item) for item in model]
    if type(model).__name__ == "Unset":
        return "unset"
    if hasattr(model, "__attrs_attrs__"):
        return {attribute.name: fields(getattr(model, attribute.name)) for attribute in model.__attrs_attrs__}
    return model


def read(models: ModuleType, name: str, body: Any) -> tuple[str, Any, Any]:
    """Read a body and write it again; or say how that fails."""
    try:
        model = getattr(models, name).from_dict(body)
        return "read", fields(model), list(model.to_dict().items())
    except Exception as error:  # noqa: BLE001  # whichever it is, it must be the same
        return "failed", type(error), None


@pytest.mark.parametrize("name", BODIES)
@given(data=st.data())
def test_reading_and_writing_are_those_of_the_stock_models(stock: ModuleType, name: str, data: st.DataObject) -> None:
    body = data.draw(BODIES[name])
    assert read(laaffic_api.models, name, body) == read(stock, name, body)


def test_the_same_models_are_made(stock: ModuleType) -> None:
    assert set(laaffic_api.models.__all__) == set(stock.__all__) == {*BODIES, "StatusCode"}
    for name in BODIES:
        ours, theirs = getattr(laaffic_api.models, name), getattr(stock, name)
        assert [(a.name, a.init, a.kw_only) for a in ours.__attrs_attrs__] == [
            (a.name, a.init, a.kw_only) for a in theirs.__attrs_attrs__
        ]
        assert {n for n in dir(ours) if n[0] != "_"} == {n for n in dir(theirs) if n[0] != "_"}


@pytest.mark.parametrize("name", ["AcceptedNumber", "BalanceResponse", "RefusedNumber", "SendBatchResponse"])
def test_fields_of_the_future_are_kept_as_in_the_stock_models(stock: ModuleType, name: str) -> None:
    known = {"status": "0", "msgId": "1", "number": "2", "reason": "r"}
    for models in (laaffic_api.models, stock):
        model = getattr(models, name).from_dict({**known, "later": 1})
        assert model["later"] == 1
        model["later"] = 2
        model["more"] = 3
        assert "later" in model
        assert {"later", "more"} <= set(model.additional_keys)
        del model["more"]
        assert "more" not in model
        assert model.to_dict()["later"] == 2


def test_no_model_shows_a_number_or_a_text() -> None:
    message = BatchMessage("99955500000", "top secret words", order_id="o-1")
    entry = AcceptedNumber("m-1", "99955500000")
    refused = RefusedNumber("m-2", "99955500000")
    response = SendBatchResponse("0", UNSET, array=[entry], fail_array=[refused])
    for model in (message, entry, refused, SendBatchRequest("app", [message]), response):
        assert "99955500000" not in repr(model)
        assert "secret" not in repr(model)


@given(
    st.lists(
        st.tuples(
            st.from_regex("999[0-9]{8}", fullmatch=True),
            st.text(min_size=1, max_size=9).filter(str.strip).filter(lambda text: text.isprintable()),
            st.none() | st.sampled_from(["", "ACME"]),
            st.none() | st.sampled_from(["o1"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_body_is_what_the_generated_models_write(rows: list[tuple[str, str, str | None, str | None]]) -> None:
    messages = [laaffic.Message(n, c, s, None if o is None else [o]) for n, c, s, o in rows]
    models = [BatchMessage(n, c, UNSET if s is None else s, UNSET if o is None else o) for n, c, s, o in rows]
    body = Body(MessageBatch(messages, range(len(messages)), ids=Ids(on_wire=False)), "app").to_dict()
    assert json.dumps(body) == json.dumps(SendBatchRequest("app", models).to_dict())
