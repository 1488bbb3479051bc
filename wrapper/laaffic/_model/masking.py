"""What may be shown of numbers, and of words that are not ours, in logs, `repr` and errors."""

import re
from collections.abc import Iterable

_SHOWN = 2
_MAX_LENGTH = 200
_MIN_SECRET = 4  # characters; anything shorter gives nothing away, and is part of many sentences
_DIGITS = re.compile(r"\d{7,}")
_SIGNATURE = re.compile(r"\b[0-9A-Fa-f]{32}\b")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def mask_number(number: str) -> str:
    """Show the first and the last two digits of a recipient's number: `91*******12`."""
    hidden = max(len(number) - 2 * _SHOWN, 0)
    return f"{number[:_SHOWN]}{'*' * hidden}{number[-_SHOWN:]}" if hidden else "*" * len(number)


def scrub(words: str, secrets: Iterable[str] = ()) -> str:
    """Make somebody else's words fit for an error: no numbers, no signatures, none of `secrets`, one short line."""
    for secret in secrets:
        if len(secret) >= _MIN_SECRET:
            words = words.replace(secret, "…")
    words = _DIGITS.sub(lambda digits: mask_number(digits.group()), _SIGNATURE.sub("…", words))
    words = _UNPRINTABLE.sub(" ", words).strip()
    return words if len(words) <= _MAX_LENGTH else f"{words[:_MAX_LENGTH]}…"
