"""What the contract says, read from openapi.yaml, so that the gateway does not repeat any of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from laaffic_mock._contract_file import find_contract
from laaffic_mock.gateway.errors import GatewayError

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation of the contract.

    Attributes:
        path: its path, with the server's prefix if there is one.
        method: its HTTP method, in capitals.
        details: everything that the contract says of it, without references.
    """

    path: str
    method: str
    details: Schema

    @property
    def request(self) -> Schema:
        """The schema of the JSON body."""
        schema: Schema = self.details["requestBody"]["content"]["application/json"]["schema"]
        return schema

    @property
    def response(self) -> Schema:
        """The schema of the JSON response."""
        schema: Schema = self._response["schema"]
        return schema

    @property
    def examples(self) -> list[Schema]:
        """The example responses."""
        return [example["value"] for example in self._response.get("examples", {}).values()]

    @property
    def _response(self) -> Schema:
        response: Schema = self.details["responses"]["200"]["content"]["application/json"]
        return response


@dataclass(frozen=True)
class Contract:
    """What all operations share.

    Attributes:
        host: the provider's host name.
        tolerance: how many seconds the timestamp may differ from the provider's clock.
        codes: each status by its name, such as `INSUFFICIENT_BALANCE`.
        reasons: the provider's words for each status.
        headers: the pattern of each header of a signature.
        operations: each operation by its `operationId`.
        pushed_reports: the example of each shape in which a delivery report is pushed.
    """

    host: str
    tolerance: int
    codes: Mapping[str, str]
    reasons: Mapping[str, str]
    headers: Mapping[str, re.Pattern[str]]
    operations: Mapping[str, Operation]
    pushed_reports: Sequence[Schema]

    def operation(self, operation_id: str) -> Operation:
        """Return an operation.

        Raises:
            GatewayError: the contract has none of this id.
        """
        if operation_id not in self.operations:
            there_are = ", ".join(self.operations)
            raise GatewayError(f"the contract has no operation {operation_id!r}; there are {there_are}")
        return self.operations[operation_id]


@cache
def load_contract(path: Path | None = None) -> Contract:
    """Read openapi.yaml, by default the one that the package `laaffic` ships.

    Raises:
        GatewayError: there is none.
    """
    try:
        spec = yaml.safe_load((path or find_contract()).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise GatewayError(str(error)) from None
    components = spec["components"]
    server = urlsplit(spec["servers"][0]["url"])
    operations = {
        details["operationId"]: Operation(server.path.rstrip("/") + path, method.upper(), _resolved(details, spec))
        for path, item in spec["paths"].items()
        for method, details in item.items()
        if method in _METHODS
    }
    statuses = components["schemas"]["StatusCode"]
    codes = dict(zip(statuses["x-enum-varnames"], statuses["enum"], strict=True))
    signature = {scheme["name"] for scheme in components["securitySchemes"].values()}
    pushed = spec["webhooks"]["deliveryReport"]["post"]["requestBody"]["content"]["application/json"]
    return Contract(
        host=server.hostname or "",
        tolerance=components["securitySchemes"]["Timestamp"]["x-tolerance-seconds"],
        codes=codes,
        reasons=_reasons(codes, operations.values()),
        headers={
            parameter["name"]: re.compile(parameter["schema"]["pattern"])
            for parameter in components["parameters"].values()
            if parameter["name"] in signature
        },
        operations=operations,
        pushed_reports=[example["value"] for example in pushed["examples"].values()],
    )


def _reasons(codes: Mapping[str, str], operations: Any) -> dict[str, str]:
    """Return the words for each status: those of an example, else the status's name in words."""
    in_words = {code: name.lower().replace("_", " ") for name, code in codes.items()}
    examples = {e["status"]: e["reason"] for operation in operations for e in operation.examples if "reason" in e}
    return in_words | examples


def _resolved(node: Any, spec: Any) -> Any:
    """Return a part of the contract with what its references point at."""
    if isinstance(node, list):
        return [_resolved(item, spec) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = spec
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        return _resolved(target, spec)
    return {name: _resolved(value, spec) for name, value in node.items()}
