"""Several requests at once for the client that does not block: each is posted in a task.

Messages are read in a task, too, so that an answer need not wait for the next message. What may be posted when, and
which result is handed over when, `Window` decides.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from typing import Any

from laaffic._batch.batch import Batch
from laaffic._bulk.in_flight import Window
from laaffic._model.errors import ConfigurationError
from laaffic._model.results import BatchResult


async def in_tasks(
    send: Callable[[Batch], Coroutine[Any, Any, BatchResult]], batches: AsyncIterator[Batch], window: Window
) -> AsyncGenerator[BatchResult]:
    """Post each batch in a task. When this is cancelled they are, too, as a single send would be."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        raise ConfigurationError("concurrency needs asyncio; under another async library leave it at 1") from None
    posts = _Tasks(send, batches, window)
    try:
        while await posts.went_on():
            for result in window.ready():
                yield result
    except GeneratorExit:
        raise
    except BaseException as error:
        posts.cancel()
        error.add_note(window.note)
        raise
    finally:
        window.ended = True  # what is still being read is not posted any more
        try:
            await posts.finish()
        except BaseException as error:  # cancelled once more, while it waited
            error.add_note(window.note)
            raise
        finally:
            posts.take_finished()
            window.left()
    if window.failure is not None:
        raise window.failure


class _Tasks:
    def __init__(
        self, send: Callable[[Batch], Coroutine[Any, Any, BatchResult]], batches: AsyncIterator[Batch], window: Window
    ) -> None:
        self._send = send
        self._batches = batches
        self._window = window
        self._changed = asyncio.Event()
        self._wanted = asyncio.Event()
        self._read: Batch | None = None
        self._failure: BaseException | None = None
        self._stopping = False
        self._reader = asyncio.create_task(self._read_batches())
        self._reader.add_done_callback(self._read_over)
        self._posts: dict[asyncio.Task[BatchResult], int] = {}

    async def went_on(self) -> bool:
        if self._window.may_post:
            self._wanted.set()
        if self._reader.done() and not self._posts:
            return False
        await self._changed.wait()
        self._changed.clear()
        self.take_finished()
        if self._window.ended:
            await self._stop_reading()
        return True

    def take_finished(self) -> None:
        for post in [post for post in self._posts if post.done()]:
            error = asyncio.CancelledError() if post.cancelled() else post.exception()
            self._window.answered(self._posts[post], error or post.result())
            del self._posts[post]
        if self._read is not None:
            batch, self._read = self._read, None
            place = self._window.posts(batch)
            if place is not None:
                post = asyncio.create_task(self._send(batch))
                post.add_done_callback(lambda _: self._changed.set())
                self._posts[post] = place
        if self._failure is not None:
            self._window.failed(self._failure)

    def cancel(self) -> None:
        for post in self._posts:
            post.cancel()

    async def finish(self) -> None:
        """Wait for all that is under way."""
        await self._stop_reading()
        while self._posts:
            await asyncio.wait(self._posts)
            self.take_finished()

    async def _read_batches(self) -> None:
        """Read in one task from first to last: what the caller's iterable holds open may belong to a task."""
        await self._wanted.wait()
        async for batch in self._batches:
            self._read = batch
            self._changed.set()
            if self._stopping:  # and the caller's iterable went on all the same
                return
            self._wanted.clear()
            await self._wanted.wait()

    def _read_over(self, reader: asyncio.Task[None]) -> None:
        self._changed.set()
        if not reader.cancelled():
            self._failure = reader.exception()
        elif not self._stopping:  # something that the caller's iterable waited for was cancelled
            self._failure = asyncio.CancelledError()

    async def _stop_reading(self) -> None:
        self._stopping = True
        while not self._reader.done():
            self._reader.cancel()  # once more each second, because what is waited for can swallow it
            await asyncio.wait([self._reader], timeout=1)
        self.take_finished()
