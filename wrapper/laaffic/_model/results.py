"""What became of a batch: one outcome for every receiver that was asked for."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from laaffic._model.masking import mask_number, scrub

if TYPE_CHECKING:
    from laaffic._model.errors import LaafficError

_LONGEST_STATUS = 20


class State(StrEnum):
    """What is known of one receiver. The members are strings: `recipient.state == "accepted"` holds.

    Attributes:
        ACCEPTED: the provider took the message for this receiver. Whether it was delivered is not known yet.
        REJECTED: the provider answered and did not take it.
        NOT_SENT: nothing left this machine for this receiver.
        UNKNOWN: it may have been sent and charged for, or not.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class Recipient(NamedTuple):
    """The outcome for one receiver.

    Attributes:
        number: the receiver's number, digits only (E.164 without plus), as it was sent.
        order_id: your own id for this receiver, or None when you gave none.
        msg_id: the provider's message id, or None when it named none.
        state: what is known; see `State`.
        message_index: which message it belongs to, counted from 0 in what was given to `send_batch` or `send_many`.
    """

    number: str
    order_id: str | None
    msg_id: str | None
    state: State
    message_index: int = 0

    def __repr__(self) -> str:
        """Show everything but the full number."""
        return (
            f"Recipient(number={mask_number(self.number)!r}, order_id={self.order_id!r}, msg_id={self.msg_id!r}, "
            f"state={self.state.value!r}, message_index={self.message_index})"
        )


@dataclass(frozen=True, slots=True, repr=False)
class BatchResult:
    """The outcome of one request.

    Attributes:
        recipients: one outcome for every receiver asked for, in the order asked.
        status: the provider's status, or None when there was no answer or none with a status.
        reason: the provider's reason in its own words, or None. It may quote numbers or texts: keep it out of logs.
        success: how many receivers the provider says it accepted, or None when it did not say.
        fail: how many receivers the provider says it refused, or None when it did not say.
        error: what went wrong with the request as a whole, or None. A refused receiver alone is no error.
        discrepancy: in words, how the provider's counts, its list and what was asked disagree; None when they agree.
        stray_msg_ids: message ids that the provider listed and that fit no receiver asked for.
    """

    recipients: tuple[Recipient, ...] = ()
    status: str | None = None
    reason: str | None = None
    success: int | None = None
    fail: int | None = None
    error: "LaafficError | None" = field(default=None, compare=False)
    discrepancy: str | None = None
    stray_msg_ids: tuple[str, ...] = ()

    @property
    def accepted(self) -> tuple[Recipient, ...]:
        """The receivers whose message the provider took."""
        return self._in(State.ACCEPTED)

    @property
    def rejected(self) -> tuple[Recipient, ...]:
        """The receivers whose message the provider did not take."""
        return self._in(State.REJECTED)

    @property
    def not_sent(self) -> tuple[Recipient, ...]:
        """The receivers for whom nothing left this machine."""
        return self._in(State.NOT_SENT)

    @property
    def unknown(self) -> tuple[Recipient, ...]:
        """The receivers whose message may have been sent. Sending to them again may send twice."""
        return self._in(State.UNKNOWN)

    def raise_for_rejected(self) -> None:
        """Turn a partial success into an exception, for callers who want one.

        Raises:
            PartialFailureError: at least one receiver is not accepted. Its `.result` is this result.
            LaafficError: the request failed as a whole: `self.error`.
        """
        from laaffic._model.errors import PartialFailureError  # noqa: PLC0415  # errors hold results: that module imports this

        if self.error is not None:
            raise self.error
        if len(self.accepted) < len(self.recipients):
            raise PartialFailureError(
                f"{len(self.recipients) - len(self.accepted)} of {len(self.recipients)} receivers were not accepted",
                result=self,
                status=self.status,
                reason=self.reason,
                sent=self.sent,
            )

    def _status_shown(self) -> str | None:
        return self.status if self.status is None else scrub(self.status)[:_LONGEST_STATUS]

    @property
    def sent(self) -> Literal["no", "unknown"]:
        """`"no"` when for certain nobody got anything; else `"unknown"`: some or all may have been sent."""
        return "unknown" if self.accepted or self.unknown else "no"

    def _in(self, state: State) -> tuple[Recipient, ...]:
        return tuple(recipient for recipient in self.recipients if recipient.state is state)

    def __repr__(self) -> str:
        """Show the counts, and never a number or a text."""
        states = Counter(recipient.state.value for recipient in self.recipients)
        counts = ", ".join(f"{state.value}={states[state.value]}" for state in State if states[state.value])
        error = f", error={type(self.error).__name__}" if self.error is not None else ""
        return f"BatchResult({counts or 'no receivers'}, status={self._status_shown()!r}{error})"
