"""Which error an answer is, if any, and what it tells the caller to do."""

from collections.abc import Iterable
from http import HTTPStatus

from laaffic._model.errors import HTTPStatusError, LaafficError, OutcomeUnknownError, StatusError
from laaffic._model.masking import scrub
from laaffic._model.results import BatchResult
from laaffic._model.statuses import STATUSES

SUCCESS = "0"

_REDIRECTED = "Redirects are never followed. Check the base URL; it is the gateway's address without /v3."
_HINTS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Check the API key, the API secret and the app id, then send again.",
    HTTPStatus.FORBIDDEN: "Check the account's IP allow-list and any firewall on the way, then send again.",
    HTTPStatus.NOT_FOUND: "Check the base URL; it is the gateway's address without /v3. Then send again.",
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: "Check the proxy's user and password, then send again.",
    HTTPStatus.REQUEST_TIMEOUT: OutcomeUnknownError.hint,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Set a lower max_recipients, then send again.",
    HTTPStatus.TOO_MANY_REQUESTS: "Wait, then send again more slowly.",
}
_ANY_CLIENT_ERROR = "Check the base URL and what stands between here and the gateway, then send again."


def is_success(http_status: int) -> bool:
    """Tell whether an HTTP status is a 2xx."""
    return http_status // 100 == 2  # noqa: PLR2004  # the first digit is the class


def is_redirect(http_status: int) -> bool:
    """Tell whether an HTTP status is a 3xx."""
    return http_status // 100 == 3  # noqa: PLR2004  # the first digit is the class


def is_client_error(http_status: int) -> bool:
    """Tell whether an HTTP status is a 4xx."""
    return http_status // 100 == 4  # noqa: PLR2004  # the first digit is the class


def is_server_error(http_status: int) -> bool:
    """Tell whether an HTTP status is a 5xx, or of no class that HTTP knows."""
    return http_status // 100 not in {2, 3, 4}


def error_for(http_status: int, result: BatchResult, texts: Iterable[str]) -> LaafficError | None:
    """Return the error of a request that was answered, or None for a success.

    Args:
        http_status: the HTTP status of the answer.
        result: the outcome, with the provider's status and reason.
        texts: the contents sent, which must not show in an error.
    """
    if result.status is None and (is_redirect(http_status) or is_client_error(http_status)):
        return _http_error(http_status, result)
    if result.status is None or is_server_error(http_status):
        return _unknown(http_status, result)
    if result.status == SUCCESS:
        return _unknown(http_status, result) if result.unknown or not is_success(http_status) else None
    return _status_error(http_status, result, result.status, texts)


def _unknown(http_status: int, result: BatchResult) -> OutcomeUnknownError:
    if not is_success(http_status):
        what = f"The server failed with HTTP {http_status}"
    elif result.status == SUCCESS:
        what = result.discrepancy or "The answer does not say what became of every receiver"
    else:
        what = f"The answer (HTTP {http_status}) is not one by the contract"
    return OutcomeUnknownError(what, result=result, status=result.status, reason=result.reason, http_status=http_status)


def _http_error(http_status: int, result: BatchResult) -> HTTPStatusError:
    what = "was redirected" if is_redirect(http_status) else "was turned down"
    return HTTPStatusError(
        f"The request {what} with HTTP {http_status}, by something that does not speak the contract",
        result=result,
        sent=result.sent,
        hint=_REDIRECTED if is_redirect(http_status) else _HINTS.get(http_status, _ANY_CLIENT_ERROR),
        retryable=http_status == HTTPStatus.TOO_MANY_REQUESTS and result.sent == "no",
        http_status=http_status,
    )


def _status_error(http_status: int, result: BatchResult, status: str, texts: Iterable[str]) -> StatusError:
    texts = tuple(texts)
    if status in STATUSES:
        what = f"The provider answered with status {status}: {STATUSES[status].meaning}"
    else:
        reason = f'; its reason: "{scrub(result.reason, texts)}"' if result.reason else ""
        what = f"The provider answered with status {scrub(status, texts)}, which is not in its table{reason}"
    kind = StatusError._class_for(status)  # noqa: SLF001  # private to the package
    return kind(
        what,
        result=result,
        sent=result.sent,
        hint=f"Send again only to those that were rejected. {kind.hint}"
        if result.accepted and result.rejected
        else None,
        status=status,
        reason=result.reason,
        http_status=http_status,
    )
