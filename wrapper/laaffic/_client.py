"""The client that blocks."""

import os
from collections.abc import Generator, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpx2

from laaffic._base import ClientBase, raised
from laaffic._batch.batch import Batch
from laaffic._batch.splitter import Splitter, one_batch
from laaffic._model.messages import Message
from laaffic._model.results import BatchResult

if TYPE_CHECKING:
    from laaffic_api import Client as ApiClient


class Client(ClientBase):
    """Sends messages through the Laaffic gateway. Thread-safe; keep one and reuse it."""

    _transport_kind = httpx2.BaseTransport

    def send_batch(self, messages: Iterable[Message]) -> BatchResult:
        """Send messages in exactly one request.

        Args:
            messages: at least one `Message`, or `Rows`, with at most `max_recipients` receivers together.

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
        return raised(self._send(one_batch(messages, self._settings.max_recipients)))

    def send_many(
        self, messages: Iterable[Message], *, concurrency: int = 1, in_order: bool = False
    ) -> Generator[BatchResult]:
        """Send any number of messages in as many requests as it takes.

        Args:
            messages: `Message`s or `Rows`, read as they are needed, so it may be endless. A message whose receivers do
                not fit into one request is cut. If reading it raises, that passes through, and what was read and not
                yet posted is not sent.
            concurrency: how many requests may be under way at once, 1 to 100; by default one after the other. Each
                takes a connection, and a thread of its own; the memory needed grows with it, not with `messages`.
            in_order: whether results come in the order of `messages`; by default in the order in which the answers
                come. Either way `message_index` says which message a receiver belongs to.

        Yields:
            One result for each request; with `concurrency=1` before the next is posted. Its `error` says what went
            wrong; it is not raised. After an error that every further request would meet too (credentials, IP, clock,
            balance, address, no connection) nothing more is posted: the results of what is under way still come, and
            what it has not read stays with you; what it had read and not posted stands in the last result as
            `not_sent`. After a lost answer it goes on: stop reading if you would rather not. With more than one request
            under way, rather end `messages` and read on to the end: of requests whose result nobody reads, the log has
            the places of their messages and the counts. While this client waits for the next message, results wait too.

        Raises:
            InvalidMessageError: something in `messages` is not a `Message`; `.result` holds what was read and not sent.
            ConfigurationError: `concurrency` is no such number, or the client is closed; with several requests at once,
                the results say so instead.
        """
        from laaffic._bulk.send_many import many  # noqa: PLC0415  # few need it

        splitter = Splitter(self._settings.max_recipients)
        return many(self._send, messages, splitter, concurrency=concurrency, in_order=in_order)

    def close(self) -> None:
        """Close the connections. The client cannot be used again."""
        self._closed = True
        if self._api is not None and self._owner == os.getpid():
            self._api.get_httpx_client().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, batch: Batch) -> BatchResult:
        from laaffic._sending import send  # noqa: PLC0415  # see there

        return send(self._connected(batch, os.getpid()), batch, self._settings)

    def _open(self) -> "ApiClient":
        from laaffic._sending import connect  # noqa: PLC0415  # see there

        return connect(self._settings, self._signer, self._transport)
