"""Running a campaign: claim, post, record, again and again."""

import logging
import threading
import time
import uuid
from contextlib import suppress

import laaffic
from laaffic_campaigns._errors import LedgerUnavailableError
from laaffic_campaigns._kept.chunks import Outcomes, unpack_payload
from laaffic_campaigns._kept.database import Database
from laaffic_campaigns._protocol.states import NOT_SENT, UNKNOWN
from laaffic_campaigns._protocol.steps import Claimed, Settled, claim, finish, pause_for, record, release, start, sweep
from laaffic_campaigns._protocol.verdicts import Verdict, verdict_of

_logger = logging.getLogger("laaffic.campaigns")

FENCE = 60.0  # seconds: a claim that is older is not posted
_MAX_CONCURRENCY = 100
_PATIENCE = 600.0  # seconds for which an outcome is kept while the database cannot be written
_MAX_WAIT = 5.0
_FIRST_WAIT, _WAITS = 0.5, 6  # seconds after "too many requests", doubled each time; and how often in a row
_REFUSED_IN_A_ROW = 3


class Runner:
    """Posts what is ready in a campaign, with so many requests in flight.

    Args:
        database: of the ledger.
        client: what posts.
        campaign: which one.
        key: what its order ids begin with.
        concurrency: how many requests may be in flight at once.

    Raises:
        laaffic.ConfigurationError: an argument is not valid.
    """

    def __init__(
        self, database: Database, client: laaffic.Client, campaign: int, key: str, *, concurrency: int
    ) -> None:
        if not isinstance(client, laaffic.Client):
            raise laaffic.ConfigurationError(f"client must be a laaffic.Client, got {type(client).__name__}")
        if type(concurrency) is not int or not 1 <= concurrency <= _MAX_CONCURRENCY:
            raise laaffic.ConfigurationError(f"concurrency must be a whole number from 1 to {_MAX_CONCURRENCY}")
        self._database = database
        self._client = client
        self._campaign = campaign
        self._key = key
        self._concurrency = concurrency
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._waits = self._refusals = 0

    def run(self) -> None:
        """Return when the campaign is done, cancelled or paused.

        Raises:
            LedgerBusyError: somebody else runs this ledger.
            LedgerUnavailableError: the database failed.
        """
        with self._database.locked_for("run", "running a campaign"):
            with self._database.write() as connection:
                lost = sweep(connection)
                if not start(connection, self._campaign, time.time()):
                    return
            if lost:
                _logger.warning("%d requests were in flight when a process ended: their recipients are unknown", lost)
            while not self._stop.is_set():
                self._work_together()
                with self._database.write() as connection:
                    if finish(connection, self._campaign, time.time()):
                        break
        if isinstance(self._failure, laaffic.LaafficError):
            self._failure.sent = laaffic.Sent("unknown")  # earlier requests were posted, or may have been
        if self._failure is not None:
            raise self._failure

    def _work_together(self) -> None:
        # Requests are in threads, so that Ctrl-C, which comes to the main one, breaks none off. They are not waited for
        # by join(): once that is interrupted, Python takes a thread for ended.
        working: list[threading.Lock] = []
        try:
            for _ in range(self._concurrency):
                done = threading.Lock()
                done.acquire()
                threading.Thread(target=self._work, args=(done,), name="laaffic-campaign").start()
                working.append(done)
            _wait_for(working)
        except BaseException as error:
            self._stop.set()
            _wait_for(working)
            self._pause(f"interrupted ({type(error).__name__}); run it again, and it goes on")
            raise
        if self._failure is not None and not isinstance(self._failure, LedgerUnavailableError):
            self._pause(f"it broke off ({type(self._failure).__name__}); run it again, and it goes on")

    def _pause(self, why: str) -> None:
        with self._database.write() as connection:
            pause_for(connection, self._campaign, why, time.time())

    def _work(self, done: threading.Lock) -> None:
        try:
            while not self._stop.is_set() and (mine := self._claim()) is not None:
                self._deliver(*mine)
        except BaseException as error:  # noqa: BLE001  # raised by run(), which waits for this thread
            self._failure = self._failure or error
            self._stop.set()
        finally:
            done.release()

    def _claim(self) -> tuple[Claimed, float] | None:
        began, token = _elapsed(), uuid.uuid4().hex
        try:
            with self._database.write() as connection:
                mine = claim(connection, self._campaign, token, time.time())
        except LedgerUnavailableError:  # a commit in doubt: nothing is posted for it, so it may be taken back
            with suppress(LedgerUnavailableError), self._database.write() as connection:
                release(connection, token)
            raise
        return None if mine is None else (mine, began)

    def _deliver(self, mine: Claimed, began: float) -> None:
        payload = unpack_payload(mine.payload)
        order_ids = payload.wire_order_ids(self._key, mine.sequence)
        if _elapsed() - began > FENCE:  # this machine slept, perhaps
            self._settle(mine, None, Verdict(release=True))
            return
        posted_at = time.time()
        error: laaffic.LaafficError | None = None
        try:
            result = self._client.send_batch(payload.messages(order_ids), fresh_connection=True)
        except laaffic.LaafficError as raised:
            error, result = raised, raised.result
        verdict = self._in_a_row(verdict_of(error))
        reason = None if error is None else result.reason or str(error)
        told = _told(result, mine.size, error)
        self._settle(mine, Settled(told, result.status, reason, posted_at), verdict)
        if verdict.slow:
            self._stop.wait(_FIRST_WAIT * 2 ** (self._waits // self._concurrency))

    def _in_a_row(self, verdict: Verdict) -> Verdict:
        """Count what may pass, and pause when it does not."""
        self._waits = self._waits + 1 if verdict.slow else 0
        self._refusals = self._refusals + 1 if verdict.refused else 0
        if self._waits >= _WAITS * self._concurrency:
            why = "The gateway takes no more requests for now. Run it again later."
            return Verdict(release=verdict.release, why=why)
        if self._refusals >= _REFUSED_IN_A_ROW:
            why = f"{self._refusals} requests in a row were refused. Look at the reasons of those who are rejected."
            return Verdict(why=why)
        return verdict

    def _settle(self, mine: Claimed, settled: Settled | None, verdict: Verdict) -> None:
        """Write down what became of a chunk, and try again while the database fails: nobody else knows it.

        Raises:
            LedgerUnavailableError: it has failed for too long. The chunk will be unknown.
        """
        began, wait = _elapsed(), 0.1
        while True:
            try:
                with self._database.write() as connection:
                    released = verdict.release and release(connection, mine.token)
                    if not released and settled is not None:
                        record(connection, self._campaign, mine, settled, time.time())
                    if verdict.why is not None:
                        pause_for(connection, self._campaign, verdict.why, time.time())
            except LedgerUnavailableError as error:
                if _elapsed() - began > _PATIENCE:
                    raise
                _logger.warning("an outcome cannot be written yet; trying again: %s", error)
            else:
                return
            time.sleep(wait)
            wait = min(2 * wait, _MAX_WAIT)


def _wait_for(working: list[threading.Lock]) -> None:
    for done in working:
        with done:
            pass


def _told(result: laaffic.BatchResult, size: int, error: laaffic.LaafficError | None) -> Outcomes:
    recipients = result.recipients
    if len(recipients) != size:  # raised before there was a batch; else nobody could say who is who
        state = NOT_SENT if error is not None and error.nothing_was_sent else UNKNOWN
        return Outcomes([state] * size, [None] * size, [None] * size)
    return Outcomes(
        [recipient.state.value for recipient in recipients],
        [recipient.msg_id for recipient in recipients],
        [recipient.reason for recipient in recipients],
    )


def _elapsed() -> float:
    """Return seconds by a clock that also counts while this machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))  # macOS counts it in the latter
