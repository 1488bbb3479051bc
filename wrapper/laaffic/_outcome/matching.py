"""Which recipient each entry of a response is about."""

from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterable, Sequence

from laaffic._batch.batch import Asked
from laaffic._outcome.response import Listed

_DISTINCTIVE = 6  # digits; many numbers end with the same few


def match(asked: Asked, listed: Listed) -> tuple[Sequence[int | None], list[int]]:
    """Match each listed entry with at most one recipient.

    By number and order id first. Then by order id alone, where it is unique and the entry's number is missing, masked
    or written differently, but not a different number. Then by number alone, in order.

    Returns:
        For each recipient asked for, in order, the position of its entry or None; and the positions left over.
    """
    # A provider that accepts everybody usually lists them in the order asked.
    if asked.numbers == listed.numbers and asked.order_ids == listed.order_ids:
        return range(len(asked.numbers)), []
    found: list[int | None] = [None] * len(asked.numbers)

    def pair(keys: Iterable[Hashable], entries: Iterable[tuple[Hashable, int]]) -> list[int]:
        """Pair unmatched recipients with entries of the same key, in order; return the entries that found none."""
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

    both = zip(listed.numbers, listed.order_ids, strict=True)
    left = pair(zip(asked.numbers, asked.order_ids, strict=True), ((key, place) for place, key in enumerate(both)))
    if left:
        count = Counter(asked.order_ids)
        numbers = dict(zip(asked.order_ids, asked.numbers, strict=True))
        unique = {order_id: number for order_id, number in numbers.items() if count[order_id] == 1}
        keys = (order_id if order_id in unique else None for order_id in asked.order_ids)
        left = pair(keys, ((_distinctive_id(listed, place, unique), place) for place in left))
    if left:
        left = pair(asked.numbers, ((listed.numbers[place], place) for place in left))
    return found, left


def _distinctive_id(listed: Listed, place: int, numbers: dict[str | None, str]) -> str | None:
    order_id = listed.order_ids[place]
    return order_id if _may_be(listed.numbers[place], numbers.get(order_id)) else None


def _may_be(listed: str | None, asked: str | None) -> bool:
    """Return whether a listed number is missing, masked, or the one asked for with more or less before it."""
    if listed is None or "*" in listed:
        return True
    digits = "".join(filter(str.isdigit, listed)).lstrip("0")
    return asked is not None and len(digits) >= _DISTINCTIVE and (asked.endswith(digits) or digits.endswith(asked))
