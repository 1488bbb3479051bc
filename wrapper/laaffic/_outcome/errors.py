"""Which error a response means, if any, and what the caller should do about it."""

import re
from http import HTTPStatus

from laaffic._model.errors import HTTPStatusError, OutcomeUnknownError, StatusError, class_for
from laaffic._model.masking import machine_word, shown_status
from laaffic._model.results import BatchResult, LaafficError
from laaffic._model.statuses import STATUSES

SUCCESS = "0"
_PROVIDERS = re.compile(r"0|-[0-9]+")

_REDIRECTED = "Redirects are never followed. Check the base URL (the gateway's address without /v3) and the API prefix."
_HINTS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Check the API key, the API secret and the app id, then try again.",
    HTTPStatus.FORBIDDEN: "Check the account's IP allow-list and any firewall on the way, then try again.",
    HTTPStatus.NOT_FOUND: "Check the base URL (the gateway's address without /v3) and the API prefix, then try again.",
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: "Check the proxy's user and password, then try again.",
    HTTPStatus.REQUEST_TIMEOUT: OutcomeUnknownError.hint,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Set a lower max_recipients, then send again.",
    HTTPStatus.TOO_MANY_REQUESTS: "Wait, then try again more slowly.",
}
_ANY_CLIENT_ERROR = "Check the base URL and what is between here and the gateway, then try again."


def is_success(http_status: int) -> bool:
    """Return whether an HTTP status is a 2xx."""
    return http_status // 100 == 2  # noqa: PLR2004  # the first digit is the class


def is_redirect(http_status: int) -> bool:
    """Return whether an HTTP status is a 3xx."""
    return http_status // 100 == 3  # noqa: PLR2004  # the first digit is the class


def is_client_error(http_status: int) -> bool:
    """Return whether an HTTP status is a 4xx."""
    return http_status // 100 == 4  # noqa: PLR2004  # the first digit is the class


def is_server_error(http_status: int) -> bool:
    """Return whether an HTTP status is a 5xx, or of no class that HTTP knows."""
    return http_status // 100 not in {2, 3, 4}


def is_provider_status(status: str | None) -> bool:
    """Return whether a status is of the provider's form: 0 or a negative whole number, listed or not."""
    return status is not None and _PROVIDERS.fullmatch(status) is not None


def error_for(http_status: int, result: BatchResult) -> LaafficError | None:
    """Return the error of a send that got a response, or None for a success.

    Args:
        http_status: the HTTP status of the response.
        result: the outcome, with the provider's status and reason.
    """
    if result.status is None and (is_redirect(http_status) or is_client_error(http_status)):
        return _http_error(http_status, result)
    if result.status is None or is_server_error(http_status):
        return _unknown(http_status, result)
    if result.status == SUCCESS:
        return _unknown(http_status, result) if result.unknown or not is_success(http_status) else None
    return _status_error(http_status, result, result.status)


def _unknown(http_status: int, result: BatchResult) -> OutcomeUnknownError:
    if not is_success(http_status):
        what = f"The server failed with HTTP {http_status}"
    elif result.status == SUCCESS:
        what = result.discrepancy or "The response does not say what became of every recipient"
    else:
        what = f"The response (HTTP {http_status}) does not follow the contract"
    return OutcomeUnknownError(what, result=result, status=result.status, reason=result.reason, http_status=http_status)


def http_error_words(http_status: int) -> tuple[str, str]:
    """Return what a 3xx or 4xx that does not follow the contract means, and what to do."""
    what = "was redirected" if is_redirect(http_status) else "was refused"
    hint = _REDIRECTED if is_redirect(http_status) else _HINTS.get(http_status, _ANY_CLIENT_ERROR)
    return f"The request {what} with HTTP {http_status} by something that does not follow the contract", hint


def _http_error(http_status: int, result: BatchResult) -> HTTPStatusError:
    what, hint = http_error_words(http_status)
    if result.unknown and is_client_error(http_status) and http_status != HTTPStatus.REQUEST_TIMEOUT:
        what = f"The response (HTTP {http_status}) does not follow the contract, and may be a success in part"
        hint = OutcomeUnknownError.hint
    return HTTPStatusError(
        what,
        result=result,
        sent=result.sent,
        hint=hint,
        retryable=http_status == HTTPStatus.TOO_MANY_REQUESTS and result.sent == "no",
        http_status=http_status,
    )


def _status_error(http_status: int, result: BatchResult, status: str) -> StatusError:
    kind = class_for(status)
    return kind(
        status_words(status, result.reason),
        result=result,
        sent=result.sent,
        hint=_hint(kind, result),
        retryable=kind.retryable and result.nothing_was_sent,
        status=status,
        reason=result.reason,
        http_status=http_status,
    )


def _hint(kind: type[StatusError], result: BatchResult) -> str | None:
    if result.unknown and OutcomeUnknownError.hint not in kind.hint:
        return f"{OutcomeUnknownError.hint} {kind.hint}"
    if result.accepted and result.rejected:
        return f"Send again only to those that were rejected. {kind.hint}"
    return None


def status_words(status: str, reason: str | None) -> str:
    """Return what a status means. Of words that are not in the table, only a word for machines is shown."""
    if status in STATUSES:
        return f"The provider responded with status {status}: {STATUSES[status].meaning}"
    shown, word = shown_status(status), machine_word(reason)
    said = f"The provider responded with status {shown}, which" if shown else "The provider's status"
    return f"{said} is not in its table{f' ({word})' if word else ''}"
