"""What may be posted and what may be handed over while several requests are under way: decisions, no waiting."""

import logging
from collections.abc import Iterator
from dataclasses import replace

from laaffic._errors import ConfigurationError, LaafficError
from laaffic._judgement import with_not_sent
from laaffic._result import BatchResult
from laaffic._splitting import Splitter

MOST_AT_ONCE = 100
INTERRUPTED = "laaffic: interrupted while %d requests were under way; those that are not in the log are unknown"
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
        self.under_way = 0
        self.failure: BaseException | None = None
        self._splitter = splitter
        self._concurrency = concurrency
        self._in_order = in_order
        self._ended = False
        self._posted = 0
        self._next = 0
        self._waiting: dict[int, BatchResult | None] = {}

    @property
    def may_post(self) -> bool:
        """Whether one more request may be posted now; results that wait for an earlier one count, too."""
        room = self.under_way < self._concurrency and self.under_way + len(self._waiting) < 2 * self._concurrency
        return room and not self._ended

    def posted(self) -> int:
        """Note that a request is under way; return its place."""
        self.under_way += 1
        self._posted += 1
        return self._posted - 1

    def answered(self, place: int, outcome: BatchResult | BaseException) -> None:
        """Note what became of a request that was under way."""
        self.under_way -= 1
        if isinstance(outcome, LaafficError):
            outcome = replace(outcome.result, error=outcome)
        if isinstance(outcome, BaseException):
            self.failed(outcome)
            self._waiting[place] = None
            return
        if ends_sending(outcome) and not self._ended:
            self._ended = True
            outcome = with_not_sent(outcome, self._splitter.unposted())
        self._waiting[place] = outcome

    def failed(self, error: BaseException) -> None:
        """Note an error that is to be raised when the results of all that is under way have been handed over."""
        self._ended = True
        self.failure = self.failure or error

    def ready(self) -> Iterator[BatchResult]:
        """Take out the results that may be handed over now."""
        while self._waiting:
            place = self._next if self._in_order else next(iter(self._waiting))
            if place not in self._waiting:
                return
            self._next += 1
            result = self._waiting.pop(place)
            if result is not None:
                yield result

    def left(self) -> None:
        """Note that nobody reads on. What is known by now goes into the log, so that it is not lost."""
        self._ended = True
        for result in self._waiting.values():
            if result is not None:
                _logger.warning("send_many was not read to its end; what became of one more request: %r", result)
        self._waiting.clear()


def ends_sending(result: BatchResult) -> bool:
    """Tell whether every further request would meet the same error."""
    return result.error is not None and result.error._concerns_every_request  # noqa: SLF001  # private to the package
