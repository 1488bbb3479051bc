"""Whether anything may have been sent."""

from typing import NoReturn


class Sent(str):
    """Whether anything may have been sent: `"no"` or `"unknown"`.

    Compare it: `error.sent == "no"`. Both values are non-empty strings, so its truth value would mean nothing; asking
    for it raises a TypeError.
    """

    __module__ = "laaffic"
    __slots__ = ()

    def __bool__(self) -> NoReturn:
        """Refuse to be mistaken for a flag."""
        raise TypeError(
            "`sent` is 'no' or 'unknown', not a flag. Compare it (error.sent == 'no'), or use error.nothing_was_sent"
        )


NO, UNKNOWN = Sent("no"), Sent("unknown")
MEANINGS = {
    "no": "Nothing was sent.",
    "unknown": "Some or all of it may have been sent; each recipient's state says what is known.",
}
