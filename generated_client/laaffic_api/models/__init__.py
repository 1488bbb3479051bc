# Generated from openapi.yaml by `make generate`. Do not edit.
"""Contains all the data models used in inputs/outputs"""

from .accepted_number import AcceptedNumber
from .balance_response import BalanceResponse
from .batch_message import BatchMessage
from .message_report import MessageReport
from .price_detail import PriceDetail
from .pushed_report import PushedReport
from .refused_number import RefusedNumber
from .report_response import ReportResponse
from .send_batch_request import SendBatchRequest
from .send_batch_response import SendBatchResponse
from .sent_record import SentRecord
from .sent_records_response import SentRecordsResponse
from .status_code import StatusCode

__all__ = (
    "AcceptedNumber",
    "BalanceResponse",
    "BatchMessage",
    "MessageReport",
    "PriceDetail",
    "PushedReport",
    "RefusedNumber",
    "ReportResponse",
    "SendBatchRequest",
    "SendBatchResponse",
    "SentRecord",
    "SentRecordsResponse",
    "StatusCode",
)
