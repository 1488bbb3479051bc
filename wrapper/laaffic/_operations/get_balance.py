"""`GET /getBalance`: what the account has to spend."""

import re
from dataclasses import dataclass
from decimal import Decimal

from laaffic._http.channel import Call
from laaffic._http.evidence import Evidence
from laaffic._operations.operation import Operation
from laaffic._outcome.query import body_of, unreadable
from laaffic._outcome.response import text_of
from laaffic._settings import Timeouts
from laaffic_api.api.account import get_balance as endpoint

_AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


@dataclass(frozen=True, slots=True)
class Balance:
    """What the account has to spend (provider's page: getBalance). The provider names no currency.

    Attributes:
        balance: the account's own money.
        gift: granted money.
        credit: the credit line.
    """

    __module__ = "laaffic"

    balance: Decimal
    gift: Decimal
    credit: Decimal


def get_balance(timeout: Timeouts | None) -> Operation[Balance]:
    """Ask for the balance."""
    return Operation(Call(endpoint, {}, repeatable=True, timeout=timeout), outcome=read_balance)


def read_balance(evidence: Evidence) -> Balance:
    """Read the balance from a response."""
    body, amounts = body_of(evidence), []
    for name in ("balance", "gift", "credit"):
        text = str(value) if isinstance(value := body.get(name), float) else text_of(value)
        if text is None or not _AMOUNT.fullmatch(text):
            raise unreadable(evidence, name)
        amounts.append(Decimal(text))
    return Balance(*amounts)
