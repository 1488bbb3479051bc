"""The posts of one batch: one, or as many as it takes to find the recipients that get the others refused."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat

from laaffic._batch.batch import Batch, all_in
from laaffic._model.recipients import Recipient, State
from laaffic._model.results import BatchResult, LaafficError, with_error
from laaffic._model.statuses import status_info
from laaffic._outcome.errors import is_success

# Refusals that one message or number alone may cause: a content (-3 to -6), a number (-9). -7 says "too many at once".
_TOO_MANY = "-7"
_SEARCHED = frozenset({"-3", "-4", "-5", "-6", _TOO_MANY, "-9"})
_ALONE = "It was refused for this recipient alone. Correct its number or text, then send again."


class Posts:
    """What of a batch is to be posted next, decided by what became of the posts before.

    A batch that is refused as a whole is searched for the recipient that caused it: half of it is posted; when that is
    refused, the search goes on in it, otherwise in the rest. The others are put aside and posted together when the
    search is over. So each recipient ends up in one request that is not refused as a whole, or alone in one that is.

    Args:
        batch: the recipients.
        split: whether to search; otherwise the batch is posted once, whatever becomes of it.
    """

    def __init__(self, batch: Batch, *, split: bool) -> None:
        self._batch = batch
        self._split = split
        self._whole: list[list[int]] = [list(range(batch.size))] if batch.size else []
        self._searched: list[int] = []  # at least one of these causes a refusal
        self._aside: list[int] = []
        self._posted: list[int] = []  # what is being posted
        self._part: Batch | None = None

    def next(self) -> Batch | None:
        """Return what to post now; None when there is nothing more."""
        if self._searched:
            self._posted = self._searched[: max(len(self._searched) // 2, 1)]
        elif self._whole:
            self._posted = self._whole[-1]
            del self._whole[-1]
        else:
            return None
        self._part = self._batch if len(self._posted) == self._batch.size else self._batch.pick(self._posted)
        return self._part

    def is_in_flight(self, part: Batch) -> bool:
        """Return whether this is the part that is being posted."""
        return part is self._part

    def result_of(self, result: BatchResult) -> BatchResult:
        """Return what to hand over of the result of what is being posted.

        The recipients of a request that is refused and posted again in parts are in the results of the parts alone.
        """
        if self._is_split(result):
            return replace(result, recipients=(), error=None)  # what it was refused for is the error of a part
        return _with_reason(result) if self._split and len(self._posted) == 1 else result

    def advance(self, result: BatchResult) -> None:
        """Decide from the result of what was posted what to post next."""
        again, posted = self._is_split(result), self._posted
        searched, aside, whole = self._searched, self._aside, self._whole
        if searched:
            searched, aside, whole = self._narrowed(posted, again=again, clean=result.error is None)
        elif again and result.status == _TOO_MANY:
            middle = len(posted) // 2
            whole = [*whole, posted[middle:], posted[:middle]]
        elif again:
            searched = posted
        # In one line, so that an interruption leaves everybody in one of them.
        self._searched, self._aside, self._whole, self._part, self._posted = searched, aside, whole, None, []

    @property
    def batch_id(self) -> str:
        """The id of what is being posted, if anything is; otherwise of the whole batch."""
        return (self._part or self._batch).id

    def in_flight(self) -> list[Recipient]:
        """Return the outcomes of those whose post is not finished; what became of them is unknown."""
        if not self._posted:
            return []
        part = self._part or self._batch.pick(self._posted)  # which is made only when it is interrupted before that
        return list(all_in(State.UNKNOWN, part).recipients)

    def left(self) -> list[Recipient]:
        """Return the outcomes of those that are not in flight and not going to be posted any more."""
        if any(len(group) == self._batch.size for group in self._whole):  # so nothing was posted
            return list(all_in(State.NOT_SENT, self._batch).recipients)
        places = {*self._searched, *self._aside, *(place for group in self._whole for place in group)}
        positions = sorted(places.difference(self._posted))
        reason = "refused together with others, and not posted again"
        count = len(positions)
        states, reasons = repeat(State.REJECTED, count), repeat(reason, count)
        return list(self._batch.asked().some(positions).outcomes(states, repeat(None), reasons))

    def broke_off(self) -> None:
        """Note that what is in flight, the first of those searched, did not finish: it is not in flight any more."""
        self._searched, self._part, self._posted = self._searched[len(self._posted) :], None, []

    def _is_split(self, result: BatchResult) -> bool:
        return self._split and len(self._posted) > 1 and _is_refused_for_one(result)

    def _narrowed(self, posted: list[int], *, again: bool, clean: bool) -> tuple[list[int], list[int], list[list[int]]]:
        """Return whom to search, whom to put aside and what to post as a whole after a post of the search."""
        rest = self._searched[len(posted) :]
        if again:
            return posted, [*self._aside, *rest], self._whole
        if clean and rest:
            return rest, self._aside, self._whole  # so the cause is among these
        # The cause is found, or what happened says nothing about the rest.
        aside = sorted([*self._aside, *rest])
        return [], [], [*self._whole, aside] if aside else self._whole


def _is_refused_for_one(result: BatchResult) -> bool:
    """Return whether the provider certainly accepted nobody, for a reason that one recipient alone may cause."""
    return (
        result.status in _SEARCHED
        and result.raw is not None
        and is_success(result.raw.http_status)
        and not result.success
        and all(recipient.state is State.REJECTED for recipient in result.recipients)
    )


def _with_reason(result: BatchResult) -> BatchResult:
    """Give the one that a request was refused for the reason that the status is."""
    (recipient,) = result.recipients
    if recipient.reason is not None or not _is_refused_for_one(result) or result.status is None:
        return result
    named = replace(result, recipients=(recipient._replace(reason=status_info(result.status).meaning),))
    if named.error is None:
        return named
    named.error.hint = _ALONE
    return with_error(named, named.error)


def indexes(recipients: Sequence[Recipient]) -> str:
    """Return which messages the recipients belong to, for the log and for notes."""
    first, last = recipients[0].message_index, recipients[-1].message_index
    return f"message {first}" if first == last else f"messages {first} to {last}"


def ends_sending(result: BatchResult) -> bool:
    """Return whether every further request would meet the same error."""
    error: LaafficError | None = result.error
    return error is not None and error._concerns_every_request
