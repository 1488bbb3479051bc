"""`POST /sendSms/batch`: many messages with different texts."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from laaffic._batch.batch import Batch
from laaffic._http.channel import Call
from laaffic._model.results import BatchResult
from laaffic._operations.operation import Operation
from laaffic._outcome.outcome import outcome_of
from laaffic._settings import Timeouts
from laaffic_api.api.sms import send_batch as endpoint
from laaffic_api.models import BatchMessage, SendBatchRequest

# The names that the contract gives to a message's fields.
_NUMBERS, _CONTENT, _SENDER_ID, _ORDER_ID = BatchMessage("", "", "", "").to_dict()
_DISTINCTIVE = 6  # characters; shorter order ids may be anything else


def send_batch(batch: Batch, app_id: str, timeout: Timeouts | None) -> Operation[BatchResult]:
    """Send a batch. Not safe to repeat: there is no idempotency key; each message costs money and reaches a person."""
    call = Call(endpoint, {"body": Body(batch, app_id)}, timeout=timeout, doubtful=partial(may_be_anothers, batch))
    return Operation(call, outcome=partial(outcome_of, batch))


def may_be_anothers(batch: Batch, content: bytes) -> bool:
    """Return whether a response may be one to another send: it refuses somebody, and shows no order id of this batch.

    Args:
        batch: whom this send is for.
        content: the response's body. A key, or an id in quotes, stands in it as it does nowhere within a text.
    """
    if (
        _is_shown(batch.first_order_id, content) or batch.id.encode() in content
    ):  # nearly always, and near the beginning
        return False
    if content.count(b'"msgId":') >= batch.size and b"failArray" not in content:
        return False
    theirs = batch.asked().order_ids
    return not (_is_shown(theirs[len(theirs) // 2], content) or _is_shown(theirs[-1], content))


def _is_shown(order_id: str | None, content: bytes) -> bool:
    return order_id is not None and len(order_id) >= _DISTINCTIVE and b'"%s"' % order_id.encode() in content


@dataclass(frozen=True, slots=True)
class Body:
    """A batch in the contract's own terms.

    It writes what a `SendBatchRequest` of `BatchMessage`s would write, without making one for each message first, which
    would be most of the cost of a large request; a test holds the two together.
    """

    batch: Batch
    app_id: str

    def to_dict(self) -> dict[str, Any]:
        """Return the body as JSON can hold it."""
        messages = [
            {_NUMBERS: numbers, _CONTENT: content, _ORDER_ID: order_ids}
            if sender_id is None is not order_ids
            else {_NUMBERS: numbers, _CONTENT: content}
            if sender_id is None
            else _with_options({_NUMBERS: numbers, _CONTENT: content}, sender_id, order_ids)
            for numbers, content, sender_id, order_ids in self.batch.items()
        ]
        return {**SendBatchRequest(self.app_id, []).to_dict(), "array": messages}


def _with_options(message: dict[str, str], sender_id: str, order_ids: str | None) -> dict[str, str]:
    message[_SENDER_ID] = sender_id
    if order_ids is not None:
        message[_ORDER_ID] = order_ids
    return message
