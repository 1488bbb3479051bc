"""What is known after an attempt to call the provider: a response, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Responded:
    """A complete response came."""

    http_status: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No response came.

    Attributes:
        reached: whether any part of the request may have reached the provider.
        why: what happened, in words without secrets.
        hint: what to do about it, where there is better advice than for such failures in general.
        connecting: whether it failed while a connection was being made, so that another attempt may help.
    """

    reached: bool
    why: str
    hint: str | None = None
    connecting: bool = False


Evidence = Responded | Unanswered
