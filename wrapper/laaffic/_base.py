"""What the two clients share: settings, connections that belong to one process and event loop, judgement."""

import ssl
import threading
from typing import TYPE_CHECKING, Any

from laaffic._batch.batch import Batch, all_in
from laaffic._model.errors import ConfigurationError
from laaffic._model.results import BatchResult, State
from laaffic._settings import (
    DEFAULT_CONNECT_RETRIES,
    DEFAULT_MAX_RECIPIENTS,
    DEFAULT_TIMEOUT,
    make_settings,
)

if TYPE_CHECKING:
    from laaffic_api import Client as ApiClient


class ClientBase:
    """A client, but for its way of waiting."""

    _transport_kind: type[Any]

    def __init__(
        self,
        api_key: str | None = None,
        api_secret: str | None = None,
        app_id: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | tuple[float, float] = DEFAULT_TIMEOUT,
        max_recipients: int = DEFAULT_MAX_RECIPIENTS,
        connect_retries: int = DEFAULT_CONNECT_RETRIES,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        transport: object | None = None,
    ) -> None:
        """Check the settings; nothing is connected yet.

        Args:
            api_key: the account's API key; by default LAAFFIC_API_KEY of the environment.
            api_secret: the account's API secret; by default LAAFFIC_API_SECRET.
            app_id: the application's id in the account; by default LAAFFIC_APP_ID.
            base_url: the gateway's address without `/v3`; by default LAAFFIC_BASE_URL, else `https://api.laaffic.com`.
                Plain http is taken for loopback only.
            timeout: seconds, one figure for both or a pair `(connect, read)`. By default 5 s to connect and 30 s to
                wait for the next bytes of the answer. There is always one. A read timeout makes an outcome unknown, so
                be generous.
            max_recipients: the most receivers in one request; by default 1,000, which the provider documents for the
                sibling endpoint `/v3/sendSms`.
            connect_retries: how often a connection that could not be made is tried again, with growing pauses; by
                default 2. Nothing else is ever tried again, because it may have been sent.
            proxy: a proxy's address, such as `http://proxy.example:3128`; by default what HTTPS_PROXY says.
            ssl_context: for a CA of your own. One that does not check certificates is refused.
            transport: for experts: a transport of the HTTP library, httpx2, to post through. Not covered by this
                package's promise of stability. Not together with `proxy` or `ssl_context`. Errors of one that is not
                httpx2's own are not believed: the outcome is unknown, and connecting is not tried again.

        Raises:
            ConfigurationError: names the argument or the variable that is missing or unsafe.
        """
        from laaffic._sending import signer  # noqa: PLC0415  # see there

        if transport is not None and (proxy is not None or ssl_context is not None):
            raise ConfigurationError("A transport brings its own proxy and ssl_context; give them to it instead")
        self._settings = make_settings(
            api_key,
            api_secret,
            app_id,
            base_url=base_url,
            timeout=timeout,
            max_recipients=max_recipients,
            connect_retries=connect_retries,
            proxy=proxy,
            ssl_context=ssl_context,
        )
        self._transport = _checked(transport, self._transport_kind)
        self._signer = signer(self._settings)
        self._api: ApiClient | None = None
        self._owner: object = None
        self._opening = threading.Lock()
        self._closed = False

    def __repr__(self) -> str:
        """Show where it sends to, and no credentials."""
        return f"{type(self).__name__}(base_url={self._settings.base_url!r}, app_id={self._settings.app_id!r})"

    def _connected(self, batch: Batch, owner: object) -> "ApiClient":
        """Return the connections, which belong to one process and event loop: a fork or a new loop gets its own."""
        if self._closed:
            closed = "This client is closed. Make another, or keep it open until all is sent"
            raise ConfigurationError(closed, result=all_in(State.NOT_SENT, batch))
        with self._opening:
            if self._api is None or self._owner != owner:
                self._api, self._owner = self._opened(batch), owner
            return self._api

    def _opened(self, batch: Batch) -> "ApiClient":
        try:
            return self._open()
        except ConfigurationError as error:
            refused = str(error.args[0])
        except Exception as error:  # noqa: BLE001  # what the environment says of certificates may be unreadable
            refused = f"The certificates cannot be read ({type(error).__name__}). Check SSL_CERT_FILE and SSL_CERT_DIR"
        raise ConfigurationError(refused, result=all_in(State.NOT_SENT, batch))

    def _open(self) -> "ApiClient":
        raise NotImplementedError


def raised(result: BatchResult) -> BatchResult:
    """Raise a result's error; return a result without one."""
    if result.error is not None:
        raise result.error
    return result


def _checked(transport: object, kind: type[Any]) -> Any:
    if transport is None or isinstance(transport, kind):
        return transport
    raise ConfigurationError(f"transport is an httpx2.{kind.__name__}, not a {type(transport).__name__}")
