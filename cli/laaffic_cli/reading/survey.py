"""The first pass: everything is checked before anything is sent."""

from typing import NamedTuple

from laaffic import Message
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reading.sources import Source

# About 70 MB when full.
MAX_REMEMBERED = 1_000_000


class Survey(NamedTuple):
    """What a source holds.

    Attributes:
        recipients: how many recipients there are, each counted as often as it appears.
        repeated: how many of them appear once more with the same text.
        certain: whether every recipient was compared with every other.
        left_out: who is not among them, and why; or None.
    """

    recipients: int
    repeated: int
    certain: bool = True
    left_out: str | None = None

    def warning(self) -> str | None:
        """Say who is left out, and that somebody gets the same text more than once."""
        told = [] if self.left_out is None else [f"left out: {self.left_out}"]
        if self.repeated:
            count = f"{'' if self.certain else 'at least '}{self.repeated}"
            again = f"{count} of {self.recipients} recipients repeat a number with the same text"
            told.append(f"{again}; each of them is sent to")
        return "; ".join(told) or None


def survey(source: Source) -> Survey:
    """Go through a source once.

    Raises:
        BadInputError: something in it is wrong.
    """
    recipients = repeated = 0
    seen: set[int] = set()
    for message in source.messages():
        recipients += len(message.numbers)
        repeated += _repeated(message, seen)
    if not recipients:
        raise BadInputError([f"There is nobody to send to; left out: {source.left_out}"])
    return Survey(recipients, repeated, len(seen) < MAX_REMEMBERED, source.left_out)


def _repeated(message: Message, seen: set[int]) -> int:
    count = 0
    for number in message.numbers:
        mark = hash((number, message.content))
        if mark in seen:
            count += 1
        elif len(seen) < MAX_REMEMBERED:
            seen.add(mark)
    return count
