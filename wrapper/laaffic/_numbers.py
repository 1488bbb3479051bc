"""Receivers' numbers: from what people write to E.164 without plus."""

import re

# What people put between digits: spaces, no-break spaces, hyphens and dashes, dots, slashes, parentheses.
_SEPARATORS = re.compile(r"[\s\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\-\u2010-\u2015\u2212./()]+")
_E164 = re.compile(r"[1-9][0-9]{6,14}")
MOST_DIGITS = 15
LEAST_DIGITS = 7


def normalise_number(raw: str) -> str:
    """Turn `+91 8563-214-12` into `91856321412`.

    Raises:
        ValueError: it is no number with a country code. The text says why and what to do, without quoting the number.
    """
    if "(0)" in raw:
        raise ValueError("has a (0), which is not dialled from abroad; leave it out")
    digits = _SEPARATORS.sub("", raw).removeprefix("+")
    if _E164.fullmatch(digits):
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
