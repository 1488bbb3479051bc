"""Which of the receivers asked for are meant by the entries of an answer."""

from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterable, Sequence

from laaffic._answer import Listed
from laaffic._batch import Asked

_TELLING = 6  # digits; fewer stand at the end of many numbers


def match(asked: Sequence[Asked], listed: Iterable[Listed]) -> tuple[list[Listed | None], list[Listed]]:
    """Give each listed entry to at most one receiver.

    By number and order id first. Then by the order id alone, where it is unique and the entry's number is missing,
    masked or spelled otherwise, but not another one. Then by position among equal numbers.

    Returns:
        For each receiver asked for, in order, its entry or None; and the entries that are left over.
    """
    entries = list(listed)
    # A provider that accepts all lists all, as a rule in the order asked.
    if [entry[:2] for entry in entries] == [receiver[:2] for receiver in asked]:
        return list(entries), []
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

    left = pair(((a.number, a.order_id) for a in asked), (((e.number, e.order_id), e) for e in entries))
    if left:
        count = Counter(a.order_id for a in asked)
        unique = {a.order_id: a.number for a in asked if count[a.order_id] == 1}
        keys = (a.order_id if a.order_id in unique else None for a in asked)
        left = pair(keys, ((e.order_id if _may_be(e.number, unique.get(e.order_id)) else None, e) for e in left))
    if left:
        left = pair((a.number for a in asked), ((e.number, e) for e in left))
    return found, left


def _may_be(listed: str | None, asked: str | None) -> bool:
    """Tell whether a listed number is missing, masked, or the one asked for with more or less before it."""
    if listed is None or "*" in listed:
        return True
    digits = "".join(filter(str.isdigit, listed)).lstrip("0")
    return asked is not None and len(digits) >= _TELLING and (asked.endswith(digits) or digits.endswith(asked))
