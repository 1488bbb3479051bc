"""An endpoint is one file: it is found by itself, and what every endpoint needs applies to it."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

import laaffic
from laaffic_mock import Gateway, GatewayError, magic_numbers
from laaffic_mock._account import SAMPLE_KEY, SAMPLE_SECRET
from laaffic_mock.gateway import contract, endpoints

SPEC = Path(laaffic.__file__).with_name("openapi.yaml")
MODULE = '''\
"""A query that knows how many recipients may still be sent to."""
from laaffic_mock.gateway.desk.exchange import Call, Endpoint


def make_endpoint(contract):
    def read(request, account):
        return Call(lambda: {"status": "0", "reason": "success", "left": str(account.settings.balance)})

    return Endpoint(contract.operation("getLeft"), read)
'''
RESPONSE = {
    "type": "object",
    "required": ["status"],
    "properties": {name: {"type": "string"} for name in ("status", "reason", "left")},
}


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """Return a gateway with one endpoint more, which is in the contract and in the folder, first in both."""
    spec = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    reference = {"$ref": "#/components/schemas/Left"}
    operation = {
        "operationId": "getLeft",
        "responses": {"200": {"content": {"application/json": {"schema": reference}}}},
    }
    spec["paths"] = {"/v3/getLeft": {"get": operation}, **spec["paths"]}
    spec["components"]["schemas"]["Left"] = RESPONSE
    spec["components"]["parameters"]["Size"] = {"name": "size", "in": "query", "schema": {"type": "integer"}}
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    (tmp_path / "a_get_left.py").write_text(MODULE)
    monkeypatch.setattr(endpoints, "__path__", [*endpoints.__path__, str(tmp_path)])
    monkeypatch.setattr(contract, "find_contract", lambda: tmp_path / "openapi.yaml")
    contract.load_contract.cache_clear()
    try:
        with Gateway() as running:
            yield running
    finally:
        contract.load_contract.cache_clear()


def ask(gateway: Gateway, secret: str = SAMPLE_SECRET) -> httpx2.Response:
    """Ask the endpoint, by hand."""
    now = str(int(time.time()))
    sign = hashlib.md5(f"{SAMPLE_KEY}{secret}{now}".encode(), usedforsecurity=False).hexdigest()
    headers = {"Api-Key": SAMPLE_KEY, "Timestamp": now, "Sign": sign}
    return httpx2.get(f"{gateway.url}/v3/getLeft", headers=headers, trust_env=False, timeout=30)


def test_a_new_file_is_a_new_endpoint(gateway: Gateway) -> None:
    gateway.balance = 3
    assert ask(gateway).json() == {"status": "0", "reason": "success", "left": "3"}
    assert gateway.counts == {"requests": 1, "status 0": 1}
    assert httpx2.post(f"{gateway.url}/v3/getLeft", trust_env=False).status_code == 405


def test_the_batch_is_found_wherever_it_stands(gateway: Gateway) -> None:
    with laaffic.Client(base_url=gateway.url) as client:
        assert client.send_batch([laaffic.Message("99955500001", "x")]).accepted


@pytest.mark.parametrize(
    ("settings", "status"),
    [({"api_secret": "another"}, "-1"), ({"allowed_ips": []}, "-2"), ({"clock_offset": 7200}, "-16")],
)
def test_the_sender_is_checked(gateway: Gateway, settings: dict[str, Any], status: str) -> None:
    gateway.configure(**settings)
    assert ask(gateway).json()["status"] == status


@pytest.mark.parametrize("fault", ["drop_before_reading", "drop", "accept_then_drop", "cut_headers", "cut_body"])
def test_the_connection_breaks_on_request(gateway: Gateway, fault: str) -> None:
    gateway.fail_next(fault)
    with pytest.raises((httpx2.NetworkError, httpx2.RemoteProtocolError)):
        ask(gateway)
    assert ask(gateway).status_code == 200


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_an_http_status_on_request(gateway: Gateway, status: int) -> None:
    gateway.fail_next(f"http_{status}")
    assert ask(gateway).status_code == status


@pytest.mark.parametrize(
    ("fault", "response"),
    [
        ("slow", {"status": "0", "reason": "success", "left": "3"}),
        ("wrong_types", {"status": 0, "reason": "success", "left": 3}),
        ("null_fields", {"status": "0", "reason": None, "left": None}),
        ("wrong_counts", {"status": "0", "reason": "success", "left": "3"}),
        ("unlisted_status", {"status": "-99", "reason": "unlisted"}),
    ],
)
def test_the_content_is_spoiled_on_request(gateway: Gateway, fault: str, response: dict[str, Any]) -> None:
    gateway.balance = 3
    gateway.fail_next(fault, seconds=0)
    assert ask(gateway).json() == response


def test_half_of_the_json_on_request(gateway: Gateway) -> None:
    gateway.fail_next("truncated_json")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        ask(gateway).json()


def test_every_listed_status_has_its_magic_number(gateway: Gateway) -> None:
    assert ("99900100017", "refuses the request with status -17") in magic_numbers()
    with laaffic.Client(base_url=gateway.url) as client, pytest.raises(laaffic.StatusError) as caught:
        client.send_batch([laaffic.Message("99900100017", "x")])
    assert (caught.value.result.status, caught.value.result.reason) == ("-17", "template empty")


def test_an_operation_that_the_contract_has_not_is_an_error() -> None:
    with pytest.raises(GatewayError, match=r"no operation 'getNothing'; there are .*sendBatch"):
        contract.load_contract().operation("getNothing")
