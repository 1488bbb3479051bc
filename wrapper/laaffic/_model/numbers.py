"""Receivers' numbers: from what people write to E.164 without plus."""

import re

# What people put between the digits of one number: spaces of all widths, marks of direction, hyphens and dashes, dots,
# parentheses. Not tabs, line ends or slashes: those stand between two numbers, which must not become one.
_SEPARATORS = re.compile(r"[ \u00a0\u2000-\u200b\u200e\u200f\u202a-\u202f\u2060\ufeff\-\u2010-\u2015\u2212.()]+")
_DECIMAL = re.compile(r"\+?[0-9]+\.[0-9]*")
# As numbers are sent, one, and several with commas between them: E.164 without plus.
E164 = r"[1-9][0-9]{6,14}"
is_number = re.compile(E164).fullmatch
are_numbers = re.compile(f"(?:{E164},)*{E164}").fullmatch
MOST_DIGITS = 15
LEAST_DIGITS = 7


def normalise_number(raw: str) -> str:
    """Turn `+91 8563-214-12` into `91856321412`.

    Raises:
        ValueError: it is no number with a country code. The text says why and what to do, without quoting the number.
    """
    if is_number(raw):
        return raw
    if "(0)" in raw:
        raise ValueError("has a (0), which is not dialled from abroad; leave it out")
    if _DECIMAL.fullmatch(raw.strip()):
        raise ValueError("has a decimal point, as spreadsheets write figures; give it as text, without the point")
    digits = _SEPARATORS.sub("", raw.strip()).removeprefix("+")
    if is_number(digits):
        return digits
    if not digits:
        raise ValueError("is empty; give digits with the country code, such as 91856321412")
    if not re.fullmatch(r"[0-9]+", digits):
        raise ValueError("has characters other than digits; write it as 91856321412 or +91 8563-214-12")
    if digits.startswith("0"):
        raise ValueError("begins with 0; write it with the country code and without 0 or 00 before it")
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"has {len(digits)} digits; a number has at most {MOST_DIGITS} with its country code")
    raise ValueError(f"has only {len(digits)} digits; a number has at least {LEAST_DIGITS} with its country code")
