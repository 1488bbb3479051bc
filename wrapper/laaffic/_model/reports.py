"""What became of a message, as the provider tells it: in a report, in a record, or in a report that it pushes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple, Self

from laaffic._model.masking import mask_number


class DeliveryState(StrEnum):
    """What is known of a message's delivery. The members are strings: `report.state == "succeeded"` holds.

    The provider's words are: in reports (getReport) and records (getSentRcd) `0` for sent, `1` for failed, in records
    also `2`, and `-1` for sending; in pushed reports `0` for success and any other integer for failure.

    Attributes:
        SUCCEEDED: the provider says that it was sent.
        FAILED: the provider says that it failed.
        PENDING: it is being sent, or the provider's word for it is none of those above; `status` has the word.
        NOT_FOUND: the provider does not list this message id. That is no failure: what is still in its queue is not
            listed either, nor what is older than 90 to 120 days, nor another account's, nor an id that does not exist.
    """

    __module__ = "laaffic"

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PENDING = "pending"
    NOT_FOUND = "not_found"


class Price(NamedTuple):
    """What a message cost, as far as the provider says it (`pricedetail`); whatever it leaves out is None.

    Attributes:
        pay: what was paid. How it differs from `price` is not documented.
        price: the price. Whether it is that of a segment or of the message is not documented.
        currency: the currency, in the provider's word.
        segments: how many segments were charged (`chargeCnt`).
    """

    pay: Decimal | None = None
    price: Decimal | None = None
    currency: str | None = None
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of one message. Two reports are equal when message id and state are: pushes may come twice.

    Attributes:
        msg_id: the provider's message id.
        state: what is known; see `DeliveryState`.
        number: the recipient's number, E.164 without plus; None when it is not said.
        received_at: the time of the report (`receiveTime`, or `timestamp` of a push), aware; None when there is none
            that can be read, or it has no offset. No page says whose clock it is.
        status: the provider's own word for the state; None when there is none.
        reason: of a push, why it failed, in the network's words. It may quote anything: keep it out of logs.
        order_id: of a push, the order id that was posted; see `Recipient.wire_order_id`.
        mcc: of a push, the mobile country code.
        mnc: of a push, the mobile network code.
        price: what it cost, where the provider says it.
    """

    __module__ = "laaffic"

    msg_id: str
    state: DeliveryState
    number: str | None = field(default=None, compare=False)
    received_at: datetime | None = field(default=None, compare=False)
    status: str | None = field(default=None, compare=False)
    reason: str | None = field(default=None, compare=False)
    order_id: str | None = field(default=None, compare=False)
    mcc: str | None = field(default=None, compare=False)
    mnc: str | None = field(default=None, compare=False)
    price: Price | None = field(default=None, compare=False)

    @property
    def final(self) -> bool:
        """Whether it is certain what became of the message: it succeeded or failed."""
        return self.state in {DeliveryState.SUCCEEDED, DeliveryState.FAILED}

    def __repr__(self) -> str:
        """Show the masked number and the state: ids and reasons may be numbers or quote them."""
        number = self.number and mask_number(self.number)
        return f"DeliveryReport(number={number!r}, state={self.state.value!r})"

    def as_dict(self) -> dict[str, Any]:
        """Return it as a dict of what JSON has. The number is there in full: keep it out of logs."""
        price = self.price and {name: _plain(value) for name, value in self.price._asdict().items()}
        given = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**given, "state": self.state.value, "received_at": _plain(self.received_at), "price": price}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Return a report like the one that `as_dict` was called on. Unknown keys are ignored.

        Raises:
            ValueError: it is not what `as_dict` returns.
        """
        try:
            plain = {name: given.get(name) for name in cls.__dataclass_fields__}
            at, price = plain["received_at"], plain["price"]
            return cls(
                **{
                    **plain,
                    "msg_id": given["msg_id"],
                    "state": DeliveryState(given["state"]),
                    "received_at": None if at is None else datetime.fromisoformat(at),
                    "price": None if price is None else _price_from(price),
                }
            )
        except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
            wrong = type(error).__name__
        raise ValueError(f"not what DeliveryReport.as_dict() returns: {wrong}")  # without a context, which may quote it


class SentRecord(NamedTuple):
    """A message in the provider's records (getSentRcd), which list only what is finished, as one page says.

    Attributes:
        msg_id: the provider's message id.
        number: the recipient's number, E.164 without plus; None when it is not said.
        state: `succeeded`, `failed` or `pending`; see `DeliveryState`.
        received_at: its time (`receiveTime`), aware; None when there is none that can be read, or it has no offset.
        status: the provider's own word for the state; None when there is none.
    """

    msg_id: str
    number: str | None
    state: DeliveryState
    received_at: datetime | None = None
    status: str | None = None

    def __repr__(self) -> str:
        """Show the masked number and the state: an id may be a number."""
        number = self.number and mask_number(self.number)
        return f"SentRecord(number={number!r}, state={self.state.value!r})"

    def as_dict(self) -> dict[str, Any]:
        """Return it as a dict of what JSON has. The number is there in full: keep it out of logs."""
        return {**self._asdict(), "state": self.state.value, "received_at": _plain(self.received_at)}


Price.__module__ = SentRecord.__module__ = "laaffic"  # a NamedTuple's body cannot say so


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, Decimal) else value


def _price_from(given: Mapping[str, Any]) -> Price:
    pay, price = given.get("pay"), given.get("price")
    return Price(
        None if pay is None else Decimal(pay),
        None if price is None else Decimal(price),
        given.get("currency"),
        given.get("segments"),
    )
