"""Which of a file's columns is what: by their names, and by `--column`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from laaffic_cli.reading.template import folded

_FIELDS = {
    "number": "numbers",
    "numbers": "numbers",
    "content": "content",
    "sender_id": "sender_id",
    "senderid": "sender_id",
    "order_id": "order_ids",
    "orderid": "order_ids",
    "order_ids": "order_ids",
}
_CHOICES = {**_FIELDS, "text": "content"}


@dataclass(frozen=True, slots=True)
class Naming:
    """What `--column` says: by which column of the file something is meant.

    Attributes:
        fields: the column of a message's field, as it was given.
        names: the column for a name that a template uses, by that folded name.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def naming_of(given: Iterable[str]) -> Naming:
    """Understand `number=phone` and the like.

    Raises:
        ValueError: one of them says nothing, or two contradict each other. The text says which.
    """
    fields: dict[str, str] = {}
    names: dict[str, str] = {}
    for choice in given:
        ours, equals, theirs = (part.strip() for part in choice.partition("="))
        if not (ours and equals and theirs):
            raise ValueError("write a name, an equals sign and the column of the file: number=phone")
        name = folded(ours)
        chosen = _CHOICES.get(name)
        if name in names or chosen in fields:
            raise ValueError(f'"{ours}" is given twice; keep one of them')
        names[name] = theirs
        if chosen is not None:
            fields[chosen] = theirs
    return Naming(fields, names)


def places_of(names: Iterable[str], naming: Naming) -> dict[str, str]:
    """Return which of a file's names a folded name means, for a template.

    Raises:
        ValueError: two of the file's names differ in case alone.
    """
    places: dict[str, str] = {}
    for name in names:
        if folded(name) in places:
            raise ValueError("two of its names differ only in upper and lower case; name one of them otherwise")
        places[folded(name)] = name
    return {**places, **{ours: places[folded(n)] for ours, n in naming.names.items() if folded(n) in places}}


def fields_of(names: Iterable[str], naming: Naming) -> dict[str, str]:
    """Return which of a file's names holds which field of a message.

    Raises:
        ValueError: two columns hold the same field.
    """
    names = tuple(names)
    found: dict[str, str] = {}
    for name in names:
        field_ = _FIELDS.get(folded(name))
        if field_ is None or field_ in naming.fields:
            continue
        if field_ in found:
            raise ValueError(f'"{found[field_]}" and "{name}" are two names for the same; keep one of them')
        found[field_] = name
    places = {folded(name): name for name in names}
    chosen = {field_: folded(name) for field_, name in naming.fields.items()}
    return {**found, **{field_: places[name] for field_, name in chosen.items() if name in places}}
