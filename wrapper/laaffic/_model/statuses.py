"""The provider's statuses: the one table from which errors, documentation and the command line speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """What one status of the provider means and what to do about it.

    Attributes:
        code: the status as the provider sends it, such as `"-10"`.
        name: a short name for it, such as `INSUFFICIENT_BALANCE`.
        meaning: what it says, in plain words.
        hint: what a caller can do.
        definite: whether it says for certain that the request was refused. After a status that is not definite, the
            receivers that are not listed as accepted are `unknown`.
    """

    code: str
    name: str
    meaning: str
    hint: str
    definite: bool = True


_ASK_BEFORE_RESENDING = "Do not send again blindly: ask the provider what became of the unknown ones."

# As openapi.yaml has them; a test holds both together. Importing the generated models would take longer than all else.
_TABLE = (
    ("0", "SUCCESS", "accepted", "Keep the message ids: they are the handle for asking what became of a message."),
    (
        "-1",
        "AUTHENTICATION_FAILED",
        "authentication failed",
        "Check the API key, the API secret and the app id, then send again.",
    ),
    (
        "-2",
        "IP_RESTRICTED",
        "this IP address is not allowed",
        "Add the address of this machine to the account's allow-list, then send again.",
    ),
    (
        "-3",
        "SENSITIVE_CONTENT",
        "a content has sensitive characters",
        "Change the text, then send again. The provider does not say which message of the request it was.",
    ),
    ("-4", "CONTENT_EMPTY", "a content is empty", "Give every message a text, then send again."),
    (
        "-5",
        "CONTENT_TOO_LONG",
        "a content is too long",
        "Shorten every text to at most 1024 characters, then send again.",
    ),
    (
        "-6",
        "TEMPLATE_MISMATCH",
        "a content matches no approved template",
        "Have a template approved for this text, or use an approved one, then send again.",
    ),
    ("-7", "TOO_MANY_NUMBERS", "too many numbers in one request", "Set a lower max_recipients, then send again."),
    ("-8", "NUMBERS_EMPTY", "numbers is empty", "Give every message at least one number, then send again."),
    (
        "-9",
        "NUMBER_ABNORMAL",
        "a number is abnormal",
        "Check the country code and the digits of every number, then send again; which one it was is not said.",
    ),
    (
        "-10",
        "INSUFFICIENT_BALANCE",
        "the balance is too low for this request",
        "Top up the account, then send again.",
    ),
    (
        "-16",
        "TIMESTAMP_EXPIRED",
        "the timestamp is outside the allowed range",
        "Correct the clock of this machine (it may differ by half an hour at most), then send again.",
    ),
    (
        "-18",
        "GATEWAY_FAULT",
        "the gateway's port program failed",
        f"The request may have been partly processed. {_ASK_BEFORE_RESENDING}",
    ),
    (
        "-19",
        "NO_PRICE",
        "no price is agreed for a destination",
        "Ask your account manager for a price, then send again.",
    ),
)

# -18 says that a program of the gateway failed, not that it took nothing: what it had done by then is not known.
_INDEFINITE = frozenset({"-18"})

STATUSES: Mapping[str, StatusInfo] = MappingProxyType(
    {code: StatusInfo(code, name, meaning, hint, code not in _INDEFINITE) for code, name, meaning, hint in _TABLE}
)


def status_info(code: str) -> StatusInfo:
    """Return the table's row for a status; for one that the table lacks, a row that claims nothing."""
    unlisted = StatusInfo(
        code, "UNLISTED", "a status that is not in the provider's table", _ASK_BEFORE_RESENDING, definite=False
    )
    return STATUSES.get(code, unlisted)
