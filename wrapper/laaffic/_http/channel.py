"""What a call needs from the HTTP library, and what the library's exceptions mean."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2

from laaffic._http.evidence import Unanswered
from laaffic._http.guard import BEFORE_SENDING, ResponseTooLarge
from laaffic._http.signing import Signer
from laaffic._model.masking import scrub
from laaffic._settings import DEFAULT_PREFIX
from laaffic_api import Client as ApiClient
from laaffic_api.types import Response

_CONNECTING = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError)
_INTERRUPTED = "laaffic: interrupted while a request was in flight; what became of its recipients is unknown"
_FEWER_AT_ONCE = "Send fewer at once with one client, or make more clients; it is safe to send again."
_CERTIFICATES = (
    "The server's certificate cannot be verified with this system's certificates. In a container image, install "
    "ca-certificates; for a CA of your own, set SSL_CERT_FILE or pass ssl_context. It is safe to send again."
)
# The first match counts. Only connection errors are quoted: others may contain what was sent or received.
_WORDS = (
    (httpx2.PoolTimeout, "all connections of this client were busy"),
    (httpx2.ConnectTimeout, "it took too long"),
    (httpx2.ReadTimeout, "the server did not respond in time"),
    (httpx2.WriteTimeout, "the server did not take the request in time"),
    (httpx2.DecodingError, "its compression is broken"),
    (ResponseTooLarge, "it is far larger than any response should be"),
    ((httpx2.RemoteProtocolError, httpx2.NetworkError), "the connection broke off"),
)


class Endpoint(Protocol):
    """A module of the generated client."""

    PATH: str

    @property
    def sync_detailed(self) -> Callable[..., Response[Any]]:
        """The function that calls it and blocks."""

    @property
    def asyncio_detailed(self) -> Callable[..., Awaitable[Response[Any]]]:
        """The function that calls it without blocking."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the generated client.

    Attributes:
        endpoint: the module of the generated client.
        arguments: what its functions take besides `client`, `path` and `options`.
        repeatable: whether it is a query, which may be repeated without harm.
        timeout: seconds to connect and to wait for the response; None for the client's own.
    """

    endpoint: Endpoint
    arguments: dict[str, Any]
    repeatable: bool = False
    timeout: tuple[float, float] | None = None


@dataclass(slots=True)
class Channel:
    """An open way to the provider.

    Attributes:
        api: the generated client, with a caller of either kind.
        signer: signs every request.
        close: closes the connections.
        prefix: what the paths begin with, `/v3` in the contract.
        trusted: whether the transport is one of the HTTP library's own. What any other transport says about a request
            that failed is not believed: httpx-aiohttp 0.2.0 reports "could not connect" for requests that went out.
        calls: what is in flight. Closing waits for these, since closing a connection during a call loses its response.
        closing: whether to close as soon as nothing is in flight.
        interrupted: whether Ctrl-C came in the midst of a call that blocks. The connection pool may be in any state,
            its lock held for ever: it is neither used nor closed any more, and its sockets close with the last use.
    """

    api: ApiClient
    signer: Signer
    close: Callable[[], Any]
    prefix: str
    trusted: bool
    calls: set[object] = field(default_factory=set, repr=False)
    closing: bool = False
    interrupted: bool = False

    @property
    def may_close(self) -> bool:
        """Whether it is to be closed and nothing is in flight."""
        return self.closing and not self.calls and not self.interrupted

    def arguments(self, request: Call) -> dict[str, Any]:
        """Return all arguments of the generated function."""
        given = {"client": self.api, "headers": self.signer.headers(), **request.arguments}
        if self.prefix != DEFAULT_PREFIX:
            given["path"] = self.prefix + request.endpoint.PATH.removeprefix(DEFAULT_PREFIX)
        if request.timeout is not None:
            connect, read = request.timeout
            given["options"] = {"timeout": httpx2.Timeout(read, connect=connect)}
        return given


def no_response(error: Exception, *, trusted: bool) -> Unanswered:
    """Return what an exception of the HTTP library says about the request."""
    if not trusted and isinstance(error, httpx2.TransportError):
        return Unanswered(reached=True, why=f"the transport failed ({type(error).__name__})")
    return Unanswered(
        reached=not isinstance(error, BEFORE_SENDING),
        why=_why(error),
        hint=_hint(error),
        connecting=isinstance(error, _CONNECTING),
    )


def _hint(error: Exception) -> str | None:
    if isinstance(error, httpx2.PoolTimeout):
        return _FEWER_AT_ONCE
    if isinstance(error, httpx2.ConnectError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return _CERTIFICATES
    return None


def with_note(error: BaseException, request: Call) -> None:
    """Add a note to an interruption that says what it means for the recipients."""
    if not request.repeatable:
        error.add_note(_INTERRUPTED)


def _why(error: Exception) -> str:
    if isinstance(error, httpx2.ConnectError | httpx2.ProxyError):
        return scrub(str(error)) or type(error).__name__
    return next((words for kinds, words in _WORDS if isinstance(error, kinds)), type(error).__name__)
