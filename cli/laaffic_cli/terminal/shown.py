"""How foreign words may be shown: never a number in full, nothing that a terminal acts upon or that is not seen."""

import json
import re
from unicodedata import category

_ENDS = 2
_LONGEST = 30
_DIGITS = re.compile(r"\d{7,}")
_NUMBER = re.compile(r"\+?\d(?:[ .()-]{0,3}\d){6,}")  # as people write it; so they do with dates


def masked(number: str) -> str:
    """Show the first and the last two characters of a number: `91*******12`."""
    text = printable(number.strip())
    hidden = len(text) - 2 * _ENDS
    if hidden <= 0:
        return "*" * len(text)
    return f"{text[:_ENDS]}{'*' * min(hidden, _LONGEST)}{text[-_ENDS:]}"


def name(words: str) -> str:
    """Show a name that a file gives, such as a key: on one line, short, no number in full."""
    return shortened(without_numbers(words))


def order_id(words: str) -> str:
    """Show an order id, which may be a number: on one line, short, and no number in full."""
    return shortened(_NUMBER.sub(lambda number: masked(number.group()), words))


def without_numbers(words: str) -> str:
    """Mask what may be a number, and leave the rest."""
    return _DIGITS.sub(lambda digits: masked(digits.group()), words)


def shortened(words: str) -> str:
    """Show foreign words on one line, and short."""
    text = printable(words)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def printable(words: str) -> str:
    r"""Write as escapes what a terminal acts upon, what changes the order of what is seen, and what is not seen.

    That is every control and format character (also the one that joins emojis), half a surrogate pair, what is not
    assigned, and every end of a line: one call shows one line.
    """
    if words.isprintable():
        return words
    return "".join(c if _is_seen(c) else c.encode("unicode_escape").decode() for c in words)


def printable_json(text: str) -> str:
    """Do the same to the lines of a JSON text, which stays JSON and says the same."""
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return "".join(c if c == "\n" or _is_seen(c) else json.dumps(c)[1:-1] for c in text)


def _is_seen(character: str) -> bool:
    return character.isprintable() or category(character) == "Zs"  # a space, of whatever width
