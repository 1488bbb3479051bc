"""How many segments a text takes, by the standard: how the provider counts is not known. Each of them is charged."""

import re
from typing import NamedTuple

# GSM 03.38: a text of these alone has 7 bits a character, and those of the extension table take two of them.
_EXTENSION = "\f^{}\\[~]|€"
_BASIC = r"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà"
_GSM = re.compile(f"[{_BASIC}{re.escape(_EXTENSION)}]*")
_DOUBLE = re.compile(f"[{re.escape(_EXTENSION)}]")
_LAST_OF_ONE_UNIT = "\uffff"


class Parts(NamedTuple):
    """How a text is sent.

    Attributes:
        encoding: `"GSM-7"` or `"UCS-2"`.
        segments: how many segments it takes.
        characters_left: how many more units of the encoding fit into the last one; most characters take one.
    """

    encoding: str
    segments: int
    characters_left: int


def count_segments(text: str) -> int:
    """Return how many segments a text takes; an empty one takes one."""
    return measure(text).segments


def measure(text: str) -> Parts:
    """Return how a text is sent.

    One segment holds 160 units of GSM-7, or 70 of UTF-16; of several, each holds 153 or 67, and no character is split.
    """
    encoding = "GSM-7" if _GSM.fullmatch(text) else "UCS-2"
    if encoding == "GSM-7":
        alone, joined, double = 160, 153, [found.start() for found in _DOUBLE.finditer(text)]
    else:
        alone, joined, double = 70, 67, [at for at, character in enumerate(text) if character > _LAST_OF_ONE_UNIT]
    units = len(text) + len(double)
    if units <= alone:
        return Parts(encoding, 1, alone - units)
    within = frozenset(at + before + 1 for before, at in enumerate(double))  # where no segment may end
    parts, end = 0, 0
    while end < units:
        end += joined
        if end in within:
            end -= 1
        parts += 1
    return Parts(encoding, parts, end - units)
