"""Several requests at once for the client that blocks: each is posted in a thread.

Messages are read and results handed over in the caller's thread; what may be posted when, `Window` decides.
"""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue

from laaffic._batch import Batch
from laaffic._result import BatchResult
from laaffic._window import INTERRUPTED, Window


def in_threads(
    send: Callable[[Batch], BatchResult], batches: Iterator[Batch], window: Window, concurrency: int
) -> Generator[BatchResult]:
    """Post each batch in one of `concurrency` threads."""
    with ThreadPoolExecutor(concurrency, "laaffic") as threads:
        posts = _Threads(send, window, threads)
        try:
            while posts.went_on(batches):
                yield from window.ready()
        except BaseException as error:
            error.add_note(INTERRUPTED % window.under_way)
            raise
        finally:
            while window.under_way:
                window.answered(*posts.finished.get())
            window.left()
    if window.failure is not None:
        raise window.failure


class _Threads:
    def __init__(self, send: Callable[[Batch], BatchResult], window: Window, threads: ThreadPoolExecutor) -> None:
        self.finished: SimpleQueue[tuple[int, BatchResult | BaseException]] = SimpleQueue()
        self._send = send
        self._window = window
        self._threads = threads

    def went_on(self, batches: Iterator[Batch]) -> bool:
        if self._window.may_post and (batch := self._next(batches)) is not None:
            post = self._threads.submit(self._send, batch)
            post.add_done_callback(partial(self._done, self._window.posted()))
        elif self._window.under_way:
            self._window.answered(*self.finished.get())
        else:
            return False
        while not self.finished.empty():
            self._window.answered(*self.finished.get())
        return True

    def _next(self, batches: Iterator[Batch]) -> Batch | None:
        try:
            return next(batches, None)
        except Exception as error:  # noqa: BLE001  # the caller's own; raised when all under way is handed over
            self._window.failed(error)
            return None

    def _done(self, place: int, post: "Future[BatchResult]") -> None:
        self.finished.put((place, post.exception() or post.result()))
