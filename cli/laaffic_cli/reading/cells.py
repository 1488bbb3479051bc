"""Cells of the outcomes, which a spreadsheet may open: none is taken for a formula, and laaffic reads each as it was.

A spreadsheet calculates what begins with one of these signs, and may then ask another computer or start a program. The
apostrophe is its own sign for a text.
"""

import re
from collections.abc import Iterable

COLUMNS = ("number", "order_id", "msg_id", "state")
_FORMULA = re.compile(r"'*[\s\x00-\x1f]*[=+\-@＝＋－＠]")  # noqa: RUF001  # the wide signs count too where they are usual


def as_text(cell: str | None) -> str | None:
    """Return a cell that no spreadsheet calculates: with an apostrophe before it where it may be a formula."""
    return f"'{cell}" if cell and _FORMULA.match(cell) else cell


def as_it_was(cell: str) -> str:
    """Undo that."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def are_outcomes(names: Iterable[str]) -> bool:
    """Tell by its columns whether a file is one of outcomes."""
    return set(COLUMNS) <= set(names)
