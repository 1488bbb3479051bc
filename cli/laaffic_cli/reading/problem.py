"""What is wrong with the input, and where."""

from collections.abc import Sequence
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing that is wrong: the rule with its remedy, and the line of the file if there is one."""

    text: str
    line: int | None = None


class BadInputError(Exception):
    """Something cannot be sent as it was given. Nothing was sent.

    Attributes:
        problems: what is wrong, in words fit for the terminal; at most as many as are shown.
        more: how many further problems there are.
    """

    def __init__(self, problems: Sequence[str], more: int = 0) -> None:
        super().__init__(*problems)
        self.problems = tuple(problems)
        self.more = more


class ReadingError(Exception):
    """A file stopped making sense, so that reading cannot go on."""

    def __init__(self, text: str, line: int | None = None) -> None:
        super().__init__(text)
        self.problem = Problem(text, line)
