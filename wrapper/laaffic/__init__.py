"""Send SMS through the Laaffic gateway, and know for every recipient what became of it."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str
    from laaffic._async_client import (
        AsyncClient,
    )
    from laaffic._client import (
        Client,
    )
    from laaffic._model.errors import (
        AccountLockedError,
        AuthenticationError,
        BatchResult,
        ConfigurationError,
        ContentTooLongError,
        EmptyContentError,
        EmptyNumbersError,
        EmptyTemplateError,
        GatewayFaultError,
        HTTPStatusError,
        InsufficientBalanceError,
        InvalidFieldError,
        InvalidMessageError,
        InvalidNumberError,
        InvalidReportError,
        InvalidTimeError,
        IPRestrictedError,
        KeyDisabledError,
        KeyNotAllowedError,
        LaafficError,
        NoPriceError,
        NotSentError,
        OutcomeUnknownError,
        PartialFailureError,
        QueryFailedError,
        RejectedError,
        SensitiveContentError,
        StatusError,
        TemplateMismatchError,
        TimestampExpiredError,
        TooFrequentError,
        TooManyNumbersError,
        UnknownStatusError,
    )
    from laaffic._model.messages import (
        Message,
    )
    from laaffic._model.numbers import (
        normalize_number,
    )
    from laaffic._model.raw_response import (
        RawResponse,
    )
    from laaffic._model.recipients import (
        Recipient,
        State,
    )
    from laaffic._model.reports import (
        DeliveryReport,
        DeliveryState,
        Price,
        SentRecord,
    )
    from laaffic._model.rows import (
        Rows,
    )
    from laaffic._model.segments import (
        Segments,
        segments,
    )
    from laaffic._model.sent import (
        Sent,
    )
    from laaffic._model.statuses import (
        STATUSES,
        StatusInfo,
    )
    from laaffic._operations.check import Check
    from laaffic._operations.get_balance import Balance
    from laaffic._outcome.pushed import parse_report
    from laaffic._outcome.reconciling import match_records

# Where each public name is defined. A name is imported when it is first used, so that `import laaffic` is quick; the
# imports above say the same to type checkers, and a test keeps the two in step.
_HOMES = {
    "_async_client": ("AsyncClient",),
    "_client": ("Client",),
    "_model.errors": (
        "AccountLockedError",
        "AuthenticationError",
        "BatchResult",
        "ConfigurationError",
        "ContentTooLongError",
        "EmptyContentError",
        "EmptyNumbersError",
        "EmptyTemplateError",
        "GatewayFaultError",
        "HTTPStatusError",
        "IPRestrictedError",
        "InsufficientBalanceError",
        "InvalidFieldError",
        "InvalidMessageError",
        "InvalidNumberError",
        "InvalidReportError",
        "InvalidTimeError",
        "KeyDisabledError",
        "KeyNotAllowedError",
        "LaafficError",
        "NoPriceError",
        "NotSentError",
        "OutcomeUnknownError",
        "PartialFailureError",
        "QueryFailedError",
        "RejectedError",
        "SensitiveContentError",
        "StatusError",
        "TemplateMismatchError",
        "TimestampExpiredError",
        "TooFrequentError",
        "TooManyNumbersError",
        "UnknownStatusError",
    ),
    "_model.messages": ("Message",),
    "_model.numbers": ("normalize_number",),
    "_model.raw_response": ("RawResponse",),
    "_model.recipients": ("Recipient", "State"),
    "_model.reports": ("DeliveryReport", "DeliveryState", "Price", "SentRecord"),
    "_model.rows": ("Rows",),
    "_model.segments": ("Segments", "segments"),
    "_model.sent": ("Sent",),
    "_model.statuses": ("STATUSES", "StatusInfo"),
    "_operations.check": ("Check",),
    "_operations.get_balance": ("Balance",),
    "_outcome.pushed": ("parse_report",),
    "_outcome.reconciling": ("match_records",),
}
_MODULES = {name: f"laaffic.{module}" for module, names in _HOMES.items() for name in names}
__all__ = [
    "STATUSES",
    "AccountLockedError",
    "AsyncClient",
    "AuthenticationError",
    "Balance",
    "BatchResult",
    "Check",
    "Client",
    "ConfigurationError",
    "ContentTooLongError",
    "DeliveryReport",
    "DeliveryState",
    "EmptyContentError",
    "EmptyNumbersError",
    "EmptyTemplateError",
    "GatewayFaultError",
    "HTTPStatusError",
    "IPRestrictedError",
    "InsufficientBalanceError",
    "InvalidFieldError",
    "InvalidMessageError",
    "InvalidNumberError",
    "InvalidReportError",
    "InvalidTimeError",
    "KeyDisabledError",
    "KeyNotAllowedError",
    "LaafficError",
    "Message",
    "NoPriceError",
    "NotSentError",
    "OutcomeUnknownError",
    "PartialFailureError",
    "Price",
    "QueryFailedError",
    "RawResponse",
    "Recipient",
    "RejectedError",
    "Rows",
    "Segments",
    "SensitiveContentError",
    "Sent",
    "SentRecord",
    "State",
    "StatusError",
    "StatusInfo",
    "TemplateMismatchError",
    "TimestampExpiredError",
    "TooFrequentError",
    "TooManyNumbersError",
    "UnknownStatusError",
    "match_records",
    "normalize_number",
    "parse_report",
    "segments",
]

if not TYPE_CHECKING:  # a type checker that saw it would accept any name

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used."""
        if name == "__version__":
            value = _import_module("importlib.metadata").version("laaffic")
        elif name in _MODULES:
            value = getattr(_import_module(_MODULES[name]), name)
        else:
            raise AttributeError(f"module 'laaffic' has no attribute {name!r}")
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """List the public names."""
        return [*__all__, "__version__"]
