"""An exchange as JSON: readable, and without a secret."""

from collections.abc import Callable, Sequence
from typing import Any

from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.rules import Place, masked
from laaffic_mock.gateway.watching.log import MAX_BODY, Exchange
from laaffic_mock.gateway.words import PASSED

_MASKED = frozenset({"api-key", "authorization", "cookie", "proxy-authorization", "sign"})
_MIN_SECRET = 4  # a shorter one would be found in everything
_HIDDEN = "<secret>"
_PASSED = PASSED.lower().encode()


def shown(exchange: Exchange, account: Account) -> dict[str, Any]:
    """Return an exchange for JSON."""
    secret = account.settings.api_secret

    def text(raw: bytes | None) -> str | None:
        if raw is None:
            return None
        read = raw.decode("utf-8", "replace")
        return read.replace(secret, _HIDDEN) if len(secret) >= _MIN_SECRET else read

    def told(place: Sequence[str | None]) -> dict[str, str | None]:
        return {name: said and text(said.encode()) for name, said in zip(Place._fields, place, strict=True)}

    body = text(exchange.body)
    if exchange.size > MAX_BODY:
        body = f"{body}… ({exchange.size} bytes)"
    rule = exchange.rule
    return {
        "id": exchange.id,
        "at": exchange.at,
        "method": exchange.method,
        "path": text(exchange.path),
        "client": exchange.client,
        "headers": _headers(exchange, text),
        "body": body,
        "status": exchange.status,
        "response": text(exchange.response),
        "instead": exchange.instead and {"status": exchange.instead[0], "response": text(exchange.instead[1])},
        "end": exchange.end.value,
        "fault": exchange.fault,
        "provider_status": exchange.provider_status,
        "rule": rule and {**told(rule[1:-1]), "broken": rule.broken, "others": [told(one) for one in rule.others]},
        "msg_ids": [message.msg_id for message in account.book.between(exchange.first, exchange.last)],
    }


def _headers(exchange: Exchange, text: Callable[[bytes], str | None]) -> dict[str, str]:
    """Return the headers by name; what several of one name say stands together, as HTTP has it."""
    told: dict[str, str] = {}
    for raw_name, raw in exchange.headers:
        if raw_name == _PASSED:
            continue
        name = raw_name.decode("latin-1")
        value = masked(raw.decode("latin-1")) if name.lower() in _MASKED else text(raw) or ""
        told[name] = f"{told[name]}, {value}" if name in told else value
    return told
