"""What is wrong with the input, and where."""

from collections.abc import Sequence
from typing import NamedTuple

MAX_SHOWN = 20


class Problem(NamedTuple):
    """One thing that is wrong with one row.

    Attributes:
        reason: the rule with its remedy.
        line: where the row begins in its file.
        column: what it is about, by the file's own name for it.
        value: what stands there, masked.
        cells: the row as it is in the file; None if it is not about one row, so that leaving one out mends nothing.
        file: the file's name.
    """

    reason: str
    line: int | None = None
    column: str | None = None
    value: str | None = None
    cells: Sequence[str] | None = None
    file: str | None = None

    @property
    def text(self) -> str:
        """All of it on one line, without the cells."""
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        about = " ".join(part for part in (self.column, self.value) if part)
        return ": ".join(part for part in (place, about, self.reason) if part)


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


class Problems:
    """What is wrong with a file's rows, gathered so that all of it is told at once."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._count = 0

    def add(self, problem: Problem) -> None:
        """Take in one more."""
        self._count += 1
        if len(self._texts) < MAX_SHOWN:
            self._texts.append(problem.text)

    def raise_any(self) -> None:
        """Do nothing if there is none.

        Raises:
            BadInputError: there is at least one; it has the first 20 and how many more there are.
        """
        if self._count:
            raise BadInputError(self._texts, self._count - len(self._texts))


class ReadingError(Exception):
    """A file stopped making sense, so that reading cannot go on."""

    def __init__(self, text: str, line: int | None = None) -> None:
        super().__init__(text)
        self.problem = Problem(text, line)
