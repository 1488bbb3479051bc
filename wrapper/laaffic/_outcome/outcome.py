"""From the evidence of a send to one outcome for every recipient, and to the error that says what to do.

The rules, by which every doubt becomes "unknown":

- A recipient is `accepted` when the response lists it with a message id; in a success also without one, unless the
  response counts fewer as accepted than it lists.
- It is `rejected` when the response names it as refused and does not count it as accepted, or says for certain that
  nobody but those listed was accepted. What says something twice, a -16 for a timestamp that was right, and a 4xx that
  cannot be read whole say nothing for certain.
- It is `not_sent` only when no connection could be made.
- In all other cases it is `unknown`: above all where several recipients look the same to the response, which lists only
  some of them.
"""

from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import NamedTuple

from laaffic._batch.batch import Asked, Batch, all_in
from laaffic._http.evidence import Evidence, Responded, Unanswered
from laaffic._model.errors import NotSentError, OutcomeUnknownError
from laaffic._model.raw_response import RawResponse
from laaffic._model.recipients import Recipient, State
from laaffic._model.results import BatchResult, with_error
from laaffic._model.sent import NO
from laaffic._model.statuses import status_info
from laaffic._outcome.clock import TIMESTAMP_EXPIRED, refused_for_its_timestamp, shows_wrong_clock
from laaffic._outcome.errors import SUCCESS, error_for, is_client_error, is_provider_status, is_server_error, is_success
from laaffic._outcome.matching import match
from laaffic._outcome.refusal import is_certain_refusal
from laaffic._outcome.response import Listed, Reading, read_response

_NOTHING_LISTED = Listed([], [], [])
# After a -16 that is certain, by whose date the signer's clock was corrected.
_CORRECTED = "This client signs its next request by the provider's clock."


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
    reading = _as_far_as_certain(read_response(evidence.content) or Reading(), evidence)
    asked, listed = batch.asked(), reading.listed or _NOTHING_LISTED
    found, strays, _ = matches = match(asked, listed)
    success = reading.status == SUCCESS and is_success(http_status)
    in_order = isinstance(found, range)  # all are listed in the order asked, as they nearly always are
    msg_ids = listed.msg_ids if in_order else [None if place is None else listed.msg_ids[place] for place in found]
    matched = len(asked) - (0 if in_order else found.count(None))
    with_id = len(asked) - (0 if in_order else msg_ids.count(None))
    without_id = State.ACCEPTED
    if with_id < matched:
        without_id = _state_without_id(reading, with_id, matched, len(asked)) if success else State.UNKNOWN
        if without_id is State.REJECTED and strays:
            without_id = State.UNKNOWN  # the count may be of these
        if without_id is State.REJECTED:  # so these entries claim nothing
            reading = reading._replace(listed=_with_ids(listed))
    accepted = matched if without_id is State.ACCEPTED else with_id
    states = [State.ACCEPTED] * accepted
    if accepted < len(asked):
        rest = _state_of_unlisted(http_status, reading, accepted, len(asked))
        states = [
            rest if place is None else State.ACCEPTED if msg_id is not None else without_id
            for place, msg_id in zip(found, msg_ids, strict=True)
        ]
    unmatched = [listed.msg_ids[place] for place in strays]
    doubted = matches.doubted(states)
    for place in sorted(doubted):
        unmatched.append(msg_ids[place])
        states[place], msg_ids[place] = State.UNKNOWN, None
    reasons, twice = None, 0
    if reading.refused is not None:
        reasons, unmatched_refused, twice = _name_refused(asked, reading, states, msg_ids, http_status, doubted=doubted)
        unmatched += unmatched_refused
    result = BatchResult(
        recipients=asked.outcomes(states, msg_ids, reasons),
        status=reading.status,
        reason=reading.reason,
        success=reading.success,
        fail=reading.fail,
        discrepancy=_discrepancy(reading, accepted, len(asked), len(strays), twice, doubted=len(doubted)),
        unmatched_msg_ids=tuple(msg_id for msg_id in unmatched if msg_id is not None),
        batch_id=batch.id,
        raw=RawResponse(http_status, evidence.headers, evidence.content),
    )
    if success and accepted == len(asked) and not twice:
        return result
    error = error_for(http_status, result)
    if error is not None and error.sent == NO and refused_for_its_timestamp(evidence):
        error.hint = f"{error.hint} {_CORRECTED}"
    return result if error is None else with_error(result, error)


def _as_far_as_certain(reading: Reading, evidence: Responded) -> Reading:
    """Drop what is not the provider's, and note when what is left says nothing for certain."""
    expired = reading.status == TIMESTAMP_EXPIRED
    if (
        evidence.followed  # so it may be another request's
        or (expired and (reading.listed or evidence.signed_anew or not shows_wrong_clock(evidence)))
        # What is left of a success, and what was made of it on the way, has any HTTP status.
        or (is_client_error(evidence.http_status) and not is_certain_refusal(evidence))
    ):
        reading = reading._replace(unreadable=True)
    if is_success(evidence.http_status) or is_provider_status(reading.status):
        return reading
    # Error pages of servers and proxies have fields of the same names.
    return Reading(reason=reading.reason, fail=reading.fail, listed=reading.listed, unreadable=reading.unreadable)


