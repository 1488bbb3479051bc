"""A text with `{name}` fields. Names are looked up as they stand: there are no attributes and no formats. Pure."""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple, cast

import laaffic

_NOWHERE = object()  # the name of no value
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class _Field(NamedTuple):
    name: str
    default: str | None


class Template:
    """A text that is filled in for each recipient.

    `{name}` is a field: the value of that name, which is looked up without regard to case, and to spaces around it.
    `{name|customer}` says what stands there when there is no value, or an empty one; `{name|}` leaves the place empty.
    `{{` and `}}` are braces.

    Args:
        text: the text with its fields.

    Attributes:
        fields: the names of its fields, each once, as they are first written.
        required: those of them that have no default in at least one place.

    Raises:
        laaffic.InvalidMessageError: a brace belongs to no field, or a field has no name. The text says where.
    """

    __module__ = "laaffic_campaigns"

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise laaffic.InvalidMessageError(f"expected a string, got {type(text).__name__}", field="template")
        parts = list(_parts(text))
        self._fields = tuple(part for part in parts if isinstance(part, _Field))
        # Filled in by `%`, which is the quickest way that there is.
        self._pattern = "".join("%s" if isinstance(part, _Field) else part.replace("%", "%%") for part in parts)
        self.fields = _each_once(field.name for field in self._fields)
        self.required = _each_once(field.name for field in self._fields if field.default is None)
        self._bound: tuple[tuple[Hashable, ...], list[tuple[Hashable, _Field]]] = ((), self._bind(()))

    def __repr__(self) -> str:
        """Show its fields, and not its text."""
        return f"Template(<fields {', '.join(self.fields)}>)"

    def render(self, values: Mapping[str, object]) -> str:
        """Return the text with every field filled in.

        Args:
            values: texts, whole numbers and decimals, by name; None is none.

        Raises:
            laaffic.InvalidMessageError: a value is missing, empty or of another type, or two have the same name. Its
                `field` is the name of the field, and its `rule` says what to do.
        """
        names, bound = self._bound
        given = tuple(values)
        if given != names:  # records of one source have the same names
            bound = self._bind(given)
            self._bound = (given, bound)
        filled, found = [], cast("Mapping[Hashable, object]", values).get
        for name, field in bound:
            value = found(name)
            if type(value) is str and value.strip():
                filled.append(value)
            else:
                filled.append(_as_text(value, field))
        return self._pattern % tuple(filled)

    def _bind(self, names: tuple[Hashable, ...]) -> list[tuple[Hashable, _Field]]:
        """Return which of the names each field has."""
        if not self._fields:
            return []
        found = by_folded_name(names)
        for field in self._fields:
            same = found.get(folded(field.name), [])
            if len(same) > 1:
                rule = f"there are {len(same)} values of this name, which differ in case only; name them otherwise"
                raise laaffic.InvalidMessageError(rule, field=field.name)
        return [(next(iter(found.get(folded(field.name), [])), _NOWHERE), field) for field in self._fields]


def folded(name: str) -> str:
    """Return a name as names are compared."""
    return name.strip().casefold()


def by_folded_name(names: Iterable[Hashable]) -> dict[str, list[str]]:
    """Return the names that are texts, by how they are compared."""
    found: dict[str, list[str]] = {}
    for name in names:
        if isinstance(name, str):
            found.setdefault(folded(name), []).append(name)
    return found


def _as_text(value: object, field: _Field) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    nothing = value is None or (isinstance(value, float | Decimal) and value != value)  # noqa: PLR0124  # NaN: pandas' none
    if not nothing and not isinstance(value, str):
        remedy = "only a text, a whole number or a Decimal can be filled in; give it as it is to be read"
        raise laaffic.InvalidMessageError(f"the value is of type {type(value).__name__}; {remedy}", field=field.name)
    if isinstance(value, str) and value.strip():
        return value
    if field.default is not None:
        return field.default
    what = "there is no value" if nothing else "the value is empty"
    rule = f"{what}, and the template uses it; give one, or a default: {{{field.name}|...}}"
    raise laaffic.InvalidMessageError(rule, field=field.name)


def _parts(text: str) -> Iterator[str | _Field]:
    at = 0
    for token in _TOKEN.finditer(text):
        yield text[at : token.start()]
        at = token.end()
        name, bar, default = (token[1] or "").partition("|")
        if name.strip():
            yield _Field(name.strip(), default if bar else None)
        elif token[0] in {"{{", "}}"}:
            yield token[0][0]
        else:
            where = f"the brace at character {token.start() + 1} belongs to no field"
            raise laaffic.InvalidMessageError(f"{where}; write {{name}}, or {{{{ or }}}} for a brace", field="template")
    yield text[at:]


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(folded(name), name)
    return tuple(first.values())
