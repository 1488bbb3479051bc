"""The provider's answers, in its types, and how faults spoil them."""

from collections.abc import Sequence
from typing import Any

from laaffic_mock._book import AcceptedMessage
from laaffic_mock._contract import Contract
from laaffic_mock._faults import Fault
from laaffic_mock._magic import UNLISTED


def refusal(status: str, contract: Contract) -> dict[str, Any]:
    """Return the answer of a refused request."""
    return {"status": status, "reason": contract.reasons.get(status, "unlisted")}


def acceptance(accepted: Sequence[AcceptedMessage], asked: int) -> dict[str, Any]:
    """Return the answer of an accepted request: counts as strings, and whom it accepted."""
    return {
        "status": "0",
        "reason": "success",
        "success": str(len(accepted)),
        "fail": str(asked - len(accepted)),
        "array": [{"msgId": row.msg_id, "number": row.number, "orderId": row.order_id} for row in accepted],
    }


def spoiled(answer: dict[str, Any], fault: Fault, contract: Contract) -> dict[str, Any]:
    """Return an answer as a fault of its content leaves it; other faults leave it as it is."""
    if fault is Fault.UNLISTED_STATUS:
        return refusal(UNLISTED, contract)
    if "array" not in answer:
        return answer
    if fault is Fault.WRONG_TYPES:
        entries = [{**entry, "msgId": int(entry["msgId"]), "number": int(entry["number"])} for entry in answer["array"]]
        counts = {name: int(answer[name]) for name in ("status", "success", "fail")}
        return {**answer, **counts, "array": entries}
    if fault is Fault.NULL_FIELDS:
        entries = [{**entry, "orderId": None} for entry in answer["array"]]
        return {**answer, "reason": None, "success": None, "fail": None, "array": entries}
    if fault is Fault.WRONG_COUNTS:
        return {**answer, "success": answer["fail"], "fail": answer["success"]}
    return answer
