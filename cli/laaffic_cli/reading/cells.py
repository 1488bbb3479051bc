"""Cells of files that laaffic writes: a spreadsheet takes none for a formula, and laaffic reads each as it was.

A spreadsheet calculates what begins with one of these signs, and may then ask another computer or start a program. The
apostrophe is its own sign for a text. Where the comma is the decimal point, it parts a line at semicolons instead, in
the midst of a cell.
"""

import re
from collections.abc import Iterable

COLUMNS = ("number", "order_id", "msg_id", "state")
REPORT_COLUMNS = ("msg_id", "delivery", "delivered_at")
RECORD_COLUMNS = ("msg_id", "number", "state", "received_at", "status")
PLACE_COLUMNS = ("file", "line", "column", "reason")  # of a file of bad rows, before the row's own
_WRITTEN = (COLUMNS, REPORT_COLUMNS, RECORD_COLUMNS, PLACE_COLUMNS)
_BEGINNING = r"(?:^|(?<=;))"
_SIGNS = r"'*[\s\x00-\x1f]*[=+\-@＝＋－＠]"  # noqa: RUF001  # the wide signs count too where they are usual
_FORMULA = re.compile(_BEGINNING + _SIGNS)
_AS_TEXT = re.compile(f"{_BEGINNING}'(?={_SIGNS})")


def as_text(cell: str | None) -> str | None:
    """Return a cell of which no spreadsheet calculates anything: with an apostrophe before what may be a formula."""
    return cell and _FORMULA.sub(r"'\g<0>", cell)


def as_it_was(cell: str) -> str:
    """Undo that."""
    return _AS_TEXT.sub("", cell) if "'" in cell else cell


def are_ours(names: Iterable[str]) -> bool:
    """Tell by its columns whether a file is one that laaffic wrote: of outcomes, reports, records or bad rows."""
    found = set(names)
    return any(found.issuperset(columns) for columns in _WRITTEN)
