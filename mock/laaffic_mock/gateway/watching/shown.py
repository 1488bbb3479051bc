"""An exchange as JSON: readable, and without a secret."""

from typing import Any

from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.rules import masked
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
        "headers": {
            name.decode("latin-1"): masked(value.decode("latin-1"))
            if name.decode("latin-1").lower() in _MASKED
            else text(value)
            for name, value in exchange.headers
            if name != _PASSED
        },
        "body": body,
        "status": exchange.status,
        "response": text(exchange.response),
        "instead": exchange.instead and {"status": exchange.instead[0], "response": text(exchange.instead[1])},
        "end": exchange.end.value,
        "fault": exchange.fault,
        "provider_status": exchange.provider_status,
        "rule": rule and {name: text(said.encode()) if said else said for name, said in rule._asdict().items()},
        "msg_ids": [message.msg_id for message in account.book.between(exchange.first, exchange.last)],
    }
