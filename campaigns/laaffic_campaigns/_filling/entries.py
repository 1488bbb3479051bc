"""Reading what is given, a group at a time: each entry as it is now, since the caller may reuse it for the next one."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import laaffic
from laaffic_campaigns._filling.template import Template, by_folded_name

AT_ONCE = 1000  # recipients in one group
_NO_ROWS = (str, bytes, Mapping, AbstractSet, laaffic.Message)  # iterable, but not in a way that means a row
_OWN = ("number", "order_id", "sender_id")


class Filled(NamedTuple):
    """A record with its text filled in."""

    number: Any
    content: str
    order_id: Any
    sender_id: Any


class Refused(NamedTuple):
    """An entry that is not valid.

    Attributes:
        number: what was given as one, as text.
        order_id: the caller's, if it is one.
        error: what is wrong.
    """

    number: str
    order_id: str | None
    error: laaffic.InvalidMessageError


def groups_of(given: Iterable[Any], template: Template | None) -> Iterator[list[Any]]:
    """Yield what is given in groups: rows, as tuples, and messages; with a template, `Filled` and `Refused`."""
    read = _kept if template is None else _Records(template).read
    group: list[Any] = []
    room = AT_ONCE
    for entry in given:
        kind = type(entry)
        if template is None and (kind is tuple or kind is list):
            group.append(entry if kind is tuple else tuple(entry))
            room -= 1
        else:
            group.append(read(entry))
            room -= len(entry.numbers) if isinstance(entry, laaffic.Message) else 1
        if room <= 0:
            yield group
            group, room = [], AT_ONCE
    if group:
        yield group


def refused(row: Any, error: laaffic.InvalidMessageError) -> Refused:
    """Return what is known of a row that is not valid."""
    values = list(row) if isinstance(row, tuple) else [row]
    number = values[0] if values else ""
    order_id = values[2] if len(values) > 2 and isinstance(values[2], str) else None  # noqa: PLR2004  # the third
    return Refused(_text(number), None if order_id is None else _text(order_id), error)


def _kept(entry: Any) -> Any:
    return tuple(entry) if isinstance(entry, Iterable) and not isinstance(entry, _NO_ROWS) else entry


class _Records:
    """Records, whose names are looked up without regard to case."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._names: tuple[Hashable, ...] | None = None
        self._own: list[str | None] = [None] * len(_OWN)

    def read(self, record: Any) -> Filled | Refused:
        """Fill in the template."""
        number = order_id = sender_id = None
        try:
            number, order_id, sender_id = self._own_values(record)
            content = self._template.render(record)
        except laaffic.InvalidMessageError as error:
            return refused((number, "", order_id) if isinstance(record, Mapping) else record, error)
        return Filled(number, content, order_id, sender_id)

    def _own_values(self, record: Any) -> list[Any]:
        if not isinstance(record, Mapping):
            rule = f"expected a record, got {type(record).__name__}; with a template, each is a mapping"
            raise laaffic.InvalidMessageError(rule, field="rows")
        names = tuple(record)
        if names != self._names:  # records of one source have the same names
            self._own, self._names = _own_names(names), names
        number, order_id, sender_id = [None if name is None else record[name] for name in self._own]
        return [number, _or_none(order_id), _or_none(sender_id)]


def _own_names(names: tuple[Hashable, ...]) -> list[str | None]:
    if None in names:  # where csv.DictReader puts what is beyond the header
        rule = "it has more values than names, so that values may stand under a wrong name; correct the record"
        raise laaffic.InvalidMessageError(rule, field="rows")
    found = by_folded_name(names)
    for own in _OWN:
        if len(found.get(own, [])) > 1:
            rule = "there are several values of this name, which differ in case only; name them otherwise"
            raise laaffic.InvalidMessageError(rule, field=own)
    if "number" not in found:
        raise laaffic.InvalidMessageError("there is none; each record has a number", field="number")
    return [next(iter(found.get(own, [])), None) for own in _OWN]


def _or_none(value: Any) -> Any:
    """Return an optional value; an empty one says nothing."""
    return None if isinstance(value, str) and not value.strip() else value


def _text(value: object) -> str:
    try:
        text = str(value) if isinstance(value, str | int | float) else f"<{type(value).__name__}>"
    except ValueError:  # it has more digits than Python writes
        text = f"<{type(value).__name__}>"
    return text.encode("utf-8", "replace").decode()
