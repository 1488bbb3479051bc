"""Running a campaign with a client that blocks: each request in flight has a thread."""

import threading
import time
from contextvars import copy_context
from functools import partial
from typing import Protocol

import laaffic
from laaffic_campaigns._errors import LedgerUnavailableError
from laaffic_campaigns._running.desk import GLANCE, Desk, Slot
from laaffic_campaigns._running.posting import Post, Posted, lost, posted

_SOON = 0.05  # seconds


class Stop(Protocol):
    """What can say that it is time to end, such as a `threading.Event`."""

    def is_set(self) -> bool:
        """Return whether it is."""


class Runner:
    """Posts what is ready in a campaign.

    Requests are in threads, so that Ctrl-C, which comes to the main one, breaks none off.

    Args:
        desk: gives out what is to be posted.
        client: what posts.
        stop: once it is set, requests in flight end, and no more is posted.

    Raises:
        laaffic.ConfigurationError: an argument is not valid.
    """

    def __init__(self, desk: Desk, client: laaffic.Client, stop: Stop | None = None) -> None:
        if not isinstance(client, laaffic.Client):
            raise laaffic.ConfigurationError(f"client must be a laaffic.Client, got {type(client).__name__}")
        self._desk = desk
        self._client = client
        self._stop = stop
        self._working: dict[int, threading.Thread] = {}
        self._changed = threading.Event()
        self._failure: BaseException | None = None
        self._by_hand = True

    def run(self, *, by_hand: bool = True) -> None:
        """Return when the campaign is done, cancelled or paused, or when it is stopped.

        Raises:
            LedgerBusyError: somebody else runs this ledger.
            LedgerUnavailableError: the database failed.
        """
        self._by_hand = by_hand
        with self._desk.opened():
            if not self._desk.begin(by_hand=by_hand):
                return
            while True:
                self._work_together()
                if self._failure is not None or self._desk.finished():
                    break
                self._desk.wait(_SOON)  # others are about to claim what is left
        if isinstance(self._failure, laaffic.LaafficError):
            self._failure.sent = laaffic.Sent("unknown")  # earlier requests were posted, or may have been
        if self._failure is not None:
            raise self._failure

    def _work_together(self) -> None:
        """Keep as many threads as are wanted, until there is nothing more to do for any."""
        interrupted: BaseException | None = None
        self._desk.over = False
        while True:
            try:
                self._desk.look()
                self._heed_stop()
                if not self._all_there():
                    break
                self._changed.wait(GLANCE)
                self._changed.clear()
            except BaseException as error:
                self._desk.stop()
                if interrupted is not None:  # what is in flight is left alone
                    raise
                interrupted = error
        if interrupted is not None:
            self._desk.pause("interrupted; run it again, and it goes on")
            raise interrupted
        if self._by_hand and self._stop is not None and self._stop.is_set():
            self._desk.pause("stopped; run it again, and it goes on")
        if self._failure is not None and not isinstance(self._failure, LedgerUnavailableError):
            self._desk.pause(f"it broke off ({type(self._failure).__name__}); run it again, and it goes on")

    def _heed_stop(self) -> None:
        if self._stop is not None and self._stop.is_set():
            self._desk.stop()

    def _all_there(self) -> bool:
        """Start the threads that are missing; return whether there is any."""
        for index, there in list(self._working.items()):
            if not there.is_alive():
                self._working.pop(index, None)
        for index in range(self._desk.wanted):
            if index not in self._working and not self._desk.over:
                # A daemon, so that a second Ctrl-C ends the program. What was in flight is unknown then.
                work = partial(copy_context().run, self._work, index)  # what it logs belongs to the caller's trace
                thread = threading.Thread(target=work, name="laaffic-campaign", daemon=True)
                self._working[index] = thread  # before it starts: an interruption must not lose sight of it
                thread.start()
        return bool(self._working)

    def _work(self, index: int) -> None:
        slot, done = Slot(index), None
        try:
            while (step := self._desk.next(slot, done)) is not None:
                done = None
                if isinstance(step, Post):
                    done = self._post(step)
                    self._heed_stop()
                else:
                    self._desk.wait(step)
        except BaseException as error:  # noqa: BLE001  # raised by run(), which waits for this thread
            self._failure = self._failure or error
            self._desk.stop()
        finally:
            self._working.pop(index, None)
            self._changed.set()

    def _post(self, post: Post) -> Posted:
        posted_at = time.time()
        try:
            result = self._client.send_batch(post.messages, fresh_connection=True)
        except laaffic.LaafficError as error:
            return posted(post.claimed, error.result, error, posted_at)
        except BaseException:
            self._desk.settle(lost(post.claimed, posted_at))
            raise
        return posted(post.claimed, result, None, posted_at)
