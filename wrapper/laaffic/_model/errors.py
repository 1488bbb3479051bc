"""Every exception of this package.

LaafficError
├── ConfigurationError               a setting is missing or unsafe
├── InvalidMessageError(ValueError)  refused here, before anything was sent
├── NotSentError                     no connection could be made; safe to send again
├── OutcomeUnknownError              it may have been sent
├── HTTPStatusError                  a 3xx or 4xx without an answer by the contract
├── PartialFailureError              only from raise_for_rejected()
└── StatusError                      the provider refused
    ├── AuthenticationError          -1
    ├── IPRestrictedError            -2
    ├── SensitiveContentError        -3
    ├── EmptyContentError            -4
    ├── ContentTooLongError          -5
    ├── TemplateMismatchError        -6
    ├── TooManyNumbersError          -7
    ├── EmptyNumbersError            -8
    ├── InvalidNumberError           -9
    ├── InsufficientBalanceError     -10
    ├── TimestampExpiredError        -16
    ├── GatewayFaultError            -18
    ├── NoPriceError                 -19
    └── UnknownStatusError           any other
"""

import copyreg
from http import HTTPStatus
from typing import Any, ClassVar, Literal

from laaffic._model.results import BatchResult
from laaffic._model.statuses import status_info

_SENT = {
    "no": "Nothing was sent.",
    "unknown": "Some or all of it may have been sent; each receiver's state says what is known.",
}
# What is wrong with one request alone; the next one may well pass.
_WRONG_WITH_ONE_REQUEST = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)


