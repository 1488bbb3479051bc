"""Several requests at once for the blocking client: each batch is posted in a thread of its own.

Messages are read and results handed over in the caller's thread; `InFlight` decides what may be posted when. When the
program ends, what is in flight still gets its response. None of the threads waits for more work, so none can keep the
program from ending. They are daemons all the same: one whose start was interrupted may wait for ever, within Python's
own `threading`, and the program must not wait for it.
"""

import atexit
import os
import threading
from collections.abc import Callable, Generator, Iterator
from contextvars import copy_context
from queue import SimpleQueue

from laaffic._batch.batch import Batch, all_in
from laaffic._bulk.in_flight import InFlight, Job
from laaffic._http.interruptions import interruption_in
from laaffic._model.errors import NotSentError
from laaffic._model.recipients import State
from laaffic._model.results import BatchResult


def in_threads(
    send: Callable[[Batch], BatchResult], batches: Iterator[Batch], flight: InFlight
) -> Generator[BatchResult]:
    """Post each batch in a thread."""
    threads, process = _Threads(send, flight), os.getpid()
    try:
        while threads.advance(batches):
            yield from flight.ready()
        yield from flight.last()
    except BaseException as error:
        error.add_note(flight.note)
        raise
    finally:
        if os.getpid() == process:  # in a fork, the threads are the parent's
            flight.close()  # before anything else: whatever is taken from here on posts nothing more
            try:
                threads.finish()
            except BaseException as error:  # interrupted again
                error.add_note(flight.note)
                threads.take_finished()
                raise
            finally:
                flight.left()
    flight.raise_failure()


class _Threads:
    def __init__(self, send: Callable[[Batch], BatchResult], flight: InFlight) -> None:
        self._send = send
        self._flight = flight
        self._finished: SimpleQueue[_Post] = SimpleQueue()
        self._posts: set[_Post] = set()

    def advance(self, batches: Iterator[Batch]) -> bool:
        """Post one more batch, or wait for a response; return whether there may be more of either."""
        if self._flight.may_post and (batch := self._flight.read(batches)) is not None:
            self.take_finished()
            self._post_next(self._flight.start(batch))
        elif self._flight.is_waiting:
            self._take(self._finished.get())
        else:
            return False
        self.take_finished()
        return True

    def finish(self) -> None:
        """Wait for all that is in flight. Nothing is counted: an interruption may have come between any two steps."""
        for post in list(self._posts):
            if post.withdraw():
                post.outcome = NotSentError("It was interrupted", result=all_in(State.NOT_SENT, post.part))
            else:
                post.wait()
            self._take(post)

    def _post_next(self, job: Job) -> None:
        part = job.posts.next()
        if part is None:
            self._flight.finished(job)
            return
        post = _Post(self._send, job, part, self._finished)
        self._posts.add(post)
        try:
            post.start()
        except Exception as error:
            interruption = interruption_in(error)
            if interruption is not None and interruption is not error:  # it hit a lock of `start`
                raise interruption from None
            if interruption is not None or not isinstance(error, RuntimeError) or not post.withdraw():
                raise
            self._posts.discard(post)
            result = all_in(State.NOT_SENT, part)
            self._flight.responded(job, part, NotSentError("No thread could be started", result=result))
            self._flight.finished(job)

    def take_finished(self) -> None:
        """Note every response that has come."""
        while not self._finished.empty():
            self._take(self._finished.get())

    def _take(self, post: "_Post") -> None:
        if post in self._posts and post.outcome is not None:
            if self._flight.responded(post.job, post.part, post.outcome):
                self._post_next(post.job)
            else:
                self._flight.finished(post.job)
        self._posts.discard(post)


_STARTED: "set[_Post]" = set()  # and not finished
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_STARTED.clear)  # they are the parent's


@atexit.register
def _finish_all() -> None:
    for post in list(_STARTED):
        if not post.withdraw():
            post.wait()


class _Post(threading.Thread):
    """The posting of one request."""

    def __init__(
        self, send: Callable[[Batch], BatchResult], job: Job, part: Batch, finished: "SimpleQueue[_Post]"
    ) -> None:
        super().__init__(name="laaffic-send-many", daemon=True)
        self.job = job
        self.outcome: BatchResult | BaseException | None = None
        self._send = send
        self._context = copy_context()  # what is logged meanwhile belongs to the caller's trace
        self.part = part
        self._finished = finished
        self._leave = [True]  # to post: whoever takes it out decides, and `pop` cannot be interrupted
        self._done = threading.Lock()
        self._done.acquire()
        _STARTED.add(self)

    def withdraw(self) -> bool:
        """Keep it from being posted; return whether that was still possible."""
        try:
            self._leave.pop()
        except IndexError:
            return False
        _STARTED.discard(self)
        return True

    def wait(self) -> None:
        """Wait until it is finished; only for one that could not be withdrawn."""
        with self._done:
            return

    def run(self) -> None:
        """Post it."""
        try:
            self._leave.pop()
        except IndexError:
            return
        try:
            self.outcome = self._context.run(self._send, self.part)
        except BaseException as error:  # raised where the results are read
            self.outcome = error
        finally:
            self._finished.put(self)
            _STARTED.discard(self)
            self._done.release()
