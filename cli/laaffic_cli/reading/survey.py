"""The first pass: everything is checked before anything is sent."""

from typing import NamedTuple

from laaffic import Message
from laaffic_cli.reading.problem import BadInputError, Problem
from laaffic_cli.reading.sources import Source

_MAX_SHOWN = 20
# About 70 MB when full.
MAX_REMEMBERED = 1_000_000


class Survey(NamedTuple):
    """What a source holds.

    Attributes:
        recipients: how many recipients there are, each counted as often as it appears.
        repeated: how many of them appear once more with the same text.
        certain: whether every recipient was compared with every other.
        first_line: the line of the first row, if each row is one line after the one before; else None.
    """

    recipients: int
    repeated: int
    certain: bool = True
    first_line: int | None = None

    def warning(self) -> str | None:
        """Say that somebody gets the same text more than once."""
        if not self.repeated:
            return None
        count = f"{'' if self.certain else 'at least '}{self.repeated}"
        return f"{count} of {self.recipients} recipients repeat a number with the same text; each of them is sent to"


def survey(source: Source) -> Survey:
    """Go through a source once.

    Raises:
        BadInputError: something in it is wrong.
    """
    problems: list[str] = []
    more = recipients = repeated = 0
    seen: set[int] = set()
    offsets: set[int | None] = set()  # of lines from indexes, at most two
    for index, item in enumerate(source.messages()):
        if isinstance(item, Problem):
            if len(problems) < _MAX_SHOWN:
                problems.append(item.text)
            else:
                more += 1
            continue
        if len(offsets) <= 1:
            offsets.add(None if source.line is None else source.line - index)
        recipients += len(item.numbers)
        repeated += _repeated(item, seen)
    if problems:
        raise BadInputError(problems, more)
    first_line = offsets.pop() if len(offsets) == 1 else None
    return Survey(recipients, repeated, certain=len(seen) < MAX_REMEMBERED, first_line=first_line)


def _repeated(message: Message, seen: set[int]) -> int:
    count = 0
    for number in message.numbers:
        mark = hash((number, message.content))
        if mark in seen:
            count += 1
        elif len(seen) < MAX_REMEMBERED:
            seen.add(mark)
    return count
