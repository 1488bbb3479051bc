"""Recipients' numbers: from what people write to E.164 without plus."""

import re

from laaffic._model.errors import InvalidMessageError

# What people put between the digits of one number: spaces of all widths, marks of direction, hyphens and dashes, dots,
# parentheses. Not tabs, line ends or slashes: those separate two numbers, which must not become one.
_SEPARATORS = re.compile(r"[ \u00a0\u2000-\u200b\u200e\u200f\u202a-\u202f\u2060\ufeff\-\u2010-\u2015\u2212.()]+")
_DECIMAL = re.compile(r"\+?[0-9]+\.[0-9]*")
# Numbers as they are sent, one, or several with commas between them: E.164 without plus.
E164 = r"[1-9][0-9]{6,14}"
is_number = re.compile(E164).fullmatch
are_numbers = re.compile(f"(?:{E164},)*{E164}").fullmatch
MAX_DIGITS = 15
MIN_DIGITS = 7


def normalize_number(raw: str) -> str:
    """Turn a number as people write it into E.164 without plus: `+91 8563-214-12` into `91856321412`.

    The same is done to the numbers of every `Message`, so this is for your own tables: to look for duplicates, to match
    opt-outs, to check a form. Whether the number exists is not checked.

    Args:
        raw: one number with its country code, 7 to 15 digits (ITU-T E.164). Spaces, hyphens, dots, parentheses and a
            leading plus are removed.

    Returns:
        The digits, as they are sent.

    Raises:
        InvalidMessageError: it is not a number with a country code. The text says why and what to do.
    """
    if not isinstance(raw, str):
        hint = "; convert it with str()" if isinstance(raw, int | float) else ""
        raise InvalidMessageError(f"expected a string, got {type(raw).__name__}{hint}", field="number")
    try:
        return cleaned(raw)
    except ValueError as error:
        raise InvalidMessageError(f"the number {error}", field="number") from None


def cleaned(raw: str) -> str:
    """Turn `+91 8563-214-12` into `91856321412`.

    Raises:
        ValueError: it is not a number with a country code. The text says why, without quoting the number.
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
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"has {len(digits)} digits; a number has at most {MAX_DIGITS} with its country code")
    raise ValueError(f"has only {len(digits)} digits; a number has at least {MIN_DIGITS} with its country code")
