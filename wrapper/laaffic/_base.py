"""What the two clients share: settings, and channels that each belong to one process and event loop."""

import logging
import ssl
from typing import Any, NamedTuple

from laaffic._batch.batch import Batch, all_in
from laaffic._batch.ids import Ids
from laaffic._batch.splitter import Splitter
from laaffic._bulk.in_flight import InFlight, check_concurrency
from laaffic._http.channel import Call, Channel
from laaffic._http.interruptions import interruption_in
from laaffic._http.signing import Signer
from laaffic._http.transport import is_transport
from laaffic._model.errors import ConfigurationError, RejectedError
from laaffic._model.masking import machine_word, mask_number
from laaffic._model.recipients import Recipient, State
from laaffic._model.results import BatchResult, LaafficError
from laaffic._operations.attempts import Attempts
from laaffic._settings import (
    DEFAULT_CONNECT_RETRIES,
    DEFAULT_MAX_RECIPIENTS,
    DEFAULT_TIMEOUT,
    Timeout,
    Timeouts,
    make_settings,
    make_timeouts,
)

_logger = logging.getLogger("laaffic")


_INTERRUPTED = "laaffic: interrupted while a request was in flight; what became of its recipients is unknown"


class Owner(NamedTuple):
    """Whose channels are used: those of a process, and of an event loop where there is one."""

    process: int
    loop: Any = None


class ClientBase:
    """Everything of a client except how it waits."""

    _sync: bool

    def __init__(
        self,
        api_key: str | None = None,
        api_secret: str | None = None,
        app_id: str | None = None,
        *,
        base_url: str | None = None,
        api_prefix: str | None = None,
        timeout: Timeout = DEFAULT_TIMEOUT,
        max_recipients: int = DEFAULT_MAX_RECIPIENTS,
        connect_retries: int = DEFAULT_CONNECT_RETRIES,
        fresh_connections: bool = False,
        own_order_ids: bool | None = None,
        order_id_seed: int | str | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        transport: object | None = None,
    ) -> None:
        """Check the settings; no connection is made yet.

        Args:
            api_key: the account's API key; by default the environment variable LAAFFIC_API_KEY.
            api_secret: the account's API secret; by default LAAFFIC_API_SECRET.
            app_id: the application's id in the account; by default LAAFFIC_APP_ID.
            base_url: the gateway's address without `/v3`; by default LAAFFIC_BASE_URL, else `https://api.laaffic.com`.
                Plain http is allowed only to loopback, or with the provider's published sample credentials, for a mock.
            api_prefix: what the endpoints' paths begin with; by default LAAFFIC_API_PREFIX, else `/v3`. A sister brand
                may use another.
            timeout: seconds, above 0 and at most a day: `(connect, read, total)`, `(connect, read)`, or one number for
                both of these. By default 5 s to connect, 30 s to wait for the next bytes of the response, and 120 s (or
                connect + read, if that is longer) in total: connecting, trying again and signing anew included. What is
                not over by then is unknown, or `not_sent` when nothing was written; looking up a host's name may take
                longer. It cannot be switched off. A timeout makes an outcome unknown, so be generous.
            max_recipients: how many recipients one request may have at most; by default 1,000, which the provider
                documents for the sibling endpoint `/v3/sendSms`.
            connect_retries: how often to try again when no connection could be made, with growing pauses; by default 2.
                Other than that, a send is posted again only when it was refused for its timestamp (-16), once, with the
                clock corrected; after anything else it may have been sent.
            fresh_connections: whether every request gets a connection of its own, so that no response can be mistaken
                for another request's; slower, above all with TLS.
            own_order_ids: whether each recipient without an order id of yours gets one of ours (provider's page:
                orderId), so that its response and its reports name each recipient exactly, with the same number twice
                too; by default LAAFFIC_OWN_ORDER_IDS (1 or 0), else True. It is in `Recipient.wire_order_id`. Order ids
                of yours go out as they are.
            order_id_seed: for tests alone: makes the ids of batches, and so our order ids, the same in every run, for
                recordings that are matched by their bodies. With it they are not unique.
            proxy: a proxy's address, such as `http://proxy.example:3128`; by default what HTTPS_PROXY says.
            ssl_context: for a CA of your own. One that does not check certificates is refused. By default the system's
                certificates are used.
            transport: for experts: a transport of the HTTP library, httpx2, to send through. Not covered by this
                package's promise of stability. Cannot be combined with `proxy`, `ssl_context` or `fresh_connections`.
                Errors of a transport that is not httpx2's own are not believed: the outcome is unknown, and connecting
                is not tried again.

        Raises:
            ConfigurationError: names the argument or the environment variable that is missing or not valid.
        """
        if transport is not None and fresh_connections:
            raise ConfigurationError("A transport has its own settings for keep-alive; leave fresh_connections out")
        if transport is not None and (proxy is not None or ssl_context is not None):
            raise ConfigurationError("A transport brings its own proxy and ssl_context; set them there instead")
        self._settings = make_settings(
            api_key=api_key,
            api_secret=api_secret,
            app_id=app_id,
            base_url=base_url,
            api_prefix=api_prefix,
            timeout=timeout,
            max_recipients=max_recipients,
            connect_retries=connect_retries,
            proxy=proxy,
            ssl_context=ssl_context,
            own_order_ids=own_order_ids,
            order_id_seed=order_id_seed,
        )
        self._ids = Ids(on_wire=self._settings.own_order_ids, seed=order_id_seed)
        self._fresh = fresh_connections
        self._transport = _checked(transport, sync=self._sync)
        self._signer = Signer(self._settings.api_key, self._settings.api_secret)
        self._channels: dict[tuple[Owner, bool, int], Channel] = {}
        self._closed = False

    def __repr__(self) -> str:
        """Show where it sends to, and no credentials."""
        return f"{type(self).__name__}(base_url={self._settings.base_url!r}, app_id={self._settings.app_id!r})"

    def _attempts(self, call: Call) -> Attempts:
        return Attempts(self._signer, self._settings.connect_retries, repeatable=call.repeatable)

    def _many(
        self, concurrency: int, in_order: bool, on_invalid: str, split_refused: bool
    ) -> tuple[InFlight, Splitter]:
        check_concurrency(concurrency)
        if on_invalid not in {"raise", "report"}:
            raise ConfigurationError('on_invalid must be "raise" or "report"')
        if split_refused and self._transport is not None:
            raise ConfigurationError("split_refused needs connections of its own; leave transport out")
        splitter = Splitter(self._settings.max_recipients, report=on_invalid == "report", ids=self._ids)
        return InFlight(splitter, concurrency, in_order=in_order, split=split_refused), splitter

    def _channel(self, owner: Owner, *, fresh: bool = False) -> Channel:
        """Return the channel of a process and event loop: a fork or a new loop gets one of its own.

        So does what follows an interruption.

        Args:
            owner: the process, and the event loop where there is one.
            fresh: whether each request gets a connection that no other request uses.
        """
        if fresh and self._transport is not None:
            raise ConfigurationError("A transport has its own settings for keep-alive; leave fresh_connection out")
        if self._closed:
            raise ConfigurationError("This client is closed. Make another, or keep it open until everything is sent")
        fresh, interrupted = fresh or self._fresh, 0
        # Without a lock: a fork, or an interruption, could leave it locked for ever.
        while (known := self._channels.get((owner, fresh, interrupted))) is not None and known.interrupted:
            interrupted += 1
        if known is None:
            self._forget_others(owner)
            known = self._channels.setdefault((owner, fresh, interrupted), self._opened(fresh=fresh))
        return known

    def _forget_others(self, owner: Owner) -> None:
        """Let go of the channels of the process that forked this one, and of event loops that are closed."""
        for key in list(self._channels):
            other = key[0]
            if other.process != owner.process or (other.loop is not None and other.loop.is_closed()):
                self._channels.pop(key, None)

    def _opened(self, *, fresh: bool) -> Channel:
        try:
            return self._open(fresh=fresh)
        except LaafficError:
            raise
        except Exception as error:  # what the environment says of certificates may fail in any way
            if interruption_in(error) is not None:
                raise
            refused = f"The connection cannot be set up ({type(error).__name__})"
        raise ConfigurationError(f"{refused}. Check SSL_CERT_FILE, SSL_CERT_DIR and the proxy's address")

    def _open(self, *, fresh: bool) -> Channel:
        raise NotImplementedError


