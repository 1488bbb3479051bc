"""Which of the receivers asked for are meant by the entries of an answer."""

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Sequence

from laaffic._answer import Listed
from laaffic._batch import Asked


def match(asked: Sequence[Asked], listed: Iterable[Listed]) -> tuple[list[Listed | None], int]:
    """Give each listed entry to at most one receiver.

    By number and order id first; then, for an entry without a number, by its order id; then by position among equal
    numbers. An entry is never given to a receiver whose number it contradicts.

    Returns:
        For each receiver asked for, in order, its entry or None; and how many entries are left over.
    """
    found: list[Listed | None] = [None] * len(asked)

    def pair(keys: Iterable[Hashable], entries: Iterable[tuple[Hashable, Listed]]) -> list[Listed]:
        """Pair free receivers with entries of the same key, in order; return the entries that found none."""
        free: dict[Hashable, deque[int]] = defaultdict(deque)
        for place, key in enumerate(keys):
            if found[place] is None:
                free[key].append(place)
        left = []
        for key, entry in entries:
            if key is not None and free.get(key):
                found[free[key].popleft()] = entry
            else:
                left.append(entry)
        return left

    left = pair(((a.number, a.order_id) for a in asked), (((e.number, e.order_id), e) for e in listed))
    if left:
        left = pair((a.order_id for a in asked), ((e.order_id if e.number is None else None, e) for e in left))
    if left:
        left = pair((a.number for a in asked), ((e.number, e) for e in left))
    return found, len(left)
