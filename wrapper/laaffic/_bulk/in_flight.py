"""What may be posted and what may be handed over while several requests are under way: decisions, no waiting."""

import logging
from collections.abc import Iterator
from dataclasses import replace

from laaffic._batch.batch import Batch, all_in
from laaffic._batch.splitter import Splitter
from laaffic._model.errors import ConfigurationError, LaafficError, OutcomeUnknownError
from laaffic._model.results import BatchResult, State
from laaffic._outcome.outcome import with_not_sent

MOST_AT_ONCE = 100
_logger = logging.getLogger("laaffic")


def check_concurrency(concurrency: int) -> None:
    """Refuse what is no number of requests.

    Raises:
        ConfigurationError: it is none.
    """
    if not isinstance(concurrency, int) or isinstance(concurrency, bool) or not 1 <= concurrency <= MOST_AT_ONCE:
        raise ConfigurationError(f"concurrency is a whole number of requests at once, 1 to {MOST_AT_ONCE}")


class Window:
    """The requests of one `send_many` that are under way, and the results that wait for their turn."""

    def __init__(self, splitter: Splitter, concurrency: int, *, in_order: bool) -> None:
        self.ended = False
        self.failure: BaseException | None = None
        self._splitter = splitter
        self._concurrency = concurrency
        self._in_order = in_order
        self._under_way: dict[int, Batch] = {}
        self._posted = 0
        self._next = 0
        self._waiting: dict[int, BatchResult] = {}
        self._refused = False
        self._unposted: list[Batch] = []
        self._unposted_told = False

    @property
    def may_post(self) -> bool:
        """Whether one more request may be posted now; results that wait for an earlier one count, too."""
        under_way = len(self._under_way)
        return (
            not self.ended and under_way < self._concurrency and under_way + len(self._waiting) < 2 * self._concurrency
        )

    @property
    def is_waiting(self) -> bool:
        """Whether any request is under way."""
        return bool(self._under_way)

    def posts(self, batch: Batch) -> int | None:
        """Note that a batch is now under way, and return its place; None when it must not be posted any more."""
        if self.ended:  # by an answer that came while it was read
            self._unposted.append(batch)
            return None
        self._under_way[self._posted] = batch
        self._posted += 1
        return self._posted - 1

    def answered(self, place: int, outcome: BatchResult | BaseException) -> None:
        """Note what became of a request that was under way. To say it twice does no harm."""
        if place not in self._under_way:
            return
        if isinstance(outcome, BaseException) and not isinstance(outcome, LaafficError):
            self.failed(outcome)
            what = f"Sending broke off: {type(outcome).__name__}"
            outcome = OutcomeUnknownError(what, result=all_in(State.UNKNOWN, self._under_way[place]))
        if isinstance(outcome, LaafficError):
            outcome = replace(outcome.result, error=outcome)
        self._waiting[place] = outcome
        self._refused = self._refused or ends_sending(outcome)
        self.ended = self.ended or self._refused
        del self._under_way[place]

    def failed(self, error: BaseException) -> None:
        """Note an error that is to be raised when the results of all that is under way have been handed over."""
        self.ended = True
        self.failure = self.failure or error

    def ready(self) -> Iterator[BatchResult]:
        """Take out the results that may be handed over now. The last of all holds what was read and not posted."""
        while self._waiting:
            place = self._next if self._in_order else next(iter(self._waiting))
            if place not in self._waiting:
                return
            self._next += 1
            result = self._waiting.pop(place)
            if self._refused and not self._waiting and not self._under_way:
                result = with_not_sent(result, *self._unposted, self._splitter.unposted())
                self._unposted_told = True
            yield result

    def left(self) -> None:
        """Note that nobody reads on. What is known by now goes into the log, so that it is not lost."""
        self.ended = True
        for result in self._waiting.values():
            _logger.warning("%s, whose result nobody read: %r", _messages(result), result)
        for batch in self._under_way.values():
            _logger.warning("%s, whose result nobody read: unknown", _messages(all_in(State.UNKNOWN, batch)))
        if self.failure is None and not self._unposted_told:
            for batch in (*self._unposted, self._splitter.unposted()):
                if (result := all_in(State.NOT_SENT, batch)).recipients:
                    _logger.warning("%s were read and not posted", _messages(result))
        self._waiting.clear()
        self._under_way.clear()

    @property
    def note(self) -> str:
        """What an interruption is told of those under way."""
        those = ", ".join(_messages(all_in(State.UNKNOWN, batch)) for batch in self._under_way.values()) or "none"
        return f"laaffic: interrupted; under way were: {those}. What became of them is in the log, or unknown"


def _messages(result: BatchResult) -> str:
    first, last = result.recipients[0].message_index, result.recipients[-1].message_index
    return f"messages {first} to {last}"


def ends_sending(result: BatchResult) -> bool:
    """Tell whether every further request would meet the same error."""
    return result.error is not None and result.error._concerns_every_request  # noqa: SLF001  # private to the package
