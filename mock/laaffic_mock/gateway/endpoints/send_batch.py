"""`sendBatch`: messages with different texts in one request. The rules are those of the provider's page."""

import re
from collections.abc import Sequence
from typing import Any

from laaffic_mock.gateway.contract import Contract, Schema
from laaffic_mock.gateway.desk.account import Account, cost_of
from laaffic_mock.gateway.desk.book import Recipient
from laaffic_mock.gateway.desk.exchange import Call, Endpoint, Malformed, Refused, Request
from laaffic_mock.gateway.desk.message import AcceptedMessage
from laaffic_mock.gateway.desk.settings import Settings
from laaffic_mock.gateway.faults.magic import NOT_TAKEN
from laaffic_mock.gateway.json_text import read_json

Codes = dict[str, str]


def make_endpoint(contract: Contract) -> Endpoint:
    """Return the endpoint."""
    operation = contract.operation("sendBatch")
    schema, max_recipients, codes = operation.request, operation.details["x-max-recipients"], dict(contract.codes)

    def read(request: Request, account: Account) -> Call:
        recipients = _read_recipients(request.body, account.settings, schema, max_recipients, codes)

        def respond() -> dict[str, Any]:
            _check_account(recipients, account.settings, codes)
            accepted = account.accept([recipient for recipient in recipients if recipient.number != NOT_TAKEN])
            return _acceptance(accepted, len(recipients))

        return Call(respond, [recipient.number for recipient in recipients])

    return Endpoint(operation, read)


def _acceptance(accepted: Sequence[AcceptedMessage], asked: int) -> dict[str, Any]:
    """Return the response to an accepted request: counts as strings, and whom it accepted."""
    return {
        "status": "0",
        "reason": "success",
        "success": str(len(accepted)),
        "fail": str(asked - len(accepted)),
        "array": [{"msgId": row.msg_id, "number": row.number, "orderId": row.order_id} for row in accepted],
    }


def _read_recipients(
    body: bytes, settings: Settings, schema: Schema, max_recipients: int, codes: Codes
) -> list[Recipient]:
    """Read every recipient of a body, refusing what the contract refuses."""
    try:
        request = read_json(body)
    except ValueError:
        raise Malformed("the body is not JSON in UTF-8") from None
    _check_object(request, schema, "the body")
    if not isinstance(request["array"], list) or not request["array"]:
        raise Malformed("array is not a list of at least one message")
    if request["appId"] != settings.app_id:
        raise Refused(codes["AUTHENTICATION_FAILED"])
    message_schema = schema["properties"]["array"]["items"]
    recipients: list[Recipient] = []
    for index, message in enumerate(request["array"]):
        _check_object(message, message_schema, f"array[{index}]")
        recipients += _recipients_of(message, f"array[{index}]", message_schema["properties"], codes)
        if len(recipients) > max_recipients:
            raise Refused(codes["TOO_MANY_NUMBERS"])
    return recipients


def _check_account(recipients: Sequence[Recipient], settings: Settings, codes: Codes) -> None:
    """Refuse sensitive words (-3), texts without a template (-6), and what the balance does not cover (-10)."""
    contents = {recipient.content for recipient in recipients}
    if any(word in content for word in settings.words for content in contents):
        raise Refused(codes["SENSITIVE_CONTENT"])
    templates = [re.split(r"\{[^{}]*\}", text) for text in settings.templates]
    if templates and not all(any(fits(content, fixed) for fixed in templates) for content in contents):
        raise Refused(codes["TEMPLATE_MISMATCH"])
    if settings.balance is not None and cost_of(recipients) > settings.balance:
        raise Refused(codes["INSUFFICIENT_BALANCE"])


def _check_object(value: Any, schema: Schema, where: str) -> None:
    if not isinstance(value, dict):
        raise Malformed(f"{where} is not an object")
    if missing := [name for name in schema["required"] if name not in value]:
        raise Malformed(f"{where} lacks {', '.join(missing)}")
    if unknown := [name for name in value if name not in schema["properties"]]:
        raise Malformed(f"{where} has {len(unknown)} fields that are not in the contract")
    for name, field in schema["properties"].items():
        if field["type"] == "string" and not isinstance(value.get(name, ""), str):
            raise Malformed(f"{where}.{name} is not a string")


def _recipients_of(message: dict[str, str], where: str, fields: Schema, codes: Codes) -> list[Recipient]:
    numbers, content, sender_id = message["numbers"], message["content"], message.get("senderId", "")
    if not numbers:
        raise Refused(codes["NUMBERS_EMPTY"])
    if not re.fullmatch(fields["numbers"]["pattern"], numbers):
        raise Refused(codes["NUMBER_ABNORMAL"])
    if len(content) < fields["content"]["minLength"]:
        raise Refused(codes["CONTENT_EMPTY"])
    if len(content) > fields["content"]["maxLength"]:
        raise Refused(codes["CONTENT_TOO_LONG"])
    if len(sender_id) > fields["senderId"]["maxLength"]:
        raise Malformed(f"{where}.senderId is too long")
    each = numbers.split(",")
    order_ids: list[str] | list[None] = message["orderId"].split(",") if "orderId" in message else [None] * len(each)
    if len(order_ids) != len(each) or "" in order_ids:
        raise Malformed(f"{where}.orderId holds {len(order_ids)} ids for {len(each)} numbers")
    return [Recipient(number, content, sender_id, own) for number, own in zip(each, order_ids, strict=True)]


def fits(content: str, fixed: Sequence[str]) -> bool:
    """Tell whether a text has a template's fixed parts in order, with something between each two of them."""
    first, *others = fixed
    if not others:
        return content == first
    if not content.startswith(first):
        return False
    at = len(first)
    for part in others[:-1]:
        found = content.find(part, at + 1)
        if found < 0:
            return False
        at = found + len(part)
    return content.endswith(others[-1]) and len(content) - len(others[-1]) > at
