"""From the evidence of a send to one outcome for every recipient, and to the error that says what to do.

The rules, by which every doubt becomes "unknown":

- A recipient is `accepted` when the response lists it: in a success always, elsewhere when the entry has a message id.
- It is `rejected` when the response names it as refused and does not count it as accepted, or says for certain that
  nobody but those listed was accepted.
- It is `not_sent` only when no connection could be made.
- In all other cases it is `unknown`.
"""

from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus

from laaffic._batch.batch import Asked, Batch, all_in
from laaffic._http.evidence import Evidence, Responded, Unanswered
from laaffic._model.errors import NotSentError, OutcomeUnknownError
from laaffic._model.raw_response import RawResponse
from laaffic._model.recipients import Recipient, State
from laaffic._model.results import BatchResult, with_error
from laaffic._model.statuses import status_info
from laaffic._outcome.errors import SUCCESS, error_for, is_client_error, is_provider_status, is_server_error, is_success
from laaffic._outcome.matching import match
from laaffic._outcome.response import Listed, Reading, read_response

_NOTHING_LISTED = Listed([], [], [])


def outcome_of(batch: Batch, evidence: Evidence) -> BatchResult:
    """Return what became of a batch. What went wrong with it as a whole is the result's `error`."""
    if isinstance(evidence, Unanswered):
        return _of_silence(batch, evidence)
    return _of_response(batch, evidence)


def _of_silence(batch: Batch, evidence: Unanswered) -> BatchResult:
    if evidence.reached:
        return with_error(all_in(State.UNKNOWN, batch), OutcomeUnknownError(f"The response was lost: {evidence.why}"))
    what = f"No connection could be made: {evidence.why}"
    return with_error(all_in(State.NOT_SENT, batch), NotSentError(what, hint=evidence.hint))


def _of_response(batch: Batch, evidence: Responded) -> BatchResult:
    http_status = evidence.http_status
    reading = _by_the_contract(read_response(evidence.content) or Reading(), http_status)
    if evidence.followed:  # so it may be another request's
        reading = reading._replace(unreadable=True)
    asked, listed = batch.asked(), reading.listed or _NOTHING_LISTED
    found, strays = match(asked, listed)
    success = reading.status == SUCCESS and is_success(http_status)
    in_order = isinstance(found, range)  # all are listed in the order asked, as they nearly always are
    msg_ids = listed.msg_ids if in_order else [None if place is None else listed.msg_ids[place] for place in found]
    # Listed under a failure and without a message id: neither an acceptance nor a refusal.
    accepted = len(asked) - (0 if in_order and success else (found if success else msg_ids).count(None))
    states = [State.ACCEPTED] * accepted
    if accepted < len(asked):
        rest = _state_of_unlisted(http_status, reading, accepted, len(asked))
        states = [
            rest if place is None else State.ACCEPTED if success or msg_id is not None else State.UNKNOWN
            for place, msg_id in zip(found, msg_ids, strict=True)
        ]
    unmatched = [listed.msg_ids[place] for place in strays]
    reasons, twice = None, 0
    if reading.refused is not None:
        reasons, unmatched_refused, twice = _name_refused(asked, reading, states, msg_ids, http_status)
        unmatched += unmatched_refused
    result = BatchResult(
        recipients=asked.outcomes(states, msg_ids, reasons),
        status=reading.status,
        reason=reading.reason,
        success=reading.success,
        fail=reading.fail,
        discrepancy=_discrepancy(reading, accepted, len(asked), len(strays), twice),
        unmatched_msg_ids=tuple(msg_id for msg_id in unmatched if msg_id is not None),
        batch_id=batch.id,
        raw=RawResponse(http_status, evidence.headers, evidence.content),
    )
    if success and accepted == len(asked) and not twice:
        return result
    error = error_for(http_status, result, texts=batch.texts())
    return result if error is None else with_error(result, error)


def _by_the_contract(reading: Reading, http_status: int) -> Reading:
    """Drop what is not the provider's: error pages of servers and proxies have fields of the same names."""
    if is_success(http_status) or is_provider_status(reading.status):
        return reading
    return Reading(reason=reading.reason, listed=reading.listed)


