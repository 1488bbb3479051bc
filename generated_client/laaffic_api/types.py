# Generated from openapi.yaml by `make generate`. Do not edit.
"""Shared types"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, Literal, TypeVar

import orjson
from attrs import define, field


class Unset:
    """The type of a missing field, which is not the same as null"""

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Unset = Unset()

T = TypeVar("T")


@define
class Response(Generic[T]):
    """What came back over HTTP, as it came"""

    status_code: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    _read: Callable[[Any], T] = field(repr=False, eq=False, alias="read")

    @property
    def parsed(self) -> T | None:
        """The body, read by the contract; None when it does not follow it. Read again on every access."""
        try:
            return self._read(orjson.loads(self.content))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None


__all__ = ["UNSET", "Response", "Unset"]
