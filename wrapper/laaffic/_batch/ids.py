"""The ids of batches, and the order ids made of them for recipients to whom the caller gave none."""

import secrets
from random import Random

_LENGTH = 13
# What a random byte becomes. A first letter, because reports may give an order id that is all digits as a number.
_LETTERS = bytes(ord("a") + byte % 26 for byte in range(256))
_LETTERS_AND_DIGITS = bytes(b"0123456789abcdefghijklmnopqrstuvwxyz"[byte % 36] for byte in range(256))


class Ids:
    """Where the batches of a client get their ids from.

    Args:
        on_wire: whether each recipient without an order id of the caller's gets one that is made of its batch's id.
        seed: makes the ids repeatable, for tests alone; None makes them unique over processes and machines.
    """

    def __init__(self, *, on_wire: bool = True, seed: int | str | None = None) -> None:
        self.on_wire = on_wire
        self._bytes = secrets.token_bytes if seed is None else Random(seed).randbytes  # noqa: S311  # tests want it

    def new(self) -> str:
        """Return an id for a batch: a letter, and 12 letters or digits; all lower-case."""
        drawn = self._bytes(_LENGTH)
        return (drawn[:1].translate(_LETTERS) + drawn[1:].translate(_LETTERS_AND_DIGITS)).decode()


RANDOM = Ids()


def made_of(batch_id: str, size: int) -> list[str]:
    """Return an order id for each recipient of a batch: the batch's id, and the recipient's position in it."""
    return [f"{batch_id}-{position}" for position in range(size)]
