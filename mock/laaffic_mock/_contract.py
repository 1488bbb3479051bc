"""What the contract says, read from openapi.yaml, so that the gateway writes none of it again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from laaffic_mock._install import find_contract


@dataclass(frozen=True)
class Contract:
    """The limits, patterns and statuses of the batch endpoint.

    Attributes:
        path: the endpoint's path.
        host: the provider's host name.
        max_recipients: the most receivers in a request.
        tolerance: how many seconds the timestamp may differ from the provider's clock.
        codes: each status by its name, such as `INSUFFICIENT_BALANCE`.
        reasons: the provider's words for each status.
    """

    path: str
    host: str
    max_recipients: int
    tolerance: int
    codes: Mapping[str, str]
    reasons: Mapping[str, str]
    headers: Mapping[str, re.Pattern[str]]
    request: Mapping[str, Any]
    message: Mapping[str, Any]

    def field(self, name: str) -> Mapping[str, Any]:
        """Return the schema of one field of a message."""
        schema: Mapping[str, Any] = self.message["properties"][name]
        return schema


@cache
def load_contract(path: Path | None = None) -> Contract:
    """Read openapi.yaml, by default the one that the package `laaffic` ships."""
    text = (path or find_contract()).read_text(encoding="utf-8")
    spec = yaml.safe_load(text)
    (endpoint, item), *_ = spec["paths"].items()
    components = spec["components"]
    statuses = components["schemas"]["StatusCode"]
    examples = item["post"]["responses"]["200"]["content"]["application/json"]["examples"].values()
    return Contract(
        path=endpoint,
        host=spec["servers"][0]["url"].removeprefix("https://"),
        max_recipients=item["post"]["x-max-recipients"],
        tolerance=components["securitySchemes"]["Timestamp"]["x-tolerance-seconds"],
        codes=dict(zip(statuses["x-enum-varnames"], statuses["enum"], strict=True)),
        reasons={example["value"]["status"]: example["value"]["reason"] for example in examples},
        headers={
            parameter["name"]: re.compile(parameter["schema"]["pattern"])
            for parameter in components["parameters"].values()
        },
        request=components["schemas"]["SendBatchRequest"],
        message=components["schemas"]["BatchMessage"],
    )
