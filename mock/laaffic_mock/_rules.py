"""Whether the provider would take a request: pure rules, as its page has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

from laaffic_mock._account import SAMPLE_APP, SAMPLE_KEY, SAMPLE_SECRET
from laaffic_mock._contract import Contract
from laaffic_mock._reading import read_json


@dataclass
class Settings:
    """The account as the gateway keeps it. Everything may be changed while it runs.

    Attributes:
        balance: how many receivers it may still send to, each costing 1; None for no limit.
        words: sensitive words; a content that holds one is refused with -3.
        templates: approved texts, with `{...}` for what varies; when there are any, other contents are refused with -6.
        allowed_ips: the addresses that may send; None for all.
        clock_offset: seconds by which the gateway's clock is ahead of this machine's.
    """

    api_key: str = SAMPLE_KEY
    api_secret: str = SAMPLE_SECRET
    app_id: str = SAMPLE_APP
    balance: int | None = None
    words: list[str] = field(default_factory=list)
    templates: list[str] = field(default_factory=list)
    allowed_ips: list[str] | None = None
    clock_offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """One receiver of a request."""

    number: str
    content: str
    sender_id: str
    order_id: str | None


class Refused(Exception):  # noqa: N818  # a verdict, not a fault of the program
    """The provider would answer with a status."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Malformed(Exception):  # noqa: N818  # a verdict, not a fault of the program
    """The request breaks the contract in a way for which no status is known."""


def check_headers(headers: Mapping[str, str], client: str, settings: Settings, now: float, contract: Contract) -> None:
    """Refuse what is signed wrongly (-1), at the wrong time (-16), or from the wrong address (-2)."""
    if any(not pattern.fullmatch(headers.get(name, "")) for name, pattern in contract.headers.items()):
        raise Refused(contract.codes["AUTHENTICATION_FAILED"])
    text = settings.api_key + settings.api_secret + headers["Timestamp"]
    signature = md5(text.encode(), usedforsecurity=False).hexdigest()
    if headers["Api-Key"] != settings.api_key or headers["Sign"].lower() != signature:
        raise Refused(contract.codes["AUTHENTICATION_FAILED"])
    if abs(int(headers["Timestamp"]) - now) > contract.tolerance:
        raise Refused(contract.codes["TIMESTAMP_EXPIRED"])
    if settings.allowed_ips is not None and client not in settings.allowed_ips:
        raise Refused(contract.codes["IP_RESTRICTED"])


def read_receivers(body: bytes, settings: Settings, contract: Contract) -> list[Receiver]:
    """Read every receiver of a body, refusing what the contract refuses."""
    try:
        request = read_json(body)
    except ValueError:
        raise Malformed("the body is not JSON in UTF-8") from None
    _check_object(request, contract.request, "the body")
    if not isinstance(request["array"], list) or not request["array"]:
        raise Malformed("array is a list of at least one message")
    if request["appId"] != settings.app_id:
        raise Refused(contract.codes["AUTHENTICATION_FAILED"])
    receivers: list[Receiver] = []
    for place, message in enumerate(request["array"]):
        _check_object(message, contract.message, f"array[{place}]")
        receivers += _receivers_of(message, f"array[{place}]", contract)
        if len(receivers) > contract.max_recipients:
            raise Refused(contract.codes["TOO_MANY_NUMBERS"])
    return receivers


def check_account(receivers: list[Receiver], settings: Settings, contract: Contract) -> None:
    """Refuse sensitive words (-3), texts without a template (-6), and what the balance does not cover (-10)."""
    contents = {receiver.content for receiver in receivers}
    if any(word in content for word in settings.words for content in contents):
        raise Refused(contract.codes["SENSITIVE_CONTENT"])
    templates = [re.split(r"\{[^{}]*\}", text) for text in settings.templates]
    if templates and not all(any(_fits(content, fixed) for fixed in templates) for content in contents):
        raise Refused(contract.codes["TEMPLATE_MISMATCH"])
    if settings.balance is not None and len(receivers) > settings.balance:
        raise Refused(contract.codes["INSUFFICIENT_BALANCE"])


def _check_object(value: Any, schema: Mapping[str, Any], where: str) -> None:
    if not isinstance(value, dict):
        raise Malformed(f"{where} is not an object")
    if missing := [name for name in schema["required"] if name not in value]:
        raise Malformed(f"{where} lacks {', '.join(missing)}")
    if unknown := [name for name in value if name not in schema["properties"]]:
        raise Malformed(f"{where} has fields that the contract does not know: {len(unknown)}")
    for name, field_schema in schema["properties"].items():
        if field_schema["type"] == "string" and not isinstance(value.get(name, ""), str):
            raise Malformed(f"{where}.{name} is not a string")


def _receivers_of(message: Mapping[str, str], where: str, contract: Contract) -> list[Receiver]:
    numbers, content = message["numbers"], message["content"]
    if not numbers:
        raise Refused(contract.codes["NUMBERS_EMPTY"])
    if not re.fullmatch(contract.field("numbers")["pattern"], numbers):
        raise Refused(contract.codes["NUMBER_ABNORMAL"])
    if len(content) < contract.field("content")["minLength"]:
        raise Refused(contract.codes["CONTENT_EMPTY"])
    if len(content) > contract.field("content")["maxLength"]:
        raise Refused(contract.codes["CONTENT_TOO_LONG"])
    if len(message.get("senderId", "")) > contract.field("senderId")["maxLength"]:
        raise Malformed(f"{where}.senderId is too long")
    each = numbers.split(",")
    order_ids: list[str] | list[None] = message["orderId"].split(",") if "orderId" in message else [None] * len(each)
    if len(order_ids) != len(each) or "" in order_ids:
        raise Malformed(f"{where}.orderId holds {len(order_ids)} ids for {len(each)} numbers")
    sender_id = message.get("senderId", "")
    return [Receiver(n, content, sender_id, o) for n, o in zip(each, order_ids, strict=True)]


def _fits(content: str, fixed: list[str]) -> bool:
    """Tell whether a text has a template's fixed parts in order, with something between each two of them."""
    first, *others = fixed
    if not others:
        return content == first
    if not content.startswith(first):
        return False
    place = len(first)
    for part in others[:-1]:
        found = content.find(part, place + 1)
        if found < 0:
            return False
        place = found + len(part)
    return content.endswith(others[-1]) and len(content) - len(others[-1]) > place
