# Generated from openapi.yaml by `make generate`. Do not edit.
"""Contains all the data models used in inputs/outputs"""

from .accepted_number import AcceptedNumber
from .balance_response import BalanceResponse
from .batch_message import BatchMessage
from .refused_number import RefusedNumber
from .send_batch_request import SendBatchRequest
from .send_batch_response import SendBatchResponse
from .status_code import StatusCode

__all__ = (
    "AcceptedNumber",
    "BalanceResponse",
    "BatchMessage",
    "RefusedNumber",
    "SendBatchRequest",
    "SendBatchResponse",
    "StatusCode",
)
