"""How much is measured, and how it is told while it goes on."""

import sys
from typing import NamedTuple, TypeVar

Figure = TypeVar("Figure", int, float)
DIGITS = 4


class Effort(NamedTuple):
    """How much to measure."""

    section: str
    quick: bool
    full: bool

    def of(self, usual: Figure, quick: Figure) -> Figure:
        """Choose a number of repetitions."""
        return quick if self.quick else usual

    def tell(self, words: str) -> None:
        """Say what goes on."""
        print(f"  {self.section}: {words}", file=sys.stderr, flush=True)


def rounded(figure: float) -> float:
    """Round to four digits that say something."""
    return float(f"{figure:.{DIGITS}g}")
