"""What a call needs from the HTTP library, and what the library's exceptions mean."""

import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio
import httpx2

from laaffic._http.caller import BEFORE_SENDING
from laaffic._http.evidence import Evidence, Responded, Unanswered
from laaffic._http.exchange import Exchange, ResponseTooLarge
from laaffic._http.interruptions import interruption_in
from laaffic._http.signing import Signer
from laaffic._settings import DEFAULT_PREFIX, Timeouts
from laaffic_api import Client as ApiClient
from laaffic_api.types import Response

_CONNECTING = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError)
# What the HTTP library and the layers under it raise of themselves. Anything else was not caused by the network.
_FAILURES = (
    httpx2.HTTPError, httpx2.StreamError, ResponseTooLarge, OSError, ssl.SSLError, EOFError,
    anyio.BrokenResourceError, anyio.ClosedResourceError,
)  # fmt: skip
_MAX_WORDS = 200
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
        timeout: the limits of time; None for the client's own.
        doubtful: whether a response of this content could as well be another request's, so that what it claims is only
            believed after a second look; None where that does no harm.
    """

    endpoint: Endpoint
    arguments: dict[str, Any]
    repeatable: bool = False
    timeout: Timeouts | None = None
    doubtful: Callable[[bytes], bool] | None = None


@dataclass(slots=True)
class Channel:
    """An open way to the provider.

    Attributes:
        api: the generated client, with a caller of either kind.
        signer: signs every request.
        close: closes the connections.
        prefix: what the paths begin with, `/v3` in the contract.
        timeouts: the limits of time, where a call has none of its own.
        trusted: whether the transport is believed when it says that no connection could be made. What a transport says
            that is not the HTTP library's own is not: httpx-aiohttp 0.2.0 says so of requests that went out, and so may
            a program that a transport calls in this process.
        guarded: whether it is a real network transport, whose connections are watched.
        calls: what is in flight. Closing waits for these, since closing a connection during a call loses its response.
        closing: whether to close as soon as nothing is in flight.
        interrupted: whether Ctrl-C or a signal came in the midst of a call that blocks. The connection pool may be in
            any state: it is neither used nor closed any more, and its sockets close with the last use.
        slowest: how many seconds the slowest response took.
    """

    api: ApiClient
    signer: Signer
    close: Callable[[], Any]
    prefix: str
    timeouts: Timeouts
    trusted: bool
    guarded: bool
    calls: set[object] = field(default_factory=set, repr=False)
    closing: bool = False
    interrupted: bool = False
    slowest: float = 0.0

    @property
    def may_close(self) -> bool:
        """Whether it is to be closed and nothing is in flight."""
        return self.closing and not self.calls and not self.interrupted

    def deadline(self, request: Call) -> float:
        """Return when the time for a call is over, with all its attempts, by the monotonic clock."""
        return time.monotonic() + (request.timeout or self.timeouts).total

    def exchange(self, request: Call, deadline: float) -> Exchange:
        """Return what the streams need to know of one attempt."""
        return Exchange(deadline, request.doubtful, self.slowest)

    def arguments(self, request: Call) -> dict[str, Any]:
        """Return all arguments of the generated function."""
        connect, read, total = request.timeout or self.timeouts
        given = {
            "client": self.api,
            "headers": self.signer.headers(),
            "options": {"timeout": {"connect": connect, "read": read, "write": read, "pool": min(read, total)}},
            **request.arguments,
        }
        if self.prefix != DEFAULT_PREFIX:
            given["path"] = self.prefix + request.endpoint.PATH.removeprefix(DEFAULT_PREFIX)
        return given

    def responded(self, response: Response[Any], exchange: Exchange, arguments: dict[str, Any]) -> Evidence:
        """Return the evidence that a response is."""
        self.slowest = max(self.slowest, exchange.seconds)
        return Responded(
            response.status_code,
            response.content,
            response.headers,
            signed_at=float(arguments["headers"]["Timestamp"]),
            kept=exchange.kept,
            followed=exchange.followed,
        )

    def no_response(self, error: Exception, exchange: Exchange) -> Evidence:
        """Return what an exception of the HTTP library says about the request.

        Raises:
            BaseException: it was no failure of the network, but came from outside; it is raised as it came.
        """
        interruption = interruption_in(error)
        if interruption is not None and interruption is not error:
            raise interruption
        if interruption is not None or (self.guarded and not isinstance(error, _FAILURES)):
            raise error
        if not self.trusted and isinstance(error, httpx2.TransportError):
            return Unanswered(reached=True, why=f"the transport failed ({type(error).__name__})")
        return Unanswered(
            reached=not isinstance(error, BEFORE_SENDING) and not (self.guarded and exchange.stream is None),
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


def _why(error: Exception) -> str:
    if isinstance(error, httpx2.ProxyError):
        code = str(error)[:3]  # the rest is the proxy's own words
        return f"the proxy responded with HTTP {code}" if code.isdecimal() else "the proxy refused"
    if isinstance(error, httpx2.ConnectError):  # the words of this system and of OpenSSL
        return " ".join(str(error).split())[:_MAX_WORDS] or type(error).__name__
    return next((words for kinds, words in _WORDS if isinstance(error, kinds)), type(error).__name__)
