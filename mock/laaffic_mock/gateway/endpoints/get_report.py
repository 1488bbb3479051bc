"""`getReport`: what became of messages, by their message ids."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from laaffic_mock.gateway.contract import Contract
from laaffic_mock.gateway.delivery.life import State
from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.exchange import Call, Endpoint, Refused, Request, as_written
from laaffic_mock.gateway.desk.rules import broken_app, broken_field

_STATUS = {State.SUCCEEDED: "0", State.FAILED: "1", State.SENDING: "-1"}


def make_endpoint(contract: Contract) -> Endpoint:
    """Return the endpoint."""
    operation = contract.operation("getReport")
    max_ids, codes = operation.details["x-max-ids"], contract.codes
    msg_id = re.compile(r"[0-9]{1,32}")

    def read(request: Request, account: Account) -> Call:
        app_id, msg_ids = request.query.get("appId", ""), request.query.get("msgIds", "").split(",")
        if not app_id:
            raise Refused(codes["INVALID_FIELD"], broken_field("appId", "nothing", "the app id", "query"))
        if len(msg_ids) > max_ids or not all(map(msg_id.fullmatch, msg_ids)):
            expected = f"1 to {max_ids} message ids of digits, with commas between them"
            said = request.query.get("msgIds", "") or "nothing"
            raise Refused(codes["INVALID_FIELD"], broken_field("msgIds", said, expected, "query"))
        if app_id != account.settings.app_id:
            raise Refused(codes["AUTHENTICATION_FAILED"], broken_app(app_id, account.settings.app_id, "appId"))
        return Call(lambda: _reports(account, msg_ids))

    return Endpoint(operation, read)


def _reports(account: Account, msg_ids: Sequence[str]) -> dict[str, Any]:
    """Return one entry for each message that is found: what is queued is not. An id that stands twice counts once."""
    account.settle()
    asked = dict.fromkeys(msg_ids)
    found = [message for message in map(account.book.get, asked) if message and message.state is not State.QUEUED]
    counts = Counter(message.state for message in found)
    return {
        "status": "0",
        "reason": "success",
        "success": str(counts[State.SUCCEEDED]),
        "fail": str(counts[State.FAILED]),
        "sending": str(counts[State.SENDING]),
        "nofound": str(len(asked) - len(found)),
        "array": [
            {
                "msgId": message.msg_id,
                "number": message.number,
                "receiveTime": as_written((message.received_at or message.accepted_at).timestamp()),
                "status": _STATUS[message.state],
            }
            for message in found
        ],
    }
