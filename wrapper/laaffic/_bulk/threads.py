"""Several requests at once for the blocking client: each batch is posted in a thread of its own.

Messages are read and results handed over in the caller's thread; `InFlight` decides what may be posted when. The
threads are not daemons: when the program ends, what is in flight still gets its response. None of them waits for more
work, so none can keep the program from ending.
"""

import _thread
import os
import threading
from collections.abc import Callable, Generator, Iterator
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
            except BaseException as error:  # interrupted again while it waited
                error.add_note(flight.note)
                raise
            finally:
                threads.take_finished()
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
            elif post.outcome is None:
                post.join()
            self._take(post)

    def _post_next(self, job: Job) -> None:
        part = job.posts.next()
        if part is None:
            self._flight.finished(job)
            return
        post = _Post(self._send, job, part, self._finished)
        self._posts.add(post)
        try:
            post.begin()
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


class _Post(threading.Thread):
    """The posting of one request."""

    def __init__(
        self, send: Callable[[Batch], BatchResult], job: Job, part: Batch, finished: "SimpleQueue[_Post]"
    ) -> None:
        super().__init__(name="laaffic-send-many", daemon=False)
        self.job = job
        self.outcome: BatchResult | BaseException | None = None
        self._send = send
        self.part = part
        self._finished = finished
        self._failure: BaseException | None = None
        self._leave = [True]  # to post: whoever takes it out decides, and `pop` cannot be interrupted

    def begin(self) -> None:
        """Start it, from a thread that no signal interrupts: an interrupted `start` keeps the new one waiting for ever.

        Raises:
            RuntimeError: there can be no more threads.
        """
        starting = threading.Lock()
        starting.acquire()
        _thread.start_new_thread(self._start, (starting,))
        starting.acquire()
        if self._failure is not None:
            raise self._failure

    def withdraw(self) -> bool:
        """Keep it from being posted; return whether that was still possible."""
        try:
            return self._leave.pop()
        except IndexError:
            return False

    def run(self) -> None:
        """Post it."""
        if not self.withdraw():
            return
        try:
            self.outcome = self._send(self.part)
        except BaseException as error:  # raised where the results are read
            self.outcome = error
        self._finished.put(self)

    def _start(self, starting: threading.Lock) -> None:
        try:
            self.start()
        except BaseException as error:  # raised in `begin`
            self._failure = error
        starting.release()
