"""Every exception of this package.

LaafficError
├── ConfigurationError               a setting is missing or unsafe
├── InvalidMessageError(ValueError)  a message is not valid
├── InvalidTimeError(ValueError)     a time to ask about is not valid
├── InvalidReportError(ValueError)   what was pushed is no delivery report
├── NotSentError                     no connection could be made; safe to send again
├── OutcomeUnknownError              it may have been sent
├── RejectedError                    only from send(): the provider did not accept the message for this recipient
├── PartialFailureError              only from raise_for_rejected()
├── QueryFailedError                 a query got no usable response, though it was repeated
├── HTTPStatusError                  a 3xx or 4xx that does not follow the contract
└── StatusError                      the provider refused
    ├── AuthenticationError          -1
    ├── IPRestrictedError            -2, -31
    ├── SensitiveContentError        -3
    ├── EmptyContentError            -4
    ├── ContentTooLongError          -5
    ├── TemplateMismatchError        -6
    ├── TooManyNumbersError          -7
    ├── EmptyNumbersError            -8
    ├── InvalidNumberError           -9
    ├── InsufficientBalanceError     -10
    ├── AccountLockedError           -13
    ├── InvalidFieldError            -14
    ├── TooFrequentError             -15
    ├── TimestampExpiredError        -16
    ├── EmptyTemplateError           -17
    ├── GatewayFaultError            -18
    ├── NoPriceError                 -19
    ├── KeyDisabledError             -30
    ├── KeyNotAllowedError           -32
    └── UnknownStatusError           any other
"""

from http import HTTPStatus
from typing import ClassVar

from laaffic._model.recipients import Recipient
from laaffic._model.results import BatchResult, LaafficError, PartialFailureError
from laaffic._model.sent import UNKNOWN
from laaffic._model.statuses import status_info

# Defined in one place, as they refer to each other. The package exports all three from here, so that every class is
# there that `from_dict` may need.
__all__ = ["BatchResult", "LaafficError", "PartialFailureError"]

# What is wrong with one request alone; the next one may well pass.
_WRONG_WITH_ONE_REQUEST = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)


class ConfigurationError(LaafficError):
    """A setting is missing, malformed or unsafe. Raised before anything is sent."""

    _concerns_every_request = True


class InvalidMessageError(LaafficError, ValueError):
    """A message, a row or a number is not valid. It was refused here, not by the provider.

    Attributes:
        field: the argument that is wrong: `numbers`, `content`, `sender_id`, `order_ids`, `messages`, `rows` or `row`;
            of a query, `msg_ids`, `recipients`, `reports` or `known_msg_ids`.
        rule: the rule it breaks, with the remedy.
        message_index: which message or row of those given, from 0; None when a message was refused as it was made.
        position: which number or order id of the message, from 0; None when the field as a whole is wrong.
    """

    hint = "Correct it, then send again."
    _kept = (*LaafficError._kept, "field", "rule", "message_index", "position")

    def __init__(
        self,
        rule: str = "",
        *,
        field: str = "messages",
        message_index: int | None = None,
        position: int | None = None,
        result: BatchResult | None = None,
        among: str = "messages",
    ) -> None:
        where = field if position is None else f"{field}[{position}]"
        if message_index is not None:
            where = f"{among}[{message_index}]" if field == among else f"{among}[{message_index}]: {where}"
        super().__init__(f"{where}: {rule}", result=result)
        self.field = field
        self.rule = rule
        self.message_index = message_index
        self.position = position


def unfit_to_ask(rule: str, field: str, position: int | None = None) -> InvalidMessageError:
    """Return the error of a query that was given something it cannot ask about."""
    error = InvalidMessageError(rule, field=field, position=position)
    error.about_query = True
    error.hint = "Correct it, then ask again."
    return error


class InvalidTimeError(LaafficError, ValueError):
    """A time to ask about has no time zone, is too long ago, or ends before it begins. Nothing was asked."""

    about_query = True
    hint = "Correct it, then ask again."


class InvalidReportError(LaafficError, ValueError):
    """What was given as a pushed delivery report is none. It says nothing about any message."""

    about_query = True
    hint = "Ask the provider about the message instead (get_reports); a pushed report has no signature."


class NotSentError(LaafficError):
    """No connection could be made: nothing left this machine, and it is safe to send again.

    Its text begins with "No connection could be made: …" and says how far it came, such as a connection refused.
    """

    retryable = True
    hint = "Check the network, the base URL and the proxy; it is safe to send again."
    _concerns_every_request = True


