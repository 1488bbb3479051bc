"""How a fault spoils the content of a response, whichever endpoint's it is."""

import re
from typing import Any

from laaffic_mock.gateway.contract import Schema
from laaffic_mock.gateway.faults.faults import Fault

_CALLERS_OWN = frozenset({"orderId"})  # a text of the caller's, whatever it looks like
_NUMERAL = re.compile(r"-?\d+(\.\d+)?")


def spoiled(response: dict[str, Any], fault: Fault, schema: Schema) -> dict[str, Any]:
    """Return a response as a fault of its content leaves it; other faults leave it as it is."""
    changed: Any = response
    if fault is Fault.WRONG_TYPES:
        changed = _with_numbers(response)
    elif fault is Fault.NULL_FIELDS:
        changed = _with_nulls(response, schema)
    elif fault is Fault.WRONG_COUNTS and {"success", "fail"} <= response.keys():
        changed = {**response, "success": response["fail"], "fail": response["success"]}
    result: dict[str, Any] = changed
    return result


def _with_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: item if name in _CALLERS_OWN else _with_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_numbers(item) for item in value]
    if isinstance(value, str) and (numeral := _NUMERAL.fullmatch(value)):
        return float(value) if numeral[1] else int(value)
    return value


def _with_nulls(value: Any, schema: Schema) -> Any:
    if isinstance(value, list):
        return [_with_nulls(item, schema.get("items", {})) for item in value]
    if not isinstance(value, dict):
        return value
    required, properties = schema.get("required", ()), schema.get("properties", {})
    return {
        name: item
        if name in required
        else _with_nulls(item, properties.get(name, {}))
        if isinstance(item, list)
        else None
        for name, item in value.items()
    }
