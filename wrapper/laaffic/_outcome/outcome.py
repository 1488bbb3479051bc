"""From what is known of a request to one outcome for every receiver, and to the error that says what to do.

The rules, which decide every doubt for "unknown":

- A receiver is `accepted` when the answer lists it: in a success always, elsewhere when the entry bears a message id.
- The others are `rejected` only when the answer says for certain that it took no others.
- They are `not_sent` only when no connection could be made.
- In all other cases they are `unknown`.
"""

import dataclasses
import re
from http import HTTPStatus

from laaffic._batch.batch import Batch, all_in
from laaffic._http.evidence import Answered, Evidence, Unanswered
from laaffic._model.errors import LaafficError, NotSentError, OutcomeUnknownError
from laaffic._model.results import BatchResult, State
from laaffic._model.statuses import status_info
from laaffic._outcome.errors import SUCCESS, error_for, is_client_error, is_server_error, is_success
from laaffic._outcome.matching import match
from laaffic._outcome.response import Answer, Listed, read_answer

# The provider's statuses are 0 and negative whole numbers, those that its table does not list included.
_PROVIDERS = re.compile(r"0|-[0-9]+")
_NOTHING_LISTED = Listed([], [], [])
_NOTHING_READ = Answer(None, None, None, None, None)


def judge(batch: Batch, evidence: Evidence) -> BatchResult:
    """Return what became of a batch. What went wrong with it as a whole stands in the result's `error`."""
    if isinstance(evidence, Unanswered):
        return _judge_silence(batch, evidence)
    return _judge_answer(batch, evidence)


def _judge_silence(batch: Batch, evidence: Unanswered) -> BatchResult:
    if evidence.reached:
        result = all_in(State.UNKNOWN, batch)
        return _with_error(result, OutcomeUnknownError(f"The answer was lost: {evidence.why}", result=result))
    result = all_in(State.NOT_SENT, batch)
    what = f"No connection could be made: {evidence.why}"
    return _with_error(result, NotSentError(what, result=result, hint=evidence.hint))


def _judge_answer(batch: Batch, evidence: Answered) -> BatchResult:
    answer = _by_the_contract(read_answer(evidence.content) or _NOTHING_READ, evidence.http_status)
    asked, listed = batch.asked(), answer.listed or _NOTHING_LISTED
    found, strays = match(asked, listed)
    success = answer.status == SUCCESS and is_success(evidence.http_status)
    msg_ids = [None if place is None else listed.msg_ids[place] for place in found]
    # Listed under a failure and without a message id: neither an acceptance nor a refusal.
    accepted = len(asked) - (found if success else msg_ids).count(None)
    states = [State.ACCEPTED] * accepted
    if accepted < len(asked):
        rest = _state_of_unlisted(evidence.http_status, answer, accepted, len(asked))
        states = [
            rest if place is None else State.ACCEPTED if success or msg_id is not None else State.UNKNOWN
            for place, msg_id in zip(found, msg_ids, strict=True)
        ]
    result = BatchResult(
        recipients=asked.in_state(states, msg_ids),
        status=answer.status,
        reason=answer.reason,
        success=answer.success,
        fail=answer.fail,
        discrepancy=_discrepancy(answer, accepted, len(asked), len(strays)),
        stray_msg_ids=tuple(msg_id for place in strays if (msg_id := listed.msg_ids[place]) is not None),
    )
    error = error_for(evidence.http_status, result, texts=batch.texts())
    return result if error is None else _with_error(result, error)


def _by_the_contract(answer: Answer, http_status: int) -> Answer:
    """Take out what is not the provider's: error pages of servers and proxies have fields of the same names."""
    if is_success(http_status) or _PROVIDERS.fullmatch(answer.status or ""):
        return answer
    return answer._replace(status=None, success=None, fail=None, unreadable=False)


def _claimed(answer: Answer, asked: int) -> int:
    """Return how many receivers the answer may say it accepted, by its list or by either of its counts."""
    by_fail = 0
    # Under a refusal, a count of 0 refused says nothing: it is what stands there when nothing was counted.
    if answer.fail is not None and (answer.status == SUCCESS or answer.fail > 0):
        by_fail = asked - answer.fail
    return max(len(answer.listed or ()), answer.success or 0, by_fail)


def _state_of_unlisted(http_status: int, answer: Answer, accepted: int, asked: int) -> State:
    """Decide what is known of the receivers that the answer does not list."""
    if answer.unreadable or _claimed(answer, asked) > accepted:
        return State.UNKNOWN  # the answer speaks of acceptances that fit no receiver; any of the rest may be meant
    if answer.status is None:
        refused = is_client_error(http_status)
    elif answer.status == SUCCESS:
        refused = is_success(http_status) and (answer.listed is not None or answer.success is not None)
    else:
        refused = status_info(answer.status).definite and not is_server_error(http_status)
    # 408, "request timeout": the server gave up waiting for the rest of a request, of which it may have had enough.
    return State.REJECTED if refused and http_status != HTTPStatus.REQUEST_TIMEOUT else State.UNKNOWN


def _discrepancy(answer: Answer, accepted: int, asked: int, strays: int) -> str | None:
    said = []
    if answer.success is not None and answer.listed is not None and answer.success != len(answer.listed):
        said.append(f"it counts {answer.success} accepted and lists {len(answer.listed)}")
    if answer.status == SUCCESS and None not in (answer.fail, answer.listed) and answer.fail != asked - accepted:
        said.append(f"it counts {answer.fail} refused, and by its list {asked - accepted} of the {asked} asked for are")
    if answer.status == SUCCESS and answer.listed is None:
        said.append("it is a success without a list of the accepted")
    if strays:
        said.append(f"it lists {strays} that fit no receiver asked for")
    return f"The answer disagrees with itself: {'; '.join(said)}." if said else None


def with_not_sent(result: BatchResult, *unposted: Batch) -> BatchResult:
    """Add receivers that were asked for and never posted to the result that ended the sending."""
    added = [recipient for batch in unposted for recipient in all_in(State.NOT_SENT, batch).recipients]
    if not added:
        return result
    recipients = (*result.recipients, *added)
    longer = dataclasses.replace(result, recipients=recipients)
    if longer.error is not None:
        longer.error.result = longer
    return longer


def _with_error(result: BatchResult, error: LaafficError) -> BatchResult:
    """Let a result and its error know each other; the result is not shared with anyone yet."""
    object.__setattr__(result, "error", error)
    return result