class OutcomeUnknownError(LaafficError):
    """It may have been sent: the response did not come, was cut off, is HTTP 5xx, or does not follow the contract.

    Its text begins with "The response was lost: …", "The server failed with HTTP …", such as 500, "The response
    (HTTP …", "The response does not say …" or "The response disagrees with itself: …".

    This package never sends it again: there is no idempotency key, and every message costs money and reaches a person.
    """

    sent = UNKNOWN
    hint = status_info("").hint


class HTTPStatusError(LaafficError):
    """A 3xx or 4xx that does not follow the contract: something other than the endpoint responded.

    Redirects are never followed. Its text begins with "The request was refused with HTTP …" or "The request was
    redirected with HTTP …".
    """

    @property
    def _concerns_every_request(self) -> bool:  # type: ignore[override]  # it depends on the HTTP status
        return self.http_status not in _WRONG_WITH_ONE_REQUEST


class RejectedError(LaafficError):
    """The provider did not accept the message for this recipient. Raised only by `send`."""

    hint = "Check the number, and the reason where there is one; send again once you know why."

    @property
    def recipient(self) -> Recipient:
        """The outcome of the recipient."""
        return self.result.recipients[0]


class QueryFailedError(LaafficError):
    """A query got no usable response, though it was repeated: three attempts in all. Asking again is safe.

    Its text begins with "No response came: …", or says how the server failed or refused.
    """

    retryable = True
    about_query = True
    hint = "Ask again later; a query sends nothing and is safe to repeat."


_CLASSES: dict[str, type["StatusError"]] = {}


class StatusError(LaafficError):
    """The provider responded with a status other than 0 (provider's page: 響應狀態碼). The subclass says which.

    Attributes:
        code: the status that the subclass is for, such as `"-10"`; None for a status that has no class of its own.
            `.status` is what the provider sent.
    """

    code: ClassVar[str | None] = None

    def __init_subclass__(cls, *, code: str | None = None) -> None:
        super().__init_subclass__()
        if code is not None:
            cls.code = code
            _CLASSES[code] = cls
            cls.hint = status_info(code).hint


def class_for(status: str) -> type[StatusError]:
    """Return the error class for a status of the provider."""
    return _CLASSES.get(status, UnknownStatusError)


class AuthenticationError(StatusError, code="-1"):
    """-1: the key, the secret or the app id is wrong."""

    _concerns_every_request = True


class IPRestrictedError(StatusError, code="-2"):
    """-2, or -31 from a sister brand: this machine's IP address is not on the account's allow-list."""

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


class AccountLockedError(StatusError, code="-13"):
    """-13: the account is locked."""

    _concerns_every_request = True


class InvalidFieldError(StatusError, code="-14"):
    """-14: a field is empty, or an id is abnormal."""


class TooFrequentError(StatusError, code="-15"):
    """-15: asked too often. How often is allowed is not documented."""

    retryable = True


class TimestampExpiredError(StatusError, code="-16"):
    """-16: the timestamp of the signature is outside the allowed half hour, the provider says.

    When the response's date shows the same, nothing was sent, and the requests that follow are signed by the provider's
    clock, as this one is where no other request used its connection. Otherwise it may be another request's response,
    and what became of the recipients is unknown.
    """

    retryable = True

    @property
    def _concerns_every_request(self) -> bool:  # type: ignore[override]  # it depends on what was sent
        return self.sent != "no"


class EmptyTemplateError(StatusError, code="-17"):
    """-17: a template is empty."""


class GatewayFaultError(StatusError, code="-18"):
    """-18: a program of the gateway failed. What it had processed by then is not known."""


class NoPriceError(StatusError, code="-19"):
    """-19: no price is agreed for a destination."""


class KeyDisabledError(StatusError, code="-30"):
    """-30: the API key is disabled."""

    _concerns_every_request = True


class KeyNotAllowedError(StatusError, code="-32"):
    """-32: the API key has no right to this app id."""

    _concerns_every_request = True


class UnknownStatusError(StatusError):
    """A status without a class of its own. It is taken neither for success nor for a refusal."""

    hint = status_info("").hint


_CLASSES["-31"] = IPRestrictedError  # the same refusal, in the newest list of a sister brand
