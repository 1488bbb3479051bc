"""Send SMS through the Laaffic gateway, and know for every receiver what became of it."""

from laaffic._async_client import AsyncClient
from laaffic._batch.rows import Rows
from laaffic._client import Client
from laaffic._model.errors import (
    AuthenticationError,
    ConfigurationError,
    ContentTooLongError,
    EmptyContentError,
    EmptyNumbersError,
    GatewayFaultError,
    HTTPStatusError,
    InsufficientBalanceError,
    InvalidMessageError,
    InvalidNumberError,
    IPRestrictedError,
    LaafficError,
    NoPriceError,
    NotSentError,
    OutcomeUnknownError,
    PartialFailureError,
    SensitiveContentError,
    StatusError,
    TemplateMismatchError,
    TimestampExpiredError,
    TooManyNumbersError,
    UnknownStatusError,
)
from laaffic._model.messages import Message
from laaffic._model.results import BatchResult, Recipient, State
from laaffic._model.statuses import STATUSES, StatusInfo

__all__ = [
    "STATUSES",
    "AsyncClient",
    "AuthenticationError",
    "BatchResult",
    "Client",
    "ConfigurationError",
    "ContentTooLongError",
    "EmptyContentError",
    "EmptyNumbersError",
    "GatewayFaultError",
    "HTTPStatusError",
    "IPRestrictedError",
    "InsufficientBalanceError",
    "InvalidMessageError",
    "InvalidNumberError",
    "LaafficError",
    "Message",
    "NoPriceError",
    "NotSentError",
    "OutcomeUnknownError",
    "PartialFailureError",
    "Recipient",
    "Rows",
    "SensitiveContentError",
    "State",
    "StatusError",
    "StatusInfo",
    "TemplateMismatchError",
    "TimestampExpiredError",
    "TooManyNumbersError",
    "UnknownStatusError",
]

# Users see these names in tracebacks and pickles, not the modules they happen to live in.
for _name in __all__:
    if hasattr(globals()[_name], "__qualname__"):
        globals()[_name].__module__ = __name__
del _name
