"""The asynchronous client."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from functools import partial
from types import TracebackType
from typing import Literal, Self

from laaffic._async_queries import AsyncQueries
from laaffic._async_queries import owner as current_owner
from laaffic._base import accepted, logged, not_posted, one_timeout, raised, with_note
from laaffic._batch.batch import Batch
from laaffic._batch.splitter import one_batch, one_message
from laaffic._bulk.send_many_async import one_by_one_async
from laaffic._bulk.tasks import in_tasks
from laaffic._http.call_async import close_async
from laaffic._http.channel import Channel
from laaffic._http.transport import open_async
from laaffic._model.errors import ConfigurationError
from laaffic._model.messages import Message
from laaffic._model.recipients import Recipient
from laaffic._model.results import BatchResult
from laaffic._operations.send_batch import send_batch
from laaffic._settings import Timeout, Timeouts


class AsyncClient(AsyncQueries):
    """Sends messages through the Laaffic gateway without blocking. Keep one and reuse it."""

    __module__ = "laaffic"

    _sync = False

    async def send(
        self,
        number: str,
        content: str,
        *,
        sender_id: str | None = None,
        order_id: str | None = None,
        timeout: Timeout | None = None,
    ) -> Recipient:
        """Send one message to one recipient, and return only when it was accepted; see `Client.send`.

        If cancelled, the outcome is unknown.
        """
        batch = one_message(number, content, sender_id, order_id, self._ids)
        return accepted(await self._send(batch, one_timeout(timeout)))

    async def send_batch(
        self,
        messages: Iterable[Message],
        *,
        fresh_connection: bool = False,
        timeout: Timeout | None = None,
    ) -> BatchResult:
        """Send messages in exactly one request; see `Client.send_batch`. If cancelled, the outcome is unknown."""
        batch = one_batch(messages, self._settings.max_recipients, self._ids)
        return raised(await self._send(batch, one_timeout(timeout), fresh=fresh_connection))

    def send_many(
        self,
        messages: Iterable[Message] | AsyncIterable[Message],
        *,
        concurrency: int = 1,
        in_order: bool = False,
        on_invalid: Literal["raise", "report"] = "raise",
        split_refused: bool = False,
        timeout: Timeout | None = None,
    ) -> AsyncGenerator[BatchResult]:
        """Send any number of messages, from a plain or an async iterable, or from `Rows`; see `Client.send_many`.

        With more than one request in flight, each is an asyncio task, and messages are read in another task, so that no
        result waits for the next message. Under any other async library `concurrency` must be 1.
        """
        flight, splitter = self._many(concurrency, in_order, on_invalid, split_refused)
        send = partial(self._send, timeout=one_timeout(timeout), fresh=split_refused)
        way = one_by_one_async if concurrency == 1 else in_tasks
        return way(send, splitter.split_async(messages), flight)

    async def close(self) -> None:
        """Close the connections, each once its response has come. The client cannot be used again."""
        self._closed = True
        for (owner, *_), channel in list(self._channels.items()):  # another thread may be opening one
            if owner == current_owner():
                await close_async(channel)

    aclose = close  # the name that contextlib.aclosing() calls

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _send(
        self,
        batch: Batch,
        timeout: Timeouts | None = None,
        *,
        fresh: bool = False,
    ) -> BatchResult:
        operation = send_batch(batch, self._settings.app_id, timeout)
        try:
            return logged(await self._run(operation, fresh=fresh))
        except ConfigurationError as error:
            raise not_posted(error, batch)  # noqa: B904  # the same error, which now has the recipients
        except BaseException as error:
            with_note(error)
            raise

    def _open(self, *, fresh: bool) -> Channel:
        return open_async(self._settings, self._signer, self._transport, fresh=fresh)
