"""`sendBatch`: messages with different texts in one request. The rules are those of the provider's page."""

import re
from collections.abc import Sequence
from typing import Any

from laaffic_mock.gateway.contract import Contract, Schema
from laaffic_mock.gateway.desk.account import Account, cost_of
from laaffic_mock.gateway.desk.book import Recipient
from laaffic_mock.gateway.desk.exchange import Call, Endpoint, Malformed, Refused, Request
from laaffic_mock.gateway.desk.message import AcceptedMessage
from laaffic_mock.gateway.desk.rules import Rule, brief, broken_app, broken_field, counted, field_remedy
from laaffic_mock.gateway.desk.settings import Settings
from laaffic_mock.gateway.faults.magic import NOT_TAKEN
from laaffic_mock.gateway.json_text import read_json

Codes = dict[str, str]
_BODY = "the body"
_MAX_LISTED = 5
_NUMBERS = "digits with the country code, without a plus; several with commas between them"


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
        rule = Rule("body", None, counted(len(body), "byte"), "JSON in UTF-8", "write the body with a JSON library")
        raise Malformed("the body is not JSON in UTF-8", rule) from None
    _check_object(request, schema, _BODY)
    if not isinstance(request["array"], list) or not request["array"]:
        rule = broken_field("array", _kind(request["array"]), "a list of at least one message")
        raise Malformed("array is not a list of at least one message", rule)
    if request["appId"] != settings.app_id:
        raise Refused(codes["AUTHENTICATION_FAILED"], broken_app(request["appId"], settings.app_id, "appId"))
    message_schema = schema["properties"]["array"]["items"]
    recipients: list[Recipient] = []
    for index, message in enumerate(request["array"]):
        _check_object(message, message_schema, f"array[{index}]")
        recipients += _recipients_of(message, f"array[{index}]", message_schema["properties"], codes)
        if len(recipients) > max_recipients:
            said, expected = f"{len(recipients)} and maybe more", f"at most {max_recipients} recipients in a request"
            rule = Rule("number", "array", said, expected, "send the others with a further request")
            raise Refused(codes["TOO_MANY_NUMBERS"], rule)
    return recipients


def _check_account(recipients: Sequence[Recipient], settings: Settings, codes: Codes) -> None:
    """Refuse sensitive words (-3), texts without a template (-6), and what the balance does not cover (-10)."""
    contents = {recipient.content for recipient in recipients}
    for word in settings.words:
        if any(word in content for content in contents):
            said, remedy = f"the word {brief(word)!r}", "change the text, or the setting words"
            rule = Rule("word", "content", said, "no word of the setting words", remedy)
            raise Refused(codes["SENSITIVE_CONTENT"], rule)
    templates = [re.split(r"\{[^{}]*\}", text) for text in settings.templates]
    for content in contents if templates else ():
        if not any(fits(content, fixed) for fixed in templates):
            expected = " or ".join(map(repr, map(brief, settings.templates[:_MAX_LISTED])))
            rule = Rule("template", "content", brief(content), expected, "change the text, or the setting templates")
            raise Refused(codes["TEMPLATE_MISMATCH"], rule)
    if settings.balance is not None and (cost := cost_of(recipients)) > settings.balance:
        expected = f"at most {settings.balance}, which is the balance"
        rule = Rule("balance", None, counted(cost, "segment"), expected, "raise the setting balance")
        raise Refused(codes["INSUFFICIENT_BALANCE"], rule)


def _check_object(value: Any, schema: Schema, where: str) -> None:
    if not isinstance(value, dict):
        raise Malformed(f"{where} is not an object", broken_field(where, _kind(value), "an object"))
    unknown = [name for name in value if name not in schema["properties"]]
    if missing := [name for name in schema["required"] if name not in value]:
        said = f"no {', '.join(missing)}" + (f", but {', '.join(unknown)}" if unknown else "")
        expected, remedy = f"the fields {', '.join(schema['required'])}", field_remedy(missing, unknown)
        rule = broken_field(where, said, expected, remedy=remedy)
        raise Malformed(f"{where} lacks {', '.join(missing)}", rule)
    if unknown:
        said = f"the field{'' if len(unknown) == 1 else 's'} {', '.join(unknown)}"
        remedy = field_remedy([], unknown, [name for name in schema["properties"] if name not in value])
        rule = broken_field(where, said, f"only {', '.join(schema['properties'])}", remedy=remedy)
        raise Malformed(f"{where} has {counted(len(unknown), 'field')} not in the contract", rule)
    for name, field in schema["properties"].items():
        if field["type"] == "string" and not isinstance(value.get(name, ""), str):
            rule = broken_field(_within(where, name), _kind(value[name]), "a string")
            raise Malformed(f"{where}.{name} is not a string", rule)


def _recipients_of(message: dict[str, str], where: str, fields: Schema, codes: Codes) -> list[Recipient]:
    numbers, content, sender_id = message["numbers"], message["content"], message.get("senderId", "")
    at = f"{where}.numbers"
    if not numbers:
        raise Refused(codes["NUMBERS_EMPTY"], broken_field(at, "nothing", _NUMBERS, "number"))
    if not re.fullmatch(fields["numbers"]["pattern"], numbers):
        raise Refused(codes["NUMBER_ABNORMAL"], broken_field(at, numbers, _NUMBERS, "number"))
    at, shortest, longest = f"{where}.content", fields["content"]["minLength"], fields["content"]["maxLength"]
    if not shortest <= len(content) <= longest:
        rule = broken_field(at, counted(len(content), "character"), f"{shortest} to {longest} characters", "content")
        raise Refused(codes["CONTENT_EMPTY" if len(content) < shortest else "CONTENT_TOO_LONG"], rule)
    if len(sender_id) > (longest := fields["senderId"]["maxLength"]):
        rule = broken_field(f"{where}.senderId", f"{len(sender_id)} characters", f"at most {longest} characters")
        raise Malformed(f"{where}.senderId is too long", rule)
    each = numbers.split(",")
    order_ids: list[str] | list[None] = message["orderId"].split(",") if "orderId" in message else [None] * len(each)
    if len(order_ids) != len(each) or "" in order_ids:
        rule = _broken_order_ids(f"{where}.orderId", order_ids, len(each))
        raise Malformed(f"{where}.orderId holds {rule.said} for {counted(len(each), 'number')}", rule)
    return [Recipient(number, content, sender_id, own) for number, own in zip(each, order_ids, strict=True)]


def _broken_order_ids(at: str, order_ids: Sequence[str | None], numbers: int) -> Rule:
    expected = "one id for the 1 number" if numbers == 1 else f"one id for each of the {numbers} numbers, with commas"
    if "" in order_ids:
        empty = order_ids.count("")
        said = "an empty id" if empty == 1 else f"{empty} empty ids"
        return broken_field(at, said, f"{expected}, or no orderId", remedy="leave `orderId` out, or give one")
    return broken_field(at, counted(len(order_ids), "id"), expected)


def _kind(value: Any) -> str:
    """Say what a JSON value is."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    kinds = {dict: "an object", str: "a string", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _within(where: str, name: str) -> str:
    return name if where == _BODY else f"{where}.{name}"


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
