"""The outcome for one recipient."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Self

from laaffic._model.masking import mask_number


class State(StrEnum):
    """What is known of one recipient. The members are strings: `recipient.state == "accepted"` holds.

    Attributes:
        ACCEPTED: the provider accepted the message for this recipient. Whether it was delivered is not known yet.
        REJECTED: the provider responded and did not accept it.
        NOT_SENT: nothing left this machine for this recipient.
        UNKNOWN: it may have been sent and charged for, or not.
    """

    __module__ = "laaffic"

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class Recipient(NamedTuple):
    """The outcome for one recipient.

    Attributes:
        number: the recipient's number as it was sent: digits only, E.164 without plus. For a row that could not be
            sent because it is invalid, what was given, as text.
        order_id: your own id for this recipient, or None when you gave none.
        msg_id: the provider's message id, or None when the response has none.
        state: what is known; see `State`.
        message_index: the index of its message, or row, in what was given to `send_batch` or `send_many`, from 0.
        reason: why, where something is known about this recipient alone: the provider's word for one it refused
            (`failArray`), or the rule that an invalid row breaks. It may quote numbers or texts: keep it out of logs.
        wire_order_id: the order id that was posted, by which the provider's reports name this recipient: your own, else
            one of ours (`own_order_ids` of `Client`): the batch's id, a hyphen and the position in the batch. None when
            none was posted. A recipient is a plain tuple, so where it is ours, equal outcomes of two requests differ in
            it.
    """

    number: str
    order_id: str | None
    msg_id: str | None
    state: State
    message_index: int = 0
    reason: str | None = None
    wire_order_id: str | None = None

    def __repr__(self) -> str:
        """Show the masked number, the state and the index: ids and reasons may be numbers or quote them."""
        number, state = mask_number(self.number), self.state.value
        return f"Recipient(number={number!r}, state={state!r}, message_index={self.message_index})"

    def as_dict(self) -> dict[str, Any]:
        """Return it as a dict of what JSON has. The number is there in full: keep it out of logs."""
        return {**self._asdict(), "state": self.state.value}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Return a recipient equal to the one that `as_dict` was called on. Unknown keys are ignored.

        Raises:
            ValueError: it is not what `as_dict` returns.
        """
        try:
            return cls(
                number=given["number"],
                order_id=given.get("order_id"),
                msg_id=given.get("msg_id"),
                state=State(given["state"]),
                message_index=given.get("message_index", 0),
                reason=given.get("reason"),
                wire_order_id=given.get("wire_order_id"),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            wrong = type(error).__name__
        raise ValueError(f"not what Recipient.as_dict() returns: {wrong}")  # without a context, which may quote it


Recipient.__module__ = "laaffic"  # a NamedTuple's body cannot say so
