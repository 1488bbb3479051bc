"""What is known after an attempt to post: an answer, or why there is none."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer came, whole."""

    http_status: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No answer came.

    Attributes:
        reached: whether any part of the request may have reached the provider.
        why: what happened, in words that hold no secret.
        hint: what to do about it, where that is not the same as for all such failures.
        connecting: whether it failed while a connection was being made, so that another attempt may help.
    """

    reached: bool
    why: str
    hint: str | None = None
    connecting: bool = False


Evidence = Answered | Unanswered
