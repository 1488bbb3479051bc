"""The numbers of one cell: one, or several that are clearly parted, and never one made of two."""

import re

_BETWEEN_NUMBERS = re.compile(r"[,;/]")
_NEWLINES = re.compile(r"[\r\n]+")
_MIN_DIGITS, _MAX_DIGITS = 7, 15  # of a number with its country code; laaffic checks it, this only looks for a second
_AS_TEXT = "format the column as text, enter the numbers again and save"
# What a spreadsheet makes of 91856321412 when it takes it for a quantity: 9.18563E+10, or 91856321412.0.
_SHORTENED = re.compile(r"\d\s*[eE]\s*[+-]?\s*\d")
_DECIMAL = re.compile(r"\+?\d{7,}\.0+")
_MINUS = ("-", "\u2212")


def numbers_of(cell: str) -> list[str]:
    """Return each number of a cell, as it is written.

    They are parted by a comma, a semicolon, a slash or the end of a line. Whether each of them is valid is not checked.
    """
    # With a comma for the decimal point, a shortened number looks like two.
    if _SHORTENED.search(cell) or not cell.strip():
        return [cell] if cell.strip() else []
    # A line end beside a comma parts nothing more.
    parts = [part.strip() for part in _BETWEEN_NUMBERS.split(cell)]
    return [line.strip() for part in parts for line in _NEWLINES.split(part)]


def unfit(number: str) -> str | None:
    """Say why what stands for one number may be none, or more than one, though its digits would make one; or None."""
    if _SHORTENED.search(number):
        return f"a spreadsheet has shortened the number, and its last digits are lost; {_AS_TEXT}"
    if _DECIMAL.fullmatch(number.strip()):
        return f"a program has given the number a decimal point; {_AS_TEXT}"
    if number.strip().startswith(_MINUS):
        return "the number has a minus sign; write it as 91856321412 or +91 8563-214-12"
    if _are_two(number):
        remedy = "part them with a semicolon, or write one number without anything between its digits"
        return f"it looks like two numbers behind each other; {remedy}"
    return None


def _are_two(number: str) -> bool:
    """Return whether it can be cut between two groups of digits into numbers that are each long enough for one."""
    groups = [len(group) for group in re.findall(r"[0-9]+", number)]
    total = sum(groups)
    if total < 2 * _MIN_DIGITS:
        return False
    before = 0
    for group in groups[:-1]:
        before += group
        if _MIN_DIGITS <= before <= _MAX_DIGITS and total - before >= _MIN_DIGITS:
            return True
    return False
