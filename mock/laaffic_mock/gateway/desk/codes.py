"""One-time codes in a text, found by their look."""

import re

# Standing alone: within no word, no longer number, no date, time or amount.
_CODE = re.compile(
    r"(?<![^\W_])(?<!\+)(?<![0-9][.,:/-])"
    r"(?:[0-9]{4,8}|(?<![0-9] )[0-9]{3}[ -][0-9]{3}(?! [0-9]))"
    r"(?![^\W_])(?![.,:/-][0-9])"
)


def codes_in(text: str) -> list[str]:
    """Return what looks like a one-time code: 4 to 8 digits standing alone, or `123-456` and `123 456`, as digits."""
    return [re.sub("[ -]", "", found) for found in _CODE.findall(text)]
