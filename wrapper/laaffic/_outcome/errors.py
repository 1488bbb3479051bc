"""Which error a response means, if any, and what the caller should do about it."""

import re
from collections.abc import Iterable
from http import HTTPStatus

from laaffic._model.errors import HTTPStatusError, OutcomeUnknownError, StatusError, class_for
from laaffic._model.masking import scrub
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


def error_for(http_status: int, result: BatchResult, texts: Iterable[str]) -> LaafficError | None:
    """Return the error of a send that got a response, or None for a success.

    Args:
        http_status: the HTTP status of the response.
        result: the outcome, with the provider's status and reason.
        texts: the contents sent, which must not appear in an error.
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
    return HTTPStatusError(
        what,
        result=result,
        sent=result.sent,
        hint=hint,
        retryable=http_status == HTTPStatus.TOO_MANY_REQUESTS and result.sent == "no",
        http_status=http_status,
    )


def _status_error(http_status: int, result: BatchResult, status: str, texts: Iterable[str]) -> StatusError:
    texts = tuple(texts)
    if status in STATUSES:
        what = f"The provider responded with status {status}: {STATUSES[status].meaning}"
    else:
        reason = f'; its reason: "{scrub(result.reason, texts)}"' if result.reason else ""
        what = f"The provider responded with status {scrub(status, texts)}, which is not in its table{reason}"
    kind = class_for(status)
    return kind(
        what,
        result=result,
        sent=result.sent,
        hint=f"Send again only to those that were rejected. {kind.hint}"
        if result.accepted and result.rejected
        else None,
        retryable=kind.retryable and result.nothing_was_sent,
        status=status,
        reason=result.reason,
        http_status=http_status,
    )
