"""Several requests at once for the asynchronous client: each is posted in a task.

Messages are read in a task too, so that no response waits for the next message. `InFlight` decides what may be posted
when, and which result is handed over when.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from typing import Any

from laaffic._batch.batch import Batch
from laaffic._bulk.in_flight import InFlight, Job
from laaffic._model.errors import ConfigurationError
from laaffic._model.results import BatchResult


async def in_tasks(
    send: Callable[[Batch], Coroutine[Any, Any, BatchResult]], batches: AsyncIterator[Batch], flight: InFlight
) -> AsyncGenerator[BatchResult]:
    """Post each batch in a task. Cancelling this cancels them too, as it would a single send."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        raise ConfigurationError("concurrency needs asyncio; under another async library leave it at 1") from None
    tasks = _Tasks(send, batches, flight)
    try:
        while await tasks.advance():
            for result in flight.ready():
                yield result
        for result in flight.last():
            yield result
    except GeneratorExit:
        raise
    except BaseException as error:
        tasks.cancel()
        error.add_note(flight.note)
        raise
    finally:
        flight.close()  # what is still being read is not posted any more
        try:
            await tasks.finish()
        except BaseException as error:  # cancelled or interrupted again
            error.add_note(flight.note)
            tasks.take_finished()
            raise
        finally:
            flight.left()
    flight.raise_failure()


class _Tasks:
    def __init__(
        self, send: Callable[[Batch], Coroutine[Any, Any, BatchResult]], batches: AsyncIterator[Batch], flight: InFlight
    ) -> None:
        self._send = send
        self._batches = batches
        self._flight = flight
        self._changed = asyncio.Event()
        self._wanted = asyncio.Event()
        self._read: Batch | None = None
        self._failure: BaseException | None = None
        self._stopping = False
        self._reader = asyncio.create_task(self._read_batches())
        self._reader.add_done_callback(self._reading_ended)
        self._posts: dict[asyncio.Task[BatchResult], tuple[Job, Batch]] = {}

    async def advance(self) -> bool:
        """Wait for a response, or for one more batch to post; return whether there may be more of either."""
        if self._flight.may_post and self._read is None:
            self._wanted.set()
        if self._reader.done() and not self._posts:
            return False
        await self._changed.wait()
        self._changed.clear()
        self.take_finished()
        if self._flight.ended:
            await self._stop_reading()
        return True

    def take_finished(self) -> None:
        """Note every response that has come, and post what was read meanwhile."""
        for post in [post for post in self._posts if post.done()]:
            job, part = self._posts[post]
            error = asyncio.CancelledError() if post.cancelled() else post.exception()
            if self._flight.responded(job, part, error or post.result()):
                self._post_next(job)
            else:
                self._flight.finished(job)
            del self._posts[post]
        if self._read is not None:
            batch, self._read = self._read, None
            self._post_next(self._flight.start(batch))
        if self._failure is not None:
            self._flight.failed(self._failure)

    def cancel(self) -> None:
        """Cancel all that is in flight."""
        for post in self._posts:
            post.cancel()

    async def finish(self) -> None:
        """Wait for all that is in flight."""
        await self._stop_reading()
        while self._posts:
            await asyncio.wait(self._posts)
            self.take_finished()

    def _post_next(self, job: Job) -> None:
        part = job.posts.next()
        if part is None:
            self._flight.finished(job)
            self._changed.set()  # there is room for one more batch, and perhaps a result without a post
            return
        post = asyncio.create_task(self._send(part))
        post.add_done_callback(lambda _: self._changed.set())
        self._posts[post] = job, part

    async def _read_batches(self) -> None:
        """Read everything in one task: what the caller's iterable holds open may belong to the task that opened it."""
        await self._wanted.wait()
        async for batch in self._batches:
            self._read = batch
            self._changed.set()
            if self._stopping:  # and the caller's iterable swallowed it
                return
            self._wanted.clear()
            await self._wanted.wait()

    def _reading_ended(self, reader: asyncio.Task[None]) -> None:
        self._changed.set()
        if not reader.cancelled():
            self._failure = reader.exception()
        elif not self._stopping:  # something that the caller's iterable waited for was cancelled
            self._failure = asyncio.CancelledError()

    async def _stop_reading(self) -> None:
        self._stopping = True
        while not self._reader.done():
            self._reader.cancel()  # again each second, because what is waited for can swallow it
            await asyncio.wait([self._reader], timeout=1)
        self.take_finished()
