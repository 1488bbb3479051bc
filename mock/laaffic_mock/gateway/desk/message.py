"""A message as the gateway shows it, and its JSON on the inspection paths."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from laaffic_mock.gateway.delivery.life import State
from laaffic_mock.gateway.desk.codes import codes_in
from laaffic_mock.gateway.desk.parts import measure


@dataclass(frozen=True, slots=True)
class AcceptedMessage:
    """One recipient's message as the gateway accepted it, and what had become of it when it was asked for.

    Two are equal when they are the same message, whatever has become of it meanwhile.

    Attributes:
        msg_id: the message id.
        number: the recipient's number.
        content: the text.
        sender_id: the sender id, or "".
        order_id: the order id, if there is one.
        accepted_at: when it was accepted, by the gateway's clock.
        state: `"queued"`, `"sending"`, `"succeeded"` or `"failed"`.
        received_at: when it succeeded or failed; None before.
        reason: why it failed, if it did.
    """

    __module__ = "laaffic_mock"

    msg_id: str
    number: str
    content: str
    sender_id: str
    order_id: str | None
    accepted_at: datetime = field(compare=False)
    state: State = field(default=State.QUEUED, compare=False)
    received_at: datetime | None = field(default=None, compare=False)
    reason: str | None = field(default=None, compare=False)

    @property
    def codes(self) -> list[str]:
        """One-time codes in the text, found by their look.

        That is 4 to 8 digits that stand alone, or `123-456` and `123 456`, which come without what is between. A year
        or another figure of such a look is found, too.
        """
        return codes_in(self.content)


def as_json(message: AcceptedMessage, request: int | None = None) -> dict[str, Any]:
    """Return a message for JSON, with what its text shows, and the id of its request where that is known."""
    parts = measure(message.content)
    return {
        "msg_id": message.msg_id,
        "number": message.number,
        "content": message.content,
        "sender_id": message.sender_id,
        "order_id": message.order_id,
        "accepted_at": message.accepted_at.timestamp(),
        "state": message.state.value,
        "received_at": message.received_at and message.received_at.timestamp(),
        "reason": message.reason,
        "codes": message.codes,
        "encoding": parts.encoding,
        "segments": parts.segments,
        "characters_left": parts.characters_left,
        "request": request,
    }


def from_json(said: Mapping[str, Any]) -> AcceptedMessage:
    """Return a message from what `as_json` made."""
    return AcceptedMessage(
        said["msg_id"],
        said["number"],
        said["content"],
        said["sender_id"],
        said["order_id"],
        datetime.fromtimestamp(said["accepted_at"], UTC),
        State(said["state"]),
        None if said["received_at"] is None else datetime.fromtimestamp(said["received_at"], UTC),
        said["reason"],
    )
