"""What may be shown of numbers and of foreign words in logs, `repr` and errors."""

import re
from collections.abc import Iterable

_SHOWN = 2
_LONGEST = 200
_SECRET = 4  # characters; what is shorter tells nothing, and stands in every sentence
_DIGITS = re.compile(r"\d{7,}")
_SIGNATURE = re.compile(r"\b[0-9A-Fa-f]{32}\b")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def mask_number(number: str) -> str:
    """Show the first and the last two digits of a receiver's number: `91*******12`."""
    hidden = max(len(number) - 2 * _SHOWN, 0)
    return f"{number[:_SHOWN]}{'*' * hidden}{number[-_SHOWN:]}" if hidden else "*" * len(number)


def scrub(words: str, secrets: Iterable[str] = ()) -> str:
    """Make somebody else's words fit for an error: no numbers, no signatures, none of `secrets`, one short line."""
    for secret in secrets:
        if len(secret) >= _SECRET:
            words = words.replace(secret, "…")
    words = _DIGITS.sub(lambda digits: mask_number(digits.group()), _SIGNATURE.sub("…", words))
    words = _UNPRINTABLE.sub(" ", words).strip()
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
