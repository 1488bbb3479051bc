"""Several requests at once for the client that does not block: each is posted in a task.

Messages are read and results handed over in the caller's task; what may be posted when, `Window` decides.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from functools import partial
from typing import Any

from laaffic._batch import Batch
from laaffic._errors import ConfigurationError
from laaffic._result import BatchResult
from laaffic._window import INTERRUPTED, Window


async def in_tasks(
    send: Callable[[Batch], Coroutine[Any, Any, BatchResult]], batches: AsyncIterator[Batch], window: Window
) -> AsyncGenerator[BatchResult]:
    """Post each batch in a task. When this is cancelled they are, too, as a single send would be."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        raise ConfigurationError("concurrency needs asyncio; under another async library leave it at 1") from None
    posts = _Tasks(send, window)
    try:
        while await posts.went_on(batches):
            for result in window.ready():
                yield result
    except GeneratorExit:
        raise
    except BaseException as error:
        posts.cancel()
        error.add_note(INTERRUPTED % window.under_way)
        raise
    finally:
        while window.under_way:
            window.answered(*await posts.finished.get())
        window.left()
    if window.failure is not None:
        raise window.failure


class _Tasks:
    def __init__(self, send: Callable[[Batch], Coroutine[Any, Any, BatchResult]], window: Window) -> None:
        self.finished: asyncio.Queue[tuple[int, BatchResult | BaseException]] = asyncio.Queue()
        self._send = send
        self._window = window
        self._posts: set[asyncio.Task[BatchResult]] = set()

    async def went_on(self, batches: AsyncIterator[Batch]) -> bool:
        if self._window.may_post and (batch := await self._next(batches)) is not None:
            post = asyncio.create_task(self._send(batch))
            self._posts.add(post)  # asyncio itself keeps none alive
            post.add_done_callback(partial(self._done, self._window.posted()))
        elif self._window.under_way:
            self._window.answered(*await self.finished.get())
        else:
            return False
        while not self.finished.empty():
            self._window.answered(*self.finished.get_nowait())
        return True

    def cancel(self) -> None:
        for post in self._posts:
            post.cancel()

    async def _next(self, batches: AsyncIterator[Batch]) -> Batch | None:
        try:
            return await anext(batches, None)
        except Exception as error:  # noqa: BLE001  # the caller's own; raised when all under way is handed over
            self._window.failed(error)
            return None

    def _done(self, place: int, post: "asyncio.Task[BatchResult]") -> None:
        self._posts.discard(post)
        error = asyncio.CancelledError() if post.cancelled() else post.exception()
        self.finished.put_nowait((place, error or post.result()))