class LaafficError(Exception):
    """Anything that this package raises. It survives pickle and deepcopy.

    Attributes:
        sent: `"no"`: nobody got anything, the whole batch may be sent again once the cause is mended. `"unknown"`: some
            or all of it may have been sent; each receiver's state in `result` says what is known.
        retryable: whether sending the very same again later may work and cannot send anything twice.
        hint: what to do, in plain words.
        result: the outcome of every receiver asked for; without receivers when it never came to a batch.
        status: the provider's status, such as `"-10"`, or None when there was no answer or none with a status.
        reason: the provider's reason in its own words, or None. It may quote numbers or texts: keep it out of logs.
        http_status: the HTTP status of the answer, or None when there was no answer.
    """

    sent: Literal["no", "unknown"] = "no"
    retryable: bool = False
    hint: str = ""
    # Whether every further request would meet the same, so that a campaign had better end.
    _concerns_every_request: bool = False

    def __init__(
        self,
        message: str = "",
        *,
        result: BatchResult | None = None,
        sent: Literal["no", "unknown"] | None = None,
        retryable: bool | None = None,
        hint: str | None = None,
        status: str | None = None,
        reason: str | None = None,
        http_status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.result = BatchResult() if result is None else result
        self.status = status
        self.reason = reason
        self.http_status = http_status
        if sent is not None:
            self.sent = sent
        if retryable is not None:
            self.retryable = retryable
        if hint is not None:
            self.hint = hint

    def __str__(self) -> str:
        """Say what happened, whether it was sent, and what to do."""
        message = str(self.args[0]) if self.args else ""
        sentence = message and (message if message.endswith((".", "!", "?")) else f"{message}.")
        return " ".join(part for part in (sentence, _SENT[self.sent], self.hint) if part)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without calling `__init__`: subclasses may take other arguments."""
        rebuild = copyreg.__newobj__  # type: ignore[attr-defined]  # not in typeshed
        return rebuild, (type(self), *self.args), self.__dict__


class ConfigurationError(LaafficError):
    """A setting is missing, malformed or unsafe. Raised before anything is sent."""

    _concerns_every_request = True


class InvalidMessageError(LaafficError, ValueError):
    """Refused here, before anything was sent.

    Attributes:
        field: the argument that is wrong: `numbers`, `content`, `sender_id`, `order_ids`, `messages`, `rows` or `row`.
        rule: the rule it breaks, with the remedy.
        message_index: which message of the batch, counted from 0; None when a message was refused as it was made.
        position: which number or order id of the message, counted from 0; None when the field as a whole is wrong.
    """

    hint = "Correct it, then send again."

    def __init__(
        self,
        rule: str = "",
        *,
        field: str = "messages",
        message_index: int | None = None,
        position: int | None = None,
        result: BatchResult | None = None,
    ) -> None:
        where = field if position is None else f"{field}[{position}]"
        where = where if message_index is None else f"messages[{message_index}]: {where}"
        super().__init__(f"{where}: {rule}", result=result)
        self.field = field
        self.rule = rule
        self.message_index = message_index
        self.position = position


class NotSentError(LaafficError):
    """No connection could be made: nothing left this machine, and it is safe to send again."""

    retryable = True
    hint = "Check the network, the base URL and the proxy; it is safe to send again."
    _concerns_every_request = True


class OutcomeUnknownError(LaafficError):
    """It may have been sent: the answer did not come, broke off, or is not one by the contract.

    Never sent again by this package: there is no idempotency key, and every message costs money and reaches a person.
    """

    sent = "unknown"
    hint = "Do not send again blindly: ask the provider what became of the unknown ones."


class HTTPStatusError(LaafficError):
    """A 3xx or 4xx without an answer by the contract: something other than the endpoint answered. Never followed."""

    @property
    def _concerns_every_request(self) -> bool:  # type: ignore[override]  # it depends on the HTTP status
        return self.http_status not in _WRONG_WITH_ONE_REQUEST


class PartialFailureError(LaafficError):
    """Some receivers were not accepted. Raised only by `BatchResult.raise_for_rejected()`."""

    hint = "Send again only to the receivers that were rejected, once you know why."


class StatusError(LaafficError):
    """The provider answered with a status other than 0. The subclass says which.

    Attributes:
        code: the status that a subclass stands for, such as `"-10"`; None where it stands for more than one.
    """

    code: ClassVar[str | None] = None
    _by_code: ClassVar[dict[str, type["StatusError"]]] = {}

    def __init_subclass__(cls, *, code: str | None = None) -> None:
        if code is not None:
            cls.code = code
            StatusError._by_code[code] = cls
            cls.hint = status_info(code).hint

    @staticmethod
    def _class_for(code: str) -> type["StatusError"]:
        return StatusError._by_code.get(code, UnknownStatusError)


class AuthenticationError(StatusError, code="-1"):
    """-1: the key, the secret or the app id is wrong."""

    _concerns_every_request = True


class IPRestrictedError(StatusError, code="-2"):
    """-2: this machine's IP address is not on the account's allow-list."""

    _concerns_every_request = True


class SensitiveContentError(StatusError, code="-3"):
    """-3: a content has sensitive characters. Which message it was is not said."""


class EmptyContentError(StatusError, code="-4"):
    """-4: a content is empty."""


class ContentTooLongError(StatusError, code="-5"):
    """-5: a content is longer than 1024 characters."""


class TemplateMismatchError(StatusError, code="-6"):
    """-6: a content matches no approved template."""


class TooManyNumbersError(StatusError, code="-7"):
    """-7: too many numbers in one request."""


class EmptyNumbersError(StatusError, code="-8"):
    """-8: numbers is empty."""


class InvalidNumberError(StatusError, code="-9"):
    """-9: a number is abnormal. Which one is not said."""


class InsufficientBalanceError(StatusError, code="-10"):
    """-10: the balance is too low for this request."""

    _concerns_every_request = True


class TimestampExpiredError(StatusError, code="-16"):
    """-16: the clock of this machine is off, and signing anew with the server's time did not help."""

    _concerns_every_request = True


class GatewayFaultError(StatusError, code="-18"):
    """-18: a program of the gateway failed. What it had processed by then is not known."""


class NoPriceError(StatusError, code="-19"):
    """-19: no price is agreed for a destination."""


class UnknownStatusError(StatusError):
    """A status that the provider's table does not list. It is not taken for success, nor for a refusal."""

    hint = status_info("").hint
