"""How many segments texts take: as `laaffic.segments` says, which is asked once for each character and length. Pure."""

from collections import Counter
from collections.abc import Sequence
from functools import cache

import laaffic


class SegmentCount:
    """Segments, counted chunk by chunk.

    Attributes:
        segments: by encoding, for all recipients together.
        recipients: by encoding.
        longest: the most characters that a text has.
        most: the most segments that a text takes.
    """

    def __init__(self) -> None:
        self.segments = Counter[str]({"GSM-7": 0, "UCS-2": 0})
        self.recipients = Counter[str]({"GSM-7": 0, "UCS-2": 0})
        self.longest = self.most = 0
        self._alphabet = Alphabet()

    def add(self, contents: Sequence[str], sizes: Sequence[int]) -> None:
        """Count the texts of a chunk, each with how many recipients it has."""
        together = "".join(contents)
        if together.isascii() and not together.encode("ascii").translate(None, _single_septets()):
            of_length = Counter[int]()  # each character is one septet, so the length says it all
            for content, size in zip(contents, sizes, strict=True):
                of_length[len(content)] += size
            for length, recipients in of_length.items():
                self._add(length, _of_single_units("GSM-7", length), recipients)
        else:
            for content, size in zip(contents, sizes, strict=True):
                self._add(len(content), self._alphabet.segments(content), size)

    def _add(self, length: int, found: laaffic.Segments, recipients: int) -> None:
        self.segments[found.encoding] += found.parts * recipients
        self.recipients[found.encoding] += recipients
        self.longest = max(self.longest, length)
        self.most = max(self.most, found.parts)


class Alphabet:
    """What `laaffic.segments` says of characters, which it is asked once for each."""

    def __init__(self) -> None:
        self._known = set[str]()
        self._single_septets = set[str]()
        self._beyond = set[str]()  # what is not in the alphabet of GSM-7
        self._pairs = set[str]()  # of these, what takes two units

    def segments(self, text: str) -> laaffic.Segments:
        """Return what `laaffic.segments` says of a text, in less time."""
        characters = set(text)
        for character in characters - self._known:
            self._learn(character)
        if characters <= self._single_septets:
            return _of_single_units("GSM-7", len(text))
        if not characters.isdisjoint(self._beyond) and characters.isdisjoint(self._pairs):
            return _of_single_units("UCS-2", len(text))
        return laaffic.segments(text)

    def _learn(self, character: str) -> None:
        alone = laaffic.segments(character)
        if alone.encoding == "UCS-2":
            self._beyond.add(character)
            if alone.characters > 1:
                self._pairs.add(character)
        elif alone.characters == 1:
            self._single_septets.add(character)
        self._known.add(character)


@cache
def _of_single_units(encoding: str, length: int) -> laaffic.Segments:
    """Return what a text takes in which each character is one septet, or one unit."""
    return laaffic.segments(("x" if encoding == "GSM-7" else "中") * length)


@cache
def _single_septets() -> bytes:
    """Return the characters of ASCII that take one septet each."""
    each = ((character, laaffic.segments(character)) for character in map(chr, range(128)))
    return "".join(character for character, alone in each if (alone.encoding, alone.characters) == ("GSM-7", 1)).encode(
        "ascii"
    )
