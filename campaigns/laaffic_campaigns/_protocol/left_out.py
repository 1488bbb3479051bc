"""Why somebody is left out of a campaign when it is made. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

EXCLUDED = "it is excluded"
DUPLICATE = "the same number was there before"


class LeftOut(NamedTuple):
    """How many are left out, and why: excluded, a second message to the same number, or an invalid row."""

    invalid: int = 0
    excluded: int = 0
    duplicates: int = 0


def count_left_out(reasons: Iterable[str | None]) -> LeftOut:
    """Count the reasons of those who are left out."""
    listed = list(reasons)
    excluded, duplicates = listed.count(EXCLUDED), listed.count(DUPLICATE)
    return LeftOut(len(listed) - excluded - duplicates, excluded, duplicates)
