"""From a batch to the generated client's request."""

from laaffic._batch.batch import Batch
from laaffic_api.models import BatchMessage, SendBatchRequest
from laaffic_api.types import UNSET


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
