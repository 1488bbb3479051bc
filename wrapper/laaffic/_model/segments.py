"""How many segments a text takes as SMS. Each is charged."""

from dataclasses import dataclass
from typing import Literal

# GSM 03.38: the basic alphabet, and the characters that it writes as an escape and a second septet.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("\f^{}\\[~]|€")
_GSM_7 = _BASIC | _ESCAPED
_LAST_OF_ONE_UNIT = "\uffff"


@dataclass(frozen=True, slots=True)
class Segments:
    """How a text is split into segments.

    Attributes:
        encoding: `"GSM-7"` when every character is in the alphabet of GSM 03.38, else `"UCS-2"`.
        parts: the number of segments; 1 for an empty text.
        characters: the length as the encoding counts it, which may be more than `len(text)`: septets in GSM-7, where
            brackets, braces, caret, tilde, bar, backslash, form feed and euro sign count two; UTF-16 units in UCS-2,
            where an emoji counts two or more.
        left: how many more of them fit into the last segment.
    """

    __module__ = "laaffic"

    encoding: Literal["GSM-7", "UCS-2"]
    parts: int
    characters: int
    left: int


def segments(text: str) -> Segments:
    """Return how many segments a text takes, by the standard: nothing is sent or looked up.

    One segment holds 160 septets of GSM-7 or 70 units of UCS-2. When a text needs more, each segment holds 153 or 67,
    as a header takes the rest, and neither an escaped character nor a surrogate pair is split between two (3GPP TS
    23.038 and 23.040). How the provider counts is not documented; its delivery report says how many it charged.

    Args:
        text: the text of a message, of any length.

    Returns:
        The encoding, the number of segments, and how full the last one is.
    """
    if _GSM_7.issuperset(text):
        sizes = [2 if character in _ESCAPED else 1 for character in text]
        return _split("GSM-7", sizes, alone=160, joined=153)
    sizes = [2 if character > _LAST_OF_ONE_UNIT else 1 for character in text]
    return _split("UCS-2", sizes, alone=70, joined=67)


def _split(encoding: Literal["GSM-7", "UCS-2"], sizes: list[int], *, alone: int, joined: int) -> Segments:
    total = sum(sizes)
    if total <= alone:
        return Segments(encoding, 1, total, alone - total)
    parts, used = 1, 0
    for size in sizes:
        if used + size > joined:
            parts, used = parts + 1, 0
        used += size
    return Segments(encoding, parts, total, joined - used)
