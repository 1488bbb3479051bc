"""A message as the caller writes it, checked as it is made."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from laaffic._model.errors import InvalidMessageError
from laaffic._model.masking import can_be_encoded, mask_number
from laaffic._model.numbers import are_numbers, cleaned, is_number

# The provider's page: content 長度不能超過1024字元. A contract test compares both with openapi.yaml.
MAX_CONTENT = 1024
MAX_SENDER_ID = 32


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Message:
    """One text for one or more recipients. Immutable, and checked as it is made.

    Args:
        numbers: the recipients: a list of numbers, or one string with commas between them. Each with its country code;
            spaces, hyphens, dots, parentheses and a leading plus are taken out, so `+91 8563-214-12` becomes
            `91856321412` (provider's page: 簡訊接收號碼, digits only with country code). 7 to 15 digits (ITU-T E.164).
        content: the text, 1 to 1024 characters (provider's page: 長度不能超過1024字元).
        sender_id: the sender number or name that is shown, at most 32 characters (provider's page: senderId); None
            leaves it to the provider.
        order_ids: your own ids, exactly as many as there are numbers and in the same order (provider's page:
            orderId數量和手機號碼數量需保持一致): a list, or one string with commas between them. No commas in an id.

    Raises:
        InvalidMessageError: names the field and the rule. Nothing was sent.
    """

    __module__ = "laaffic"

    numbers: tuple[str, ...]
    content: str
    sender_id: str | None
    order_ids: tuple[str, ...] | None

    def __init__(
        self,
        numbers: str | Iterable[str],
        content: str,
        sender_id: str | None = None,
        order_ids: str | Iterable[str] | None = None,
    ) -> None:
        checked = _numbers(numbers)
        _set_numbers(self, checked)
        _set_content(self, _content(content))
        _set_sender_id(self, None if sender_id is None else _sender_id(sender_id))
        _set_order_ids(self, None if order_ids is None else _order_ids(order_ids, len(checked)))

    def __repr__(self) -> str:
        """Show whom it is for, masked, and how long it is; never the text."""
        shown = ", ".join(mask_number(number) for number in self.numbers[:3])
        more = f", and {len(self.numbers) - 3} more" if len(self.numbers) > 3 else ""  # noqa: PLR2004  # as shown above
        return f"Message(numbers=[{shown}{more}], content=<{len(self.content)} characters>)"


# This does what object.__setattr__ does, without looking up the name each time: a campaign makes millions of messages.
_set_numbers, _set_content, _set_sender_id, _set_order_ids = (vars(Message)[name].__set__ for name in Message.__slots__)


def _numbers(given: str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str) and is_number(given):
        return (given,)
    items = _items(given, "numbers")
    if not items:
        raise InvalidMessageError("there is no number; give at least one", field="numbers")
    together = ",".join(items)
    if are_numbers(together) and together.count(",") == len(items) - 1:
        return tuple(items)
    numbers = []
    for position, raw in enumerate(items):
        try:
            numbers.append(cleaned(raw))
        except ValueError as error:
            raise InvalidMessageError(f"the number {error}", field="numbers", position=position) from None
    return tuple(numbers)


def _content(content: str) -> str:
    _check_text(content, "content")
    if not content or content.isspace():
        raise InvalidMessageError("the text is empty; give 1 to 1024 characters", field="content")
    if len(content) > MAX_CONTENT:
        rule = f"the text has {len(content)} characters; shorten it to at most {MAX_CONTENT}"
        raise InvalidMessageError(rule, field="content")
    return content


def _sender_id(sender_id: str) -> str:
    _check_text(sender_id, "sender_id")
    if len(sender_id) > MAX_SENDER_ID:
        rule = f"the sender id has {len(sender_id)} characters; shorten it to at most {MAX_SENDER_ID}"
        raise InvalidMessageError(rule, field="sender_id")
    return sender_id


def _order_ids(given: str | Iterable[str], count: int) -> tuple[str, ...]:
    order_ids = _items(given, "order_ids")
    together = "".join(order_ids)
    if len(together.split()) > 1 or together.strip() != together:
        order_ids = [order_id.strip() for order_id in order_ids]
    if len(order_ids) != count:
        rule = f"there are {len(order_ids)} order ids for {count} numbers; give one for each number"
        raise InvalidMessageError(rule, field="order_ids")
    if "," in together or not all(order_ids):
        position = next(at for at, order_id in enumerate(order_ids) if not order_id or "," in order_id)
        rule = "an order id is empty or contains a comma; give each number an id without commas"
        raise InvalidMessageError(rule, field="order_ids", position=position)
    return tuple(order_ids)


def _items(given: object, field: str) -> list[str]:
    if isinstance(given, str):
        _check_text(given, field)
        return given.split(",") if given and not given.isspace() else []
    if not isinstance(given, list):
        if isinstance(given, bytes) or not isinstance(given, Iterable):
            raise InvalidMessageError(f"expected a list of strings, got {kind_of(given)}", field=field)
        given = list(given)
    if not _all_ascii(given):
        for position, item in enumerate(given):
            _check_text(item, field, position)
    return given


def kind_of(value: object) -> str:
    """Name a value's type, with the remedy for the most common slip: a number or an id from a database."""
    name = type(value).__name__
    return f"{name}; convert it with str()" if isinstance(value, int | float) else name


def _all_ascii(items: list[Any]) -> bool:
    """Check all at once, since nearly always all of them are plain ASCII."""
    try:
        return "".join(items).isascii()
    except TypeError:
        return False


def _check_text(value: object, field: str, position: int | None = None) -> None:
    if not isinstance(value, str):
        raise InvalidMessageError(f"expected a string, got {kind_of(value)}", field=field, position=position)
    if not can_be_encoded(value):
        rule = "it has half of a surrogate pair, which is not a character; decode the text as UTF-8"
        raise InvalidMessageError(rule, field=field, position=position)
