"""From a batch to the generated client's request."""

from laaffic._batch import Batch
from laaffic._message import Message
from laaffic_api.models import BatchMessage, SendBatchRequest
from laaffic_api.types import UNSET


def to_request(batch: Batch, app_id: str) -> SendBatchRequest:
    """Write a batch in the contract's own terms."""
    return SendBatchRequest(app_id, [_to_item(message) for message in batch.messages])


def _to_item(message: Message) -> BatchMessage:
    return BatchMessage(  # by position, which takes half the time
        ",".join(message.numbers),
        message.content,
        UNSET if message.sender_id is None else message.sender_id,
        UNSET if message.order_ids is None else ",".join(message.order_ids),
    )
