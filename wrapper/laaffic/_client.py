"""The two clients. What they share stands in their base; each adds only its own way of waiting."""

import asyncio
import logging
import os
import ssl
import threading
from collections.abc import AsyncGenerator, AsyncIterable, Generator, Iterable
from types import TracebackType
from typing import Any, Self

import httpx

from laaffic._batch import Batch, Splitter, one_batch
from laaffic._errors import ConfigurationError
from laaffic._evidence import Evidence
from laaffic._exchange import exchange, exchange_async
from laaffic._judgement import judge, with_not_sent
from laaffic._message import Message
from laaffic._request import to_request
from laaffic._result import BatchResult, State
from laaffic._settings import (
    DEFAULT_CONNECT_RETRIES,
    DEFAULT_MAX_RECIPIENTS,
    DEFAULT_TIMEOUT,
    make_settings,
)
from laaffic._signing import Signer
from laaffic._transport import checked_transport, open_async, open_sync
from laaffic_api import Client as ApiClient

_logger = logging.getLogger("laaffic")


class _ClientBase:
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
            transport: for experts: a transport of the HTTP library, httpx, to post through. Not covered by this
                package's promise of stability. Not together with `proxy` or `ssl_context`.

        Raises:
            ConfigurationError: names the argument or the variable that is missing or unsafe.
        """
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
        self._transport = checked_transport(transport, self._transport_kind)
        self._signer = Signer(self._settings.api_key, self._settings.api_secret)
        self._api: ApiClient | None = None
        self._owner: object = None
        self._opening = threading.Lock()
        self._closed = False

    def __repr__(self) -> str:
        """Show where it sends to, and no credentials."""
        return f"{type(self).__name__}(base_url={self._settings.base_url!r}, app_id={self._settings.app_id!r})"

    def _connected(self, batch: Batch, owner: object) -> ApiClient:
        """Return the connections, which belong to one process and event loop: a fork or a new loop gets its own."""
        if self._closed:
            closed = "This client is closed. Make another, or keep it open until all is sent"
            raise ConfigurationError(closed, result=batch.all_in(State.NOT_SENT))
        with self._opening:
            if self._api is None or self._owner != owner:
                api = ApiClient(base_url=self._settings.base_url)
                if refused := self._opened(api):
                    raise ConfigurationError(refused, result=batch.all_in(State.NOT_SENT))
                self._api, self._owner = api, owner
            return self._api

    def _opened(self, api: ApiClient) -> str | None:
        """Open the connections; return why that cannot be, or None."""
        try:
            self._open(api)
        except ConfigurationError as error:
            return str(error.args[0])
        except Exception as error:  # noqa: BLE001  # what the environment says of certificates may be unreadable
            return f"The certificates cannot be read ({type(error).__name__}). Check SSL_CERT_FILE and SSL_CERT_DIR"
        return None

    def _open(self, api: ApiClient) -> None:
        raise NotImplementedError

    def _judge(self, batch: Batch, evidence: Evidence) -> BatchResult:
        result = judge(batch, evidence)
        _logger.debug("posted a batch: %r", result)
        return result


def _raise_error(result: BatchResult) -> BatchResult:
    if result.error is not None:
        raise result.error
    return result


def _ends_sending(result: BatchResult) -> bool:
    return result.error is not None and result.error._concerns_every_request  # noqa: SLF001  # private to the package


class Client(_ClientBase):
    """Sends messages through the Laaffic gateway. Thread-safe; keep one and reuse it."""

    _transport_kind = httpx.BaseTransport

    def send_batch(self, messages: Iterable[Message]) -> BatchResult:
        """Send messages in exactly one request.

        Args:
            messages: at least one `Message`, with at most `max_recipients` receivers together.

        Returns:
            One outcome for every receiver, in the order asked. A receiver rejected is a result, not an exception.

        Raises:
            InvalidMessageError: refused here; nothing was sent.
            NotSentError: no connection could be made; nothing was sent.
            OutcomeUnknownError: it may have been sent.
            StatusError: the provider refused; the subclass says why.
            HTTPStatusError: something other than the endpoint answered.
            ConfigurationError: the client is closed.
        """
        return _raise_error(self._send(one_batch(messages, self._settings.max_recipients)))

    def send_many(self, messages: Iterable[Message]) -> Generator[BatchResult]:
        """Send any number of messages in as many requests as it takes, one after the other.

        Args:
            messages: read as they are needed, so it may be endless. A message whose receivers do not fit into one
                request is cut. If reading it raises, that passes through, and what was read and not yet posted is not
                sent.

        Yields:
            One result for each request, before the next is posted. Its `error` says what went wrong; it is not raised.
            After an error that every further request would meet too (credentials, IP, clock, balance, address, no
            connection) it ends, and what it has not read stays with you; what it had read and not posted stands in that
            last result as `not_sent`. After a lost answer it goes on: stop reading if
            you would rather not.

        Raises:
            InvalidMessageError: something in `messages` is not a `Message`; `.result` holds what was read and not sent.
            ConfigurationError: the client is closed.
        """
        splitter = Splitter(self._settings.max_recipients)
        for batch in splitter.split(messages):
            result = self._send(batch)
            if _ends_sending(result):
                yield with_not_sent(result, splitter.unposted())
                return
            yield result

    def close(self) -> None:
        """Close the connections. The client cannot be used again."""
        self._closed = True
        if self._api is not None and self._owner == _process():
            self._api.get_httpx_client().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, batch: Batch) -> BatchResult:
        api = self._connected(batch, _process())
        return self._judge(
            batch, exchange(api, to_request(batch, self._settings.app_id), self._settings.connect_retries)
        )

    def _open(self, api: ApiClient) -> None:
        api.set_httpx_client(open_sync(self._settings, self._signer, self._transport))


class AsyncClient(_ClientBase):
    """Sends messages through the Laaffic gateway without blocking. Keep one and reuse it."""

    _transport_kind = httpx.AsyncBaseTransport

    async def send_batch(self, messages: Iterable[Message]) -> BatchResult:
        """Send messages in exactly one request; see `Client.send_batch`. If cancelled, the outcome is unknown."""
        return _raise_error(await self._send(one_batch(messages, self._settings.max_recipients)))

    async def send_many(self, messages: Iterable[Message] | AsyncIterable[Message]) -> AsyncGenerator[BatchResult]:
        """Send any number of messages, from a plain or an async iterable; see `Client.send_many`."""
        splitter = Splitter(self._settings.max_recipients)
        async for batch in splitter.split_async(messages):
            result = await self._send(batch)
            if _ends_sending(result):
                yield with_not_sent(result, splitter.unposted())
                return
            yield result

    async def close(self) -> None:
        """Close the connections. The client cannot be used again."""
        self._closed = True
        if self._api is not None and self._owner == _process_and_loop():
            await self._api.get_async_httpx_client().aclose()

    aclose = close  # the name that contextlib.aclosing() calls

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _send(self, batch: Batch) -> BatchResult:
        api = self._connected(batch, _process_and_loop())
        request = to_request(batch, self._settings.app_id)
        return self._judge(batch, await exchange_async(api, request, self._settings.connect_retries))

    def _open(self, api: ApiClient) -> None:
        api.set_async_httpx_client(open_async(self._settings, self._signer, self._transport))


def _process() -> object:
    return os.getpid()


def _process_and_loop() -> object:
    try:
        return os.getpid(), asyncio.get_running_loop()
    except RuntimeError:  # another async library runs it
        return os.getpid(), None
