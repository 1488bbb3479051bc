"""What may be shown of numbers, and of words that are not ours, in logs, `repr` and errors."""

import re

_SHOWN = 2
_MAX_DIGITS = 15
_MAX_WORD = 40
_DIGITS = re.compile(r"[0-9]{1,15}")
_MACHINE_WORD = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
_STATUS = re.compile(r"-?[0-9]{1,3}")


def mask_number(number: str) -> str:
    """Show the first and the last two digits of a recipient's number: `91*******12`; nothing of what is none."""
    if _DIGITS.fullmatch(number) is None:
        return "*" * min(len(number), _MAX_DIGITS)
    hidden = max(len(number) - 2 * _SHOWN, 0)
    return f"{number[:_SHOWN]}{'*' * hidden}{number[-_SHOWN:]}" if hidden else "*" * len(number)


def machine_word(words: str | None) -> str | None:
    """Return somebody else's words where they are one word for machines, such as `DST_MCCMNC_LIMIT`; else None.

    All other words may quote a number, a text, a key or a signature, in whatever form, and are not shown.
    """
    return words if words is not None and len(words) <= _MAX_WORD and _MACHINE_WORD.fullmatch(words) else None


def shown_status(status: str | None) -> str | None:
    """Return a status of up to three digits, as all that the provider lists are; else None: it may be a text."""
    return status if status is not None and _STATUS.fullmatch(status) else None


def can_be_encoded(text: str) -> bool:
    """Return whether a text can be encoded as UTF-8. What is raised elsewhere has no context that quotes it."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