def not_posted(error: LaafficError, batch: Batch) -> LaafficError:
    """Give an error that was raised before anything was posted the recipients, none of whom was sent to."""
    error.result = all_in(State.NOT_SENT, batch)
    return error


def with_note(error: BaseException) -> None:
    """Say with an interruption what it means for the recipients of the request in flight."""
    if not isinstance(error, LaafficError):
        error.add_note(_INTERRUPTED)


def for_query(error: LaafficError) -> LaafficError:
    """Mark an error as one of a query, which sends nothing to anybody."""
    error.about_query = True
    return error


def accepted(result: BatchResult) -> Recipient:
    """Return the one recipient of a result if it was accepted.

    Raises:
        LaafficError: it was not accepted, or it is not known whether it was.
    """
    recipient = result.recipients[0]
    if recipient.state is State.ACCEPTED:
        return recipient
    raised(result)
    word = machine_word(recipient.reason)
    why = f": {word}" if word else ""
    raise RejectedError(
        f"The provider did not take the message to {mask_number(recipient.number)}{why}",
        result=result,
        status=result.status,
        reason=recipient.reason or result.reason,
        http_status=result.raw and result.raw.http_status,
    )


def one_timeout(given: Timeout | None) -> Timeouts | None:
    """Return the timeouts for one call, or None for the client's."""
    return None if given is None else make_timeouts(given)


def logged(result: BatchResult) -> BatchResult:
    """Write what became of a request into the log."""
    _logger.debug("posted a batch: %r", result)
    return result


def raised(result: BatchResult) -> BatchResult:
    """Raise a result's error, or return the result when there is none."""
    if result.error is not None:
        raise result.error
    return result


def _checked(transport: object | None, *, sync: bool) -> object | None:
    if transport is None or is_transport(transport, sync=sync):
        return transport
    kind = "httpx2.BaseTransport" if sync else "httpx2.AsyncBaseTransport"
    if type(transport).__module__.split(".")[0] == "httpx":
        raise ConfigurationError(f"transport is one of httpx's; laaffic uses its successor httpx2: give an {kind}")
    raise ConfigurationError(f"transport must be an {kind}, got {type(transport).__name__}")
