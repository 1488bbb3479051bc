"""The batches of one `send_many`: what may be posted, what is in flight, what is handed over. It never waits."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from laaffic._batch.batch import Batch, MessageBatch, in_order
from laaffic._batch.splitter import Splitter
from laaffic._bulk.posts import Posts, ends_sending, indexes
from laaffic._http.interruptions import interruption_in
from laaffic._model.errors import ConfigurationError, InvalidMessageError, OutcomeUnknownError
from laaffic._model.recipients import Recipient, State
from laaffic._model.results import BatchResult, LaafficError, with_error
from laaffic._model.sent import UNKNOWN
from laaffic._outcome.outcome import with_recipients

MAX_CONCURRENCY = 100
_logger = logging.getLogger("laaffic")


def check_concurrency(concurrency: int) -> None:
    """Check how many requests may be in flight at once.

    Raises:
        ConfigurationError: it is not a whole number from 1 to 100.
    """
    if not isinstance(concurrency, int) or isinstance(concurrency, bool) or not 1 <= concurrency <= MAX_CONCURRENCY:
        raise ConfigurationError(f"concurrency must be a whole number of requests at once, 1 to {MAX_CONCURRENCY}")


class Job:
    """One batch on its way: what is to be posted of it, and the results so far."""

    def __init__(self, place: int, batch: Batch, *, split: bool) -> None:
        self.place = place
        self.batch = batch
        self.posts = Posts(batch, split=split)
        self.invalid = batch.invalid  # handed over with the first result


class InFlight:
    """The requests of one `send_many` that are in flight, and the results that wait for their turn.

    Ctrl-C may come between any two steps. So nothing is let go of before it is noted elsewhere: at worst, something is
    in the log twice.

    Args:
        splitter: what was read and not posted is asked of it.
        concurrency: how many batches may be in flight at once.
        in_order: whether results are handed over in the order of the messages.
        split: whether a batch that is refused as a whole is posted again in parts.
    """

    def __init__(self, splitter: Splitter, concurrency: int, *, in_order: bool = False, split: bool = False) -> None:
        self.ended = False
        self.failure: BaseException | None = None
        self._splitter = splitter
        self._concurrency = concurrency
        self._in_order = in_order
        self._split = split
        self._jobs: dict[int, Job] = {}
        self._places = 0
        self._posted = False
        self._next = 0
        self._waiting: dict[int, list[BatchResult]] = {}
        self._refused = False
        self._closed = False
        self._left_over_taken = False
        self._all_read = False

    @property
    def may_post(self) -> bool:
        """Whether one more batch may be posted now; results that wait for an earlier one count too."""
        jobs = len(self._jobs)
        waiting = len(self._waiting.keys() - self._jobs.keys())
        return not self.ended and jobs < self._concurrency and jobs + waiting < 2 * self._concurrency

    @property
    def is_waiting(self) -> bool:
        """Whether any batch is in flight."""
        return bool(self._jobs)

    def read(self, batches: Iterator[Batch]) -> Batch | None:
        """Read one more batch; None at the end, or when reading failed."""
        try:
            return next(batches, None)
        except Exception as error:  # the caller's own; raised when all in flight is handed over
            if interruption_in(error) is not None:
                raise
            self.failed(error)
            return None

    def start(self, batch: Batch) -> Job:
        """Note that a batch is now in flight; none of it is posted when sending has ended or it has no recipients."""
        if self.ended:  # because of a response that came while it was read; the splitter keeps it
            return Job(-1, MessageBatch(), split=False)
        job = Job(self._places, batch, split=self._split)
        self._jobs[job.place] = job
        self._splitter.yielded = None
        self._places += 1
        if not batch.size:
            self._hand_over(job, BatchResult())
        return job

    def responded(self, job: Job, part: Batch, outcome: BatchResult | BaseException) -> bool:
        """Note what became of a post; return whether more of the batch may be posted. Calling it twice is safe."""
        if not job.posts.is_in_flight(part):
            return False
        if isinstance(outcome, BatchResult):
            self._hand_over(job, job.posts.result_of(outcome))
            job.posts.advance(outcome)
        else:
            outcome = self._broken_off(job, outcome)
            self._hand_over(job, outcome)
            job.posts.broke_off()
        if outcome.error is not None:
            outcome.error.after_posts = self._posted
        if any(recipient.state is not State.NOT_SENT for recipient in outcome.recipients):
            self._posted = True
        self._refused = self._refused or ends_sending(outcome)
        self.ended = self.ended or self._refused
        return not (self._refused or self._closed)

    def finished(self, job: Job) -> None:
        """Note that no more of a batch is posted. What is still in flight is unknown. Calling it twice is safe."""
        if job.place in self._jobs and (in_flight := job.posts.in_flight()):
            self._hand_over(job, BatchResult(tuple(in_flight), batch_id=job.posts.batch_id))
            job.posts.broke_off()
        if job.place in self._jobs and ((left := job.posts.left()) or job.invalid):
            self._hand_over(job, BatchResult(tuple(left), batch_id=job.batch.id))
        self._jobs.pop(job.place, None)

    def _broken_off(self, job: Job, error: BaseException) -> BatchResult:
        if isinstance(error, LaafficError):  # its result has the outcomes of those that were to be posted
            return with_error(replace(error.result, error=None), error)
        self.failed(error)
        what = f"Sending broke off: {type(error).__name__}"
        return with_error(
            BatchResult(tuple(job.posts.in_flight()), batch_id=job.posts.batch_id), OutcomeUnknownError(what)
        )

    def failed(self, error: BaseException) -> None:
        """Note an error that is to be raised when the results of all that is in flight have been handed over."""
        self.ended = True
        self.failure = self.failure or error

    def ready(self) -> Iterator[BatchResult]:
        """Take out the results that may be handed over now; the last one of all has what was read and not posted."""
        while (place := self._ready_place()) is not None:
            results = self._waiting[place]
            result = results[0]
            if self._refused and not self._jobs and list(self._waiting.values()) == [[result]]:
                result = with_recipients(result, self._left_over())
                self._left_over_taken = True
            del results[0]
            if not results:
                del self._waiting[place]
            yield result
            self._skip_finished()

    def last(self) -> Iterator[BatchResult]:
        """Hand over what was read, and not posted because reading failed, where no result has it."""
        if self.failure is not None and (left := self._left_over()):
            result = BatchResult(tuple(left))
            self._left_over_taken = True
            yield result
        self._all_read = True

    def raise_failure(self) -> None:
        """Raise what reading or posting failed with; after posts, it no longer says that nothing was sent.

        Raises:
            BaseException: the failure.
        """
        if isinstance(self.failure, LaafficError) and self._posted:
            self.failure.after_posts = True
            self.failure.sent = UNKNOWN
        if self.failure is not None:
            raise self.failure

    def close(self) -> None:
        """Post nothing more, not even the rest of a batch: nobody reads the results, or something was interrupted."""
        self.ended = self._closed = True

    def left(self) -> None:
        """Note that nobody reads the results any more. What is known goes into the log, so that it is not lost."""
        try:
            self._log_all()
        except BaseException as error:  # interrupted
            error.add_note(self.note)
            raise
        self._waiting.clear()
        self._jobs.clear()

    def _log_all(self) -> None:
        self.close()
        for job in list(self._jobs.values()):
            self.finished(job)
        for results in self._waiting.values():
            for result in results:
                if result.recipients:
                    _logger.warning("%s, whose result nobody read: %r", indexes(result.recipients), result)
        if isinstance(self.failure, InvalidMessageError) and not self._all_read:  # so it will not be raised
            refused = self.failure.result.recipients
            if refused:
                _logger.warning("%s: read and not posted", indexes(refused))
        if left := self._left_over():
            _logger.warning("%s: read and not posted", indexes(left))

    @property
    def note(self) -> str:
        """What to add to an interruption about everything that was read and not handed over."""
        jobs = [in_flight for job in self._jobs.values() if (in_flight := job.posts.in_flight())]
        waiting = [result.recipients for results in self._waiting.values() for result in results if result.recipients]
        left = [job.posts.left() for job in self._jobs.values()]
        parts: dict[str, Sequence[Sequence[Recipient]]] = {
            "in flight were": jobs,
            "not handed over were the results of": waiting,
            "read and not posted were": [those for those in (*left, self._left_over()) if those],
        }
        said = [
            f"{what}: {', '.join([indexes(those) for those in groups])}" for what, groups in parts.items() if groups
        ]
        told = "; ".join(said) or "nothing was in flight"
        return f"laaffic: interrupted; {told}. What became of them is in the log, or unknown"

    def _hand_over(self, job: Job, result: BatchResult) -> None:
        if job.invalid:
            merged = replace(result, recipients=tuple(in_order([*result.recipients, *job.invalid])))
            result = merged if merged.error is None else with_error(merged, merged.error)
        self._waiting.setdefault(job.place, []).append(result)
        job.invalid = []

    def _left_over(self) -> list[Recipient]:
        return [] if self._left_over_taken else self._splitter.unposted()

    def _ready_place(self) -> int | None:
        self._skip_finished()
        if self._in_order:
            return self._next if self._next in self._waiting else None
        return next(iter(self._waiting), None)

    def _skip_finished(self) -> None:
        while self._next < self._places and self._next not in self._jobs and self._next not in self._waiting:
            self._next += 1
