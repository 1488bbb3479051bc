"""What a query's response means: a body to read, an error, or a failure after which asking again may help."""

from http import HTTPStatus
from typing import Any

from laaffic._http.evidence import Evidence, Responded, Unanswered
from laaffic._model.errors import HTTPStatusError, QueryFailedError, class_for
from laaffic._model.results import LaafficError
from laaffic._model.statuses import status_info
from laaffic._outcome.errors import (
    SUCCESS,
    http_error_words,
    is_provider_status,
    is_server_error,
    is_success,
    status_words,
)
from laaffic._outcome.response import MAX_VALUES, read_object, text_of

_TOO_FREQUENT = "-15"
_MAX_REFUSAL = 10_000  # bytes; a refusal lists nobody, and reading a long response twice is slow
_NOT_BY_THE_CONTRACT = "The response does not follow the contract"


def may_repeat(evidence: Evidence) -> bool:
    """Return whether repeating a query that ended like this may help."""
    if isinstance(evidence, Unanswered):
        return True
    return is_server_error(evidence.http_status) or (
        len(evidence.content) <= _MAX_REFUSAL
        and _status(read_object(evidence.content), evidence.http_status) == _TOO_FREQUENT
    )


def body_of(evidence: Evidence, *, max_values: int = MAX_VALUES) -> dict[str, Any]:
    """Return the body of a query's successful response.

    Args:
        evidence: what came.
        max_values: how many values it may have, about; one with more is not read.

    Raises:
        QueryFailedError: there is no usable response.
        StatusError: the provider refused.
        HTTPStatusError: something other than the endpoint responded.
    """
    if isinstance(evidence, Unanswered):
        raise QueryFailedError(f"No response came: {evidence.why}")
    body = read_object(evidence.content, max_values)
    status = _status(body, evidence.http_status)
    if body is None or status != SUCCESS or not is_success(evidence.http_status):
        raise _refusal(evidence, body, status)
    return body


def unreadable(evidence: Evidence, field: str) -> QueryFailedError:
    """Return the error for a success in which a field is missing or is not what the contract says."""
    http_status = evidence.http_status if isinstance(evidence, Responded) else None
    return QueryFailedError(f"{_NOT_BY_THE_CONTRACT}: `{field}` cannot be read", http_status=http_status)


def rows_of(evidence: Evidence, body: dict[str, Any]) -> list[Any]:
    """Return the rows of a response; null is none.

    Raises:
        QueryFailedError: there are none to be read.
    """
    rows = body.get("array", False)
    if rows is None or rows == "":
        return []
    if not isinstance(rows, list):
        raise unreadable(evidence, "array")
    return rows


def _status(body: dict[str, Any] | None, http_status: int) -> str | None:
    """Return the provider's status: error pages of servers and proxies have a field of the same name."""
    status = text_of((body or {}).get("status"))
    return status if is_success(http_status) or is_provider_status(status) else None


def _refusal(evidence: Responded, body: dict[str, Any] | None, status: str | None) -> LaafficError:
    http_status, reason = evidence.http_status, text_of((body or {}).get("reason"))
    if is_server_error(http_status):
        return QueryFailedError(f"The server failed with HTTP {http_status}", status=status, http_status=http_status)
    if status is None and not is_success(http_status):
        what, hint = http_error_words(http_status)
        retryable = http_status == HTTPStatus.TOO_MANY_REQUESTS
        return HTTPStatusError(what, hint=hint, retryable=retryable, http_status=http_status, about_query=True)
    if status is None or status == SUCCESS:
        return QueryFailedError(_NOT_BY_THE_CONTRACT, status=status, reason=reason, http_status=http_status)
    what = status_words(status, reason)
    if status == _TOO_FREQUENT:
        return QueryFailedError(what, status=status, reason=reason, http_status=http_status)
    its_own = None if status_info(status).definite else QueryFailedError.hint  # the table speaks of sends
    return class_for(status)(
        what, sent="no", hint=its_own, status=status, reason=reason, http_status=http_status, about_query=True
    )
