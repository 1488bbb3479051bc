"""What a campaign was made from, in few words: by them the same command is told from another one.

They are kept with the campaign: a hash of the file, and a hash of each option that decides who
gets what.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import NamedTuple, Self

_FORMAT = "laaffic-send/1"
_MAX = 200
_SHORT = 8


class Fingerprint(NamedTuple):
    """What a campaign was made from.

    Attributes:
        content: a hash of the file.
        options: the options that decide who gets what, where they were given: name and a hash.
    """

    content: str
    options: str

    @classmethod
    def of(cls, digest: bytes, options: Mapping[str, object]) -> Self:
        """Take a fingerprint.

        Args:
            digest: of the file, as it is.
            options: those that decide who gets what; one that is None was not given.
        """
        given = [f"{name}={_hash(repr(value))[:_SHORT]}" for name, value in options.items() if value is not None]
        joined = ",".join(sorted(given))
        content = urlsafe_b64encode(digest).decode().rstrip("=")
        room = _MAX - len(f"{_FORMAT} {content} ")
        return cls(content, joined if len(joined) <= room else f"*={_hash(joined)}")

    @classmethod
    def read(cls, source: str | None) -> Self | None:
        """Read what is kept with a campaign; None when somebody else has made it."""
        words = (source or "").split(" ")
        if len(words) != len(cls._fields) + 1 or words[0] != _FORMAT:
            return None
        return cls(words[1], words[2])

    def __str__(self) -> str:
        return f"{_FORMAT} {self.content} {self.options}"

    def fits(self, other: "Fingerprint | None") -> bool:
        """Tell whether both send the same to the same."""
        return other is not None and (self.content, self.options) == (other.content, other.options)

    def differences(self, other: "Fingerprint | None") -> str:
        """Say in what they differ."""
        if other is None:
            return "something else"
        if self.content != other.content:
            return "other content"
        mine, theirs = set(self.options.split(",")), set(other.options.split(","))
        names = sorted({word.partition("=")[0] for word in mine ^ theirs} - {"", "*"})
        return f"another {' and '.join(f'--{name}' for name in names)}" if names else "other options"


def _hash(words: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()).decode().rstrip("=")
