"""Groups of what is given, checked by laaffic's own rules: a column at a time, or one after the other. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import laaffic
from laaffic_campaigns._filling.columns import Columns
from laaffic_campaigns._filling.entries import Filled, Refused, refused
from laaffic_campaigns._protocol.left_out import DUPLICATE, EXCLUDED

_SURELY_SHORT = 1000  # characters; whether a longer text is too long says laaffic


@dataclass(frozen=True, slots=True)
class Rules:
    """Who gets what: fixed when a campaign is made.

    Attributes:
        max_recipients: in one chunk, which is one request.
        sender_id: for rows, and for messages and records without one.
        exclude: numbers, as they are sent, who get nothing.
        unique: whether a number gets only the first of its messages.
        report: whether an invalid row is reported; otherwise it is raised.
    """

    max_recipients: int
    sender_id: str | None
    exclude: frozenset[str]
    unique: bool
    report: bool


def checked(group: list[Any], first: int, rules: Rules) -> tuple[Columns, Columns]:
    """Return those of a group who may get something, and those who are not valid.

    Args:
        group: of one `groups_of`.
        first: the index of its first entry.
        rules: who gets what.

    Raises:
        laaffic.InvalidMessageError: an entry is not valid, and none may be.
    """
    columns = _plain_columns(group, first, rules)
    return (columns, Columns()) if columns is not None else _one_by_one(group, first, rules)


def chosen(columns: Columns, rules: Rules, seen: set[int]) -> tuple[Columns, Columns]:
    """Return those who get something, and those who do not because of `exclude` and `unique`.

    Args:
        columns: those who may.
        rules: who gets what.
        seen: the numbers that got something before; these get it, too.
    """
    numbers = set(map(int, columns.numbers)) if rules.unique else set()  # an int takes half of a text's memory
    twice = rules.unique and (len(numbers) < len(columns.numbers) or not seen.isdisjoint(numbers))
    if not twice and rules.exclude.isdisjoint(columns.numbers):
        seen |= numbers
        return columns, Columns()
    kept, left_out = Columns(), Columns()
    recipients = zip(columns.numbers, columns.order_ids, strict=True)
    messages = zip(columns.sizes, columns.contents, columns.sender_ids, columns.indexes, strict=True)
    for size, content, sender_id, index in messages:
        to: list[str] = []
        order_ids: list[str | None] = []
        for number, order_id in islice(recipients, size):
            if number in rules.exclude:
                left_out.leave_out(index, number, order_id, EXCLUDED)
            elif rules.unique and int(number) in seen:
                left_out.leave_out(index, number, order_id, DUPLICATE)
            else:
                to.append(number)
                order_ids.append(order_id)
                if rules.unique:
                    seen.add(int(number))
        if to:
            kept.add(index, to, order_ids, content, sender_id)
    return kept, left_out


def _plain_columns(group: list[Any], first: int, rules: Rules) -> Columns | None:
    """Return the columns of rows that are certainly valid; None when each must be looked at by itself."""
    kinds = set(map(type, group))
    if kinds not in ({tuple}, {Filled}):
        return None
    try:
        numbers, contents, *more = map(list, zip(*group, strict=True))
        if kinds == {tuple} and len(more) > 1:
            return None
        if not all(contents) or any(map(str.isspace, contents)) or max(map(len, contents)) > _SURELY_SHORT:
            return None
        "".join(contents).encode()  # which fails for half of a surrogate pair
        to = list(laaffic.Message(numbers, "x").numbers)  # laaffic checks numbers and order ids by columns itself
        order_ids = _order_ids(more[0] if more else [None] * len(to), to)
        sender_ids = _sender_ids(more[1], rules) if len(more) > 1 else [rules.sender_id] * len(to)
    except (TypeError, ValueError):  # of which InvalidMessageError is one
        return None
    return Columns(to, order_ids, [1] * len(to), contents, sender_ids, list(range(first, first + len(to))))


def _order_ids(given: list[str | None], numbers: list[str]) -> list[str | None]:
    theirs = [order_id for order_id in given if order_id is not None]
    if not theirs:
        return given
    checked_ids = iter(laaffic.Message(numbers[: len(theirs)], "x", order_ids=theirs).order_ids or ())
    return [None if order_id is None else next(checked_ids) for order_id in given]


def _sender_ids(given: list[str | None], rules: Rules) -> list[str | None]:
    known = {sender_id: laaffic.Rows((), sender_id=sender_id).sender_id for sender_id in set(given)}
    return [rules.sender_id if sender_id is None else known[sender_id] for sender_id in given]


def _one_by_one(group: list[Any], first: int, rules: Rules) -> tuple[Columns, Columns]:
    columns, invalid = Columns(), Columns()
    for index, entry in enumerate(_messages(group), first):
        if isinstance(entry, Refused):
            error = entry.error
            if not rules.report:
                raise laaffic.InvalidMessageError(error.rule, field=error.field, message_index=index, among="rows")
            named = error.field not in {"row", "rows", "numbers", "content", "order_ids"}  # of a template, or a record
            reason = f"{error.field}: {error.rule}" if named else error.rule
            invalid.leave_out(index, entry.number, entry.order_id, reason)
        else:
            numbers = list(entry.numbers)
            order_ids = list(entry.order_ids or [None] * len(numbers))
            sender_id = rules.sender_id if entry.sender_id is None else entry.sender_id
            columns.add(index, numbers, order_ids, entry.content, sender_id)
    return columns, invalid


def _messages(group: list[Any]) -> Iterator[laaffic.Message | Refused]:
    """Yield a message, or a refusal, for each entry."""
    for entry in group:
        if isinstance(entry, laaffic.Message | Refused):
            yield entry
            continue
        try:
            message = _message_of(entry)
        except laaffic.InvalidMessageError as error:
            yield refused((entry.number, "", entry.order_id) if isinstance(entry, Filled) else entry, error)
        else:
            yield message


def _message_of(entry: Any) -> laaffic.Message:
    if isinstance(entry, Filled):
        order_ids = None if entry.order_id is None else [entry.order_id]
        return laaffic.Message([entry.number], entry.content, entry.sender_id, order_ids)
    return next(iter(laaffic.Rows((entry,))))