def _name_refused(
    asked: Asked, reading: Reading, states: list[State], msg_ids: list[str | None], http_status: int
) -> tuple[list[str | None], list[str | None], int]:
    """Change the state of those that the response names as refused, and give each the message id it has there.

    Returns:
        For each recipient the provider's reason or None, the message ids that match nobody, and how many are named both
        as accepted and as refused, whose outcome is unknown.
    """
    reasons: list[str | None] = [None] * len(asked)
    refused = reading.refused or _NOTHING_LISTED
    named, left = _match_some(asked, refused, [place for place, state in enumerate(states) if state != State.ACCEPTED])
    certain = (
        not reading.unreadable
        and not is_server_error(http_status)
        and http_status != HTTPStatus.REQUEST_TIMEOUT
        and _claimed(reading, len(asked)) <= len(asked) - len(named)  # or some of these are counted as accepted
    )
    for place, entry in named.items():
        states[place] = State.REJECTED if certain else State.UNKNOWN
        msg_ids[place], reasons[place] = refused.msg_ids[entry], refused.reasons[entry]
    entries = Listed(
        *([column[entry] for entry in left] for column in (refused.numbers, refused.order_ids, refused.msg_ids))
    )
    twice, strays = _match_some(
        asked, entries, [place for place, state in enumerate(states) if state == State.ACCEPTED]
    )
    for place, entry in twice.items():
        states[place], reasons[place] = State.UNKNOWN, refused.reasons[left[entry]]
    return reasons, [entries.msg_ids[entry] for entry in strays], len(twice)


def _match_some(asked: Asked, listed: Listed, places: list[int]) -> tuple[dict[int, int], list[int]]:
    """Match entries with some of the recipients; return the entry of each that has one, and the entries left over."""
    some = Asked(
        [asked.numbers[place] for place in places], [asked.order_ids[place] for place in places], range(len(places))
    )
    found, left = match(some, listed)
    return {place: entry for place, entry in zip(places, found, strict=True) if entry is not None}, left


def _claimed(reading: Reading, asked: int) -> int:
    """Return how many recipients the response may say it accepted, by its list or by either of its counts."""
    by_fail = 0
    # In a refusal, a count of 0 refused says nothing: it is what a provider sends when it counted nothing.
    if reading.fail is not None and (reading.status == SUCCESS or reading.fail > 0):
        by_fail = asked - reading.fail
    return max(len(reading.listed or ()), reading.success or 0, by_fail)


def _state_of_unlisted(http_status: int, reading: Reading, accepted: int, asked: int) -> State:
    """Decide what is known about the recipients that the response does not list."""
    if reading.unreadable or _claimed(reading, asked) > accepted:
        return State.UNKNOWN  # it speaks of acceptances that match no recipient; any of the rest may be meant
    if reading.status is None:
        refused = is_client_error(http_status)
    elif reading.status == SUCCESS:
        refused = is_success(http_status) and (reading.listed is not None or reading.success is not None)
    else:
        refused = status_info(reading.status).definite and not is_server_error(http_status)
    # 408, "request timeout": the server gave up waiting for the rest of a request, of which it may have had enough.
    return State.REJECTED if refused and http_status != HTTPStatus.REQUEST_TIMEOUT else State.UNKNOWN


def _discrepancy(reading: Reading, accepted: int, asked: int, strays: int, twice: int) -> str | None:
    said = []
    if reading.success is not None and reading.listed is not None and reading.success != len(reading.listed):
        said.append(f"it counts {reading.success} accepted and lists {len(reading.listed)}")
    if reading.status == SUCCESS and None not in (reading.fail, reading.listed) and reading.fail != asked - accepted:
        said.append(f"it counts {reading.fail} refused, but by its list {asked - accepted} of {asked} were refused")
    if reading.refused is not None and (reading.success or 0) > asked - len(reading.refused):
        said.append(f"it counts {reading.success} of {asked} accepted and names {len(reading.refused)} as refused")
    if reading.status == SUCCESS and reading.listed is None:
        said.append("it is a success without a list of the accepted")
    if strays:
        said.append(f"it lists {strays} that match no recipient asked for")
    if twice:
        said.append(f"it lists {twice} both as accepted and as refused")
    return f"The response disagrees with itself: {'; '.join(said)}." if said else None


def with_recipients(result: BatchResult, recipients: Iterable[Recipient]) -> BatchResult:
    """Add the outcomes of what was read and is not going to be posted."""
    added = tuple(recipients)
    if not added:
        return result
    longer = replace(result, recipients=(*result.recipients, *added))
    return longer if longer.error is None else with_error(longer, longer.error)
