"""`POST /sendSms/batch`: many messages with different texts."""

from functools import partial

from laaffic._batch.batch import Batch
from laaffic._http.channel import Call
from laaffic._model.results import BatchResult
from laaffic._operations.operation import Operation
from laaffic._outcome.outcome import outcome_of
from laaffic_api.api.sms import send_batch as endpoint
from laaffic_api.models import BatchMessage, SendBatchRequest
from laaffic_api.types import UNSET


def send_batch(batch: Batch, app_id: str, timeout: tuple[float, float] | None) -> Operation[BatchResult]:
    """Send a batch. Never repeated: there is no idempotency key, and every message costs money and reaches a person."""
    return Operation(
        Call(endpoint, {"body": to_request(batch, app_id)}, timeout=timeout), outcome=partial(outcome_of, batch)
    )


def to_request(batch: Batch, app_id: str) -> SendBatchRequest:
    """Write a batch in the contract's own terms."""
    return SendBatchRequest(
        app_id,
        [  # by position, which takes half the time
            BatchMessage(
                numbers, content, UNSET if sender_id is None else sender_id, UNSET if order_ids is None else order_ids
            )
            for numbers, content, sender_id, order_ids in batch.items()
        ],
    )
