"""The client that does not block."""

import os
import sys
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
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


class AsyncClient(ClientBase):
    """Sends messages through the Laaffic gateway without blocking. Keep one and reuse it."""

    _transport_kind = httpx2.AsyncBaseTransport

    async def send_batch(self, messages: Iterable[Message]) -> BatchResult:
        """Send messages in exactly one request; see `Client.send_batch`. If cancelled, the outcome is unknown."""
        return raised(await self._send(one_batch(messages, self._settings.max_recipients)))

    def send_many(
        self, messages: Iterable[Message] | AsyncIterable[Message], *, concurrency: int = 1, in_order: bool = False
    ) -> AsyncGenerator[BatchResult]:
        """Send any number of messages, from a plain or an async iterable, or from `Rows`; see `Client.send_many`.

        Each of several requests at once is a task of asyncio, and messages are then read in one of their own, so that
        no result waits for the next message. Under another async library `concurrency` is 1.
        """
        from laaffic._bulk.send_many import many_async  # noqa: PLC0415  # few need it

        splitter = Splitter(self._settings.max_recipients)
        return many_async(self._send, messages, splitter, concurrency=concurrency, in_order=in_order)

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
        from laaffic._sending import send_async  # noqa: PLC0415  # see there

        return await send_async(self._connected(batch, _process_and_loop()), batch, self._settings)

    def _open(self) -> "ApiClient":
        from laaffic._sending import connect_async  # noqa: PLC0415  # see there

        return connect_async(self._settings, self._signer, self._transport)


def _process_and_loop() -> object:
    try:
        # Where asyncio is not imported, no loop of its own can be running, and it need not be imported to say so.
        return os.getpid(), (asyncio := sys.modules.get("asyncio")) and asyncio.get_running_loop()
    except RuntimeError:  # another async library runs this
        return os.getpid(), None
