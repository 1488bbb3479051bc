"""Order ids of ours, as bodies have them."""

import re

BATCH_ID = "[a-z][0-9a-z]{12}"


class Ours:
    """Equal to the order ids of ours for recipients at these positions of a batch, whatever the batch's id is."""

    def __init__(self, *positions: int) -> None:
        first, *others = positions
        self._pattern = f"({BATCH_ID})-{first}" + "".join(rf",\1-{position}" for position in others)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self._pattern, other) is not None

    def __hash__(self) -> int:
        return hash(self._pattern)

    def __repr__(self) -> str:
        return f"<{self._pattern}>"


class InLedger(Ours):
    """The same for the first chunk of a campaign."""

    def __init__(self, *positions: int) -> None:
        super().__init__(*positions)
        self._pattern = self._pattern.replace(BATCH_ID, "[a-z][0-9a-z]{9}-0")
