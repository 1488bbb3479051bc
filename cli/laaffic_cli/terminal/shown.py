"""How foreign words may be shown: never a number in full, nothing that moves the cursor."""

import re

_ENDS = 2
_LONGEST = 30
_DIGITS = re.compile(r"\d{7,}")


def masked(number: str) -> str:
    """Show the first and the last two characters of a number: `91*******12`."""
    text = printable(number.strip())
    hidden = len(text) - 2 * _ENDS
    if hidden <= 0:
        return "*" * len(text)
    return f"{text[:_ENDS]}{'*' * min(hidden, _LONGEST)}{text[-_ENDS:]}"


def name(words: str) -> str:
    """Show a name that a file gives, such as a key: on one line, short, no number in full."""
    text = printable(without_numbers(words))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def without_numbers(words: str) -> str:
    """Mask what may be a number, and leave the rest."""
    return _DIGITS.sub(lambda digits: masked(digits.group()), words)


def printable(words: str) -> str:
    """Write what a terminal would act upon as escapes."""
    if words.isprintable():
        return words
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in words)
