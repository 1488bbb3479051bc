"""The report queries on both mocks: Prism's examples, and the gateway behind the proxy that checks both sides."""

from datetime import timedelta

import httpx2
import pytest

import laaffic
from contract.conftest import SPEC, Mock
from laaffic_mock import Gateway, Prism, magic_numbers
from support.asked import get, records, reports, signed, written

NO_TIMES = ["2026-13-01T00:00:00+08:00", "2026-11-01T25:00:00+08:00", "2026-11-01T00:00:00+99:99"]
QUERIES = {
    "getReport": {"msgIds": "2108021054011000095"},
    "getSentRcd": {"startTime": "2021-02-12T00:00:00+08:00", "endTime": "2021-02-13T00:00:00+08:00"},
}


def examples(operation: str) -> dict[str, object]:
    content = SPEC["paths"][f"/v3/{operation}"]["get"]["responses"]["200"]["content"]["application/json"]
    return {name: example["value"] for name, example in content["examples"].items()}


EXAMPLES = [(operation, name) for operation in QUERIES for name in examples(operation)]


@pytest.mark.parametrize(("operation", "name"), EXAMPLES)
def test_prism_serves_each_example(prism: Mock, operation: str, name: str) -> None:
    headers = {**signed(), "Prefer": f"example={name}"}
    query = {"appId": "4luaKsL2", **QUERIES[operation]}
    response = httpx2.get(f"{prism.url}/v3/{operation}", params=query, headers=headers, trust_env=False)
    assert (response.status_code, response.json()) == (200, examples(operation)[name])


@pytest.mark.parametrize(
    ("operation", "query"),
    [
        ("getReport", {"msgIds": ",".join(map(str, range(201)))}),
        ("getReport", {"msgIds": "1,"}),
        ("getReport", {}),
        ("getSentRcd", {**QUERIES["getSentRcd"], "startTime": "2021-02-12"}),
        ("getSentRcd", {**QUERIES["getSentRcd"], "startIndex": "-1"}),
        ("getSentRcd", {"startTime": "2021-02-12T00:00:00+08:00"}),
    ],
)
def test_what_breaks_the_contract_is_turned_down(mock: Mock, operation: str, query: dict[str, str]) -> None:
    assert get(mock.url, operation, **query).status_code == 422


def test_what_the_gateway_responds_in_each_state_holds_the_contract() -> None:
    fates = [number for number, _ in magic_numbers() if number.startswith("999004")]
    with Gateway(held=True) as gateway, Prism(upstream=gateway.url) as proxy:
        with laaffic.Client(base_url=proxy.url) as client:
            result = client.send_batch([laaffic.Message(["99955500001", *fates], "x")])
        msg_ids = [recipient.msg_id for recipient in result.recipients]
        gateway.configure(records_per_page=2)
        counted = []
        for _ in range(4):
            report = reports(proxy.url, *msg_ids)
            counted.append([int(report[name]) for name in ("success", "fail", "sending", "nofound")])
            for index in range(5):
                assert records(proxy.url, index)["status"] == "0"
            gateway.advance(3600 if len(counted) > 2 else 1)
    assert counted == [[0, 0, 0, 6], [0, 0, 4, 2], [2, 1, 1, 2], [3, 1, 1, 1]]


@pytest.mark.parametrize(
    "time", ["2026-13-01T00:00:00+08:00", "2026-11-01T25:00:00+08:00", "2026-11-01T00:00:00+99:99"]
)
def test_a_time_that_is_none_gets_the_documented_status_through_the_proxy(gateway: Mock, time: str) -> None:
    response = get(gateway.url, "getSentRcd", startTime=time, endTime=written(timedelta(0)))
    assert response.json() == {"status": "-11", "reason": "wrong time format"}