def _state_without_id(reading: Reading, with_id: int, listed: int, asked: int) -> State:
    """Decide what is known about those that a success lists without a message id, where others have one.

    Args:
        reading: what the response says.
        with_id: how many it lists with a message id.
        listed: how many it lists with or without.
        asked: how many were asked for.
    """
    by_fail = None if reading.fail is None else asked - reading.fail
    if reading.unreadable:
        return State.UNKNOWN
    if all(count is None or count >= listed for count in (reading.success, by_fail)):
        return State.ACCEPTED
    return State.REJECTED if reading.success == with_id and by_fail in {None, with_id} else State.UNKNOWN


def _with_ids(listed: Listed) -> Listed:
    places = [place for place, msg_id in enumerate(listed.msg_ids) if msg_id is not None]
    return Listed(
        *([column[place] for place in places] for column in (listed.numbers, listed.order_ids, listed.msg_ids))
    )


def _name_refused(
    asked: Asked,
    reading: Reading,
    states: list[State],
    msg_ids: list[str | None],
    http_status: int,
    *,
    doubted: set[int],
) -> tuple[list[str | None], list[str | None], int]:
    """Change the state of those that the response names as refused, and give each the message id it has there.

    Where it cannot be known which of several is named, theirs stays as it is. So it does for those in `doubted`.

    Returns:
        For each recipient the provider's reason or None, the message ids that match nobody, and how many are named both
        as accepted and as refused, whose outcome is unknown.
    """
    reasons: list[str | None] = [None] * len(asked)
    refused = reading.refused or _NOTHING_LISTED
    named = _match_some(asked, refused, [place for place, state in enumerate(states) if state != State.ACCEPTED])
    certain = (
        not reading.unreadable
        and not is_server_error(http_status)
        and http_status != HTTPStatus.REQUEST_TIMEOUT
        and _claimed(reading, len(asked)) <= len(asked) - len(named.entries)  # or some of these are counted as accepted
    )
    unmatched = []
    for place, entry in named.entries.items():
        if place in named.doubted or place in doubted:
            unmatched.append(refused.msg_ids[entry])
            continue
        states[place] = State.REJECTED if certain else State.UNKNOWN
        msg_ids[place], reasons[place] = refused.msg_ids[entry], refused.reasons[entry]
    entries = Listed(
        *([column[entry] for entry in named.left] for column in (refused.numbers, refused.order_ids, refused.msg_ids))
    )
    twice = _match_some(asked, entries, [place for place, state in enumerate(states) if state == State.ACCEPTED])
    for place in twice.doubted:
        states[place] = State.UNKNOWN
    for place, entry in twice.entries.items():
        states[place] = State.UNKNOWN
        if place not in twice.doubted:
            reasons[place] = refused.reasons[named.left[entry]]
    return reasons, [*unmatched, *(entries.msg_ids[entry] for entry in twice.left)], len(twice.entries)


class _Matched(NamedTuple):
    """What `match` found for some of the recipients, by their positions among all."""

    entries: dict[int, int]  # for each recipient that has one, which
    left: list[int]
    doubted: set[int]


def _match_some(asked: Asked, listed: Listed, places: list[int]) -> _Matched:
    found, left, _ = matches = match(asked.some(places), listed)
    doubted = matches.doubted([entry is not None for entry in found])
    entries = {place: entry for place, entry in zip(places, found, strict=True) if entry is not None}
    return _Matched(entries, left, {places[place] for place in doubted})


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


def _discrepancy(reading: Reading, listed: int, asked: int, strays: int, twice: int, *, doubted: int) -> str | None:
    said = []
    if reading.success is not None and reading.listed is not None and reading.success != len(reading.listed):
        said.append(f"it counts {_figure(reading.success, asked)} accepted and lists {len(reading.listed)}")
    if reading.status == SUCCESS and reading.fail not in {None, asked - listed} and reading.listed is not None:
        refused = _figure(reading.fail, asked)
        said.append(f"it counts {refused} refused, but by its list {asked - listed} of {asked} were refused")
    if reading.refused is not None and (reading.success or 0) > asked - len(reading.refused):
        accepted = _figure(reading.success, asked)
        said.append(f"it counts {accepted} of {asked} accepted and names {len(reading.refused)} as refused")
    if reading.status == SUCCESS and reading.listed is None:
        said.append("it is a success without a list of the accepted")
    if strays:
        said.append(f"it lists {strays} that match no recipient asked for")
    if twice:
        said.append(f"it lists {twice} both as accepted and as refused")
    sentences = [f"The response disagrees with itself: {'; '.join(said)}."] if said else []
    if doubted:
        sentences.append(
            f"Of {doubted} recipients that look the same to the response, it accepts only some and does not say which: "
            "give each an order id of its own."
        )
    return " ".join(sentences) or None


def _figure(count: int | None, asked: int) -> str:
    """Write a count; one of more than were asked for may be somebody's number, or a code out of a text."""
    return str(count) if count is not None and count <= asked else "too many"


def with_recipients(result: BatchResult, recipients: Iterable[Recipient]) -> BatchResult:
    """Add the outcomes of what was read and is not going to be posted."""
    added = tuple(recipients)
    if not added:
        return result
    longer = replace(result, recipients=(*result.recipients, *added))
    return longer if longer.error is None else with_error(longer, longer.error)
