"""What is known after an attempt to call the provider: a response, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Responded:
    """A complete response came.

    Attributes:
        http_status: its HTTP status.
        content: its body, decoded.
        headers: its headers.
        signed_at: the timestamp in the request's signature, in seconds since 1970.
        kept: whether its connection had been used by another request before, whose late response it might be.
        followed: whether something came behind it, so that it is not known which response is this request's.
        signed_anew: whether the request had been refused for its timestamp before, and signed by the provider's clock.
    """

    http_status: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    signed_at: float = 0.0
    kept: bool = False
    followed: bool = False
    signed_anew: bool = False


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
