"""The description of the inspection paths says what they are: every path, every parameter, every field."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest
import yaml
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from laaffic_mock import Gateway
from laaffic_mock._contract_file import find_contract
from laaffic_mock.gateway.contract import load_contract
from laaffic_mock.gateway.serving.paths.description import DESCRIPTION
from mock.asked import NUMBER, inspect, send

SPEC = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))
OPERATIONS = {
    (method.upper(), path): details for path, item in SPEC["paths"].items() for method, details in item.items()
}


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """Return a gateway to which something of everything has happened."""
    with Gateway(held=True, deliver_after=2) as gateway:
        gateway.push_reports_to(lambda _: None)
        send(gateway.url, {"orderId": "a-1", "content": "Code 4711"})
        gateway.deliver(NUMBER, failed=True)
        gateway.push_reports_to("http://127.0.0.1:1/")
        send(gateway.url)
        gateway.deliver(NUMBER)
        gateway.wait_for_pushes()
        send(gateway.url)
        send(gateway.url, Sign="0" * 32)
        send(gateway.url, {"orderId": "a,b"})
        gateway.fail_next("drop")
        with suppress(httpx2.TransportError):
            send(gateway.url)
        gateway.fail_next("slow")
        gateway.fail_by_chance({"slow": 0.5})
        yield gateway


def pointed(node: Any) -> Any:
    """Return what a reference points at."""
    while isinstance(node, dict) and "$ref" in node:
        *_, kind, name = node["$ref"].split("/")
        node = SPEC["components"][kind][name]
    return node


def parameters(details: Any, place: str) -> set[str]:
    """Return the names of an operation's parameters in a place."""
    given = map(pointed, details.get("parameters", []))
    return {parameter["name"] for parameter in given if parameter["in"] == place}


def routes(gateway: Gateway) -> dict[tuple[str, str], Any]:
    """Return the handler of every path that is not the contract's."""
    theirs = {operation.path for operation in load_contract().operations.values()}
    found = [route for route in gateway._server.config.app.routes if route.path not in theirs]  # type: ignore[union-attr]  # uvicorn's type is wider
    return {
        (method, route.path.replace(":path}", "}")): route.endpoint
        for route in found
        for method in route.methods - {"HEAD"}
    }


def test_it_is_openapi() -> None:
    validate(SPEC)


def test_it_is_served(gateway: Gateway) -> None:
    assert inspect(gateway.url, "openapi.json") == SPEC


def test_the_contract_is_served_as_it_is_written(gateway: Gateway) -> None:
    served = httpx2.get(f"{gateway.url}/_mock/contract.yaml", trust_env=False)
    assert served.content == find_contract().read_bytes()
    assert served.headers["content-type"] == "text/plain; charset=utf-8"


def test_every_path_is_described_and_no_other(gateway: Gateway) -> None:
    assert set(OPERATIONS) == set(routes(gateway))


def test_every_query_parameter_is_described_and_no_other(gateway: Gateway) -> None:
    for operation, handler in routes(gateway).items():
        assert parameters(OPERATIONS[operation], "query") == set(handler.parameters), operation


def test_every_parameter_of_a_path_is_described() -> None:
    for (_, path), details in OPERATIONS.items():
        assert parameters(details, "path") == set(re.findall("{(.*?)}", path))


def test_what_changes_something_says_which_header_it_needs() -> None:
    for (method, path), details in OPERATIONS.items():
        assert ("X-Laaffic-Mock" in parameters(details, "header")) == (method != "GET"), path


BODIES = [operation for operation, details in OPERATIONS.items() if "requestBody" in details]


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_every_field_is_described_and_no_other(gateway: Gateway, method: str, path: str) -> None:
    headers = {"X-Laaffic-Mock": "1"}
    refused = httpx2.request(method, f"{gateway.url}{path}", json={"no such": 1}, headers=headers, trust_env=False)
    assert refused.status_code == 400
    there_are = refused.json()["error"].partition("there are only ")[2]
    schema = OPERATIONS[method, path]["requestBody"]["content"]["application/json"]["schema"]
    assert set(filter(None, there_are.split(", "))) == set(schema.get("properties", ()))


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_the_example_of_a_body_fits(method: str, path: str) -> None:
    content = OPERATIONS[method, path]["requestBody"]["content"]["application/json"]
    OAS31Validator(content["schema"]).validate(content["example"])


@pytest.mark.parametrize("name", ["Exchange", "Message"])
def test_an_example_fits_its_schema_and_has_every_field(name: str) -> None:
    schema = SPEC["components"]["schemas"][name]
    for example in schema["examples"]:
        OAS31Validator(inlined(schema)).validate(example)
        assert set(example) == set(schema["properties"]) == set(schema["required"])


READ = [
    path
    for (method, path), details in OPERATIONS.items()
    if method == "GET" and "application/json" in pointed(details["responses"]["200"])["content"]
]


@pytest.mark.parametrize("path", READ)
def test_what_is_responded_is_what_is_described(gateway: Gateway, path: str) -> None:
    asked = path.replace("{id}", "1").removeprefix("/_mock/")
    schema = pointed(OPERATIONS["GET", path]["responses"]["200"])["content"]["application/json"]["schema"]
    said = inspect(gateway.url, asked)
    OAS31Validator(inlined(schema)).validate(said)
    assert said


def test_a_refusal_is_what_is_described(gateway: Gateway) -> None:
    refused = httpx2.get(f"{gateway.url}/_mock/messages?x=1", trust_env=False)
    OAS31Validator(SPEC["components"]["schemas"]["Error"]).validate(refused.json())


def inlined(node: Any) -> Any:
    """Return a schema without references."""
    if isinstance(node, list):
        return [inlined(item) for item in node]
    if isinstance(node, dict):
        return {name: inlined(value) for name, value in pointed(node).items()}
    return node
