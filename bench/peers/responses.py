"""What each API responds when all went well, in its own format and as long as the real response is."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs

_NOW = "2026-01-01T12:00:00.000Z"


class Response(NamedTuple):
    """The bytes of a response, and how many recipients it accepts."""

    content: bytes
    recipients: int


@lru_cache(maxsize=10_000)  # the same bodies come again and again, so that nobody waits for the server
def respond(path: bytes, body: bytes) -> Response:
    """Respond to one request.

    Raises:
        KeyError: no API has this path.
    """
    for part, (status, make) in _APIS.items():
        if part in path:
            content, recipients = make(body)
            return Response(http(status, content), recipients)
    raise KeyError(path)


def http(status: str, content: object) -> bytes:
    """Write an HTTP response of JSON, which may be ready as bytes."""
    text = content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    return head.encode() + text


def _id(index: int) -> str:
    return f"0a1b2c3d-4e5f-6071-8293-{index:012}"


def _laaffic(body: bytes) -> tuple[Any, int]:
    array: list[dict[str, Any]] = []
    for message in json.loads(body)["array"]:
        numbers = message["numbers"].split(",")
        order_ids = message["orderId"].split(",") if message.get("orderId") else [None] * len(numbers)
        for number, order_id in zip(numbers, order_ids, strict=True):
            array.append({"msgId": f"2207201629421{len(array):06}", "number": number, "orderId": order_id})
    return {"status": "0", "reason": "success", "success": str(len(array)), "fail": "0", "array": array}, len(array)


def _twilio(body: bytes) -> tuple[Any, int]:
    asked = {key: values[0] for key, values in parse_qs(body.decode()).items()}
    uri = "/2010-04-01/Accounts/ACexample/Messages/SMexample"
    return {
        "account_sid": "ACexample",
        "api_version": "2010-04-01",
        "body": asked["Body"],
        "date_created": "Thu, 01 Jan 2026 12:00:00 +0000",
        "date_sent": None,
        "date_updated": "Thu, 01 Jan 2026 12:00:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": asked["From"],
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": "SMexample",
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": asked["To"],
        "uri": f"{uri}.json",
    }, 1


def _vonage(body: bytes) -> tuple[Any, int]:
    message = {
        "to": parse_qs(body.decode())["to"][0],
        "message-id": _id(0),
        "status": "0",
        "remaining-balance": "3.14159265",
        "message-price": "0.03330000",
        "network": "99999",
    }
    return {"message-count": "1", "messages": [message]}, 1


def _telnyx(body: bytes) -> tuple[Any, int]:
    asked = json.loads(body)
    recipient = {"phone_number": asked["to"], "status": "queued", "carrier": "Example", "line_type": "Wireless"}
    message = {
        "record_type": "message",
        "direction": "outbound",
        "id": _id(0),
        "type": "SMS",
        "organization_id": _id(1),
        "messaging_profile_id": _id(2),
        "from": {"phone_number": asked["from"], "carrier": "Example", "line_type": "Wireless"},
        "to": [recipient],
        "cc": [],
        "text": asked["text"],
        "media": [],
        "webhook_url": None,
        "webhook_failover_url": None,
        "encoding": "GSM-7",
        "parts": 1,
        "tags": [],
        "cost": None,
        "received_at": _NOW,
        "sent_at": None,
        "completed_at": None,
        "valid_until": _NOW,
        "errors": [],
    }
    return {"data": message}, 1


def _sinch(body: bytes) -> tuple[Any, int]:
    asked = json.loads(body)
    batch = {
        "id": "01EXAMPLE0000000000000000",
        "canceled": False,
        "type": "mt_text",
        "delivery_report": "none",
        "created_at": _NOW,
        "modified_at": _NOW,
        "expire_at": _NOW,
        "flash_message": False,
    }
    return asked | batch, len(asked["to"])


def _infobip(body: bytes) -> tuple[Any, int]:
    numbers = [recipient["to"] for message in json.loads(body)["messages"] for recipient in message["destinations"]]
    status = {
        "groupId": 1,
        "groupName": "PENDING",
        "id": 26,
        "name": "PENDING_ACCEPTED",
        "description": "Message sent to next instance",
    }
    messages = [
        {"messageId": _id(i), "status": status, "destination": number, "details": {"messageCount": 1}}
        for i, number in enumerate(numbers)
    ]
    return {"bulkId": _id(0), "messages": messages}, len(numbers)


def _plivo(body: bytes) -> tuple[Any, int]:
    ids = [_id(i) for i, _ in enumerate(json.loads(body)["dst"].split("<"))]
    return {"message": "message(s) queued", "message_uuid": ids, "api_id": _id(0)}, len(ids)


_APIS: dict[bytes, tuple[str, Callable[[bytes], tuple[Any, int]]]] = {
    b"/v3/sendSms/batch": ("200 OK", _laaffic),
    b"/Messages.json": ("201 Created", _twilio),
    b"/sms/json": ("200 OK", _vonage),
    b"/v2/messages": ("200 OK", _telnyx),
    b"/batches": ("201 Created", _sinch),
    b"/sms/3/messages": ("200 OK", _infobip),
    b"/Message/": ("202 Accepted", _plivo),
}
