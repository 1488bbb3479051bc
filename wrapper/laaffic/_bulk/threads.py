"""Several requests at once for the client that blocks: each is posted in a thread of its own.

Messages are read and results handed over in the caller's thread; what may be posted when, `Window` decides. The threads
are no daemons: when the program ends, what is under way still gets its answer. None of them waits for more to do, so
that none can keep the program from ending.
"""

import os
import threading
from collections.abc import Callable, Generator, Iterator
from queue import SimpleQueue

from laaffic._batch.batch import Batch, all_in
from laaffic._bulk.in_flight import Window
from laaffic._model.errors import NotSentError
from laaffic._model.results import BatchResult, State


def in_threads(
    send: Callable[[Batch], BatchResult], batches: Iterator[Batch], window: Window
) -> Generator[BatchResult]:
    """Post each batch in a thread."""
    posts, process = _Threads(send, window), os.getpid()
    try:
        while posts.went_on(batches):
            yield from window.ready()
    except BaseException as error:
        error.add_note(window.note)
        raise
    finally:
        if os.getpid() == process:  # in a fork, the threads are another's
            posts.finish()
            window.left()
    if window.failure is not None:
        raise window.failure


class _Threads:
    def __init__(self, send: Callable[[Batch], BatchResult], window: Window) -> None:
        self._send = send
        self._window = window
        self._finished: SimpleQueue[_Post] = SimpleQueue()
        self._posts: set[_Post] = set()

    def went_on(self, batches: Iterator[Batch]) -> bool:
        if self._window.may_post and (batch := self._next(batches)) is not None:
            self._take_finished()
            place = self._window.posts(batch)
            if place is not None:
                self._post(place, batch)
        elif self._window.is_waiting:
            self._take(self._finished.get())
        else:
            return False
        self._take_finished()
        return True

    def finish(self) -> None:
        """Wait for all that is under way. Not by counting: an interruption may have come between any two steps."""
        for post in list(self._posts):
            if post.ident is not None:  # it was started
                post.join()
            self._take(post)

    def _next(self, batches: Iterator[Batch]) -> Batch | None:
        try:
            return next(batches, None)
        except Exception as error:  # noqa: BLE001  # the caller's own; raised when all under way is handed over
            self._window.failed(error)
            return None

    def _post(self, place: int, batch: Batch) -> None:
        post = _Post(self._send, place, batch, self._finished)
        self._posts.add(post)
        try:
            post.start()
        except RuntimeError as error:
            self._posts.discard(post)
            result = all_in(State.NOT_SENT, batch)
            self._window.answered(place, NotSentError(f"No thread could be started: {error}", result=result))

    def _take_finished(self) -> None:
        while not self._finished.empty():
            self._take(self._finished.get())

    def _take(self, post: "_Post") -> None:
        if post.outcome is not None:
            self._window.answered(post.place, post.outcome)
        self._posts.discard(post)


class _Post(threading.Thread):
    """The posting of one batch."""

    def __init__(
        self, send: Callable[[Batch], BatchResult], place: int, batch: Batch, finished: "SimpleQueue[_Post]"
    ) -> None:
        super().__init__(name="laaffic-send-many", daemon=False)
        self.place = place
        self.outcome: BatchResult | BaseException | None = None
        self._send = send
        self._batch = batch
        self._finished = finished

    def run(self) -> None:
        """Post it."""
        try:
            self.outcome = self._send(self._batch)
        except BaseException as error:  # noqa: BLE001  # raised where the results are read
            self.outcome = error
        self._finished.put(self)
