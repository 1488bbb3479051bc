"""Which recipient each entry of a response is about."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from laaffic._batch.batch import Asked
from laaffic._batch.ids import is_ours
from laaffic._outcome.response import Listed

_DISTINCTIVE = 6  # digits; many numbers end with the same few
_MAX_NUMBER = 64  # characters, however it is written


class Match(NamedTuple):
    """Which entry each recipient has.

    Attributes:
        found: for each recipient asked for, in order, the position of its entry or None. A range when each has one, in
            the order asked, with a message id.
        left: the positions of the entries that match nobody.
        alike: the positions of recipients that look the same to an entry or more, each group of them; nobody can know
            which entry is whose. `found` deals them out in order, so that all are accounted for.
    """

    found: Sequence[int | None]
    left: list[int]
    alike: list[list[int]]

    def doubted(self, states: Sequence[object]) -> set[int]:
        """Return the positions of those that look the same as somebody in another state: it may be theirs."""
        doubted: set[int] = set()
        for places in reversed(self.alike):  # whoever is in doubt by a later step is so for those of an earlier one too
            if len({states[place] for place in places}) > 1 or not doubted.isdisjoint(places):
                doubted.update(places)
        return doubted


def match(asked: Asked, listed: Listed) -> Match:
    """Match each listed entry with at most one recipient.

    By number and order id, as posted, first. Then by order id alone, where it is unique and the entry's number is
    missing, masked or written differently, but not a different number. Then by number alone, in order.
    """
    wire = asked.wire_order_ids
    # A provider that accepts everybody usually lists them in the order asked.
    if (
        asked.numbers == listed.numbers
        and (wire == listed.order_ids or listed.order_ids.count(None) == len(listed.order_ids))
        and all(listed.msg_ids)
    ):
        return Match(range(len(asked.numbers)), [], [])
    found: list[int | None] = [None] * len(asked.numbers)
    alike: list[list[int]] = []

    def pair(keys: Iterable[Hashable], entries: Iterable[tuple[Hashable, int]]) -> list[int]:
        """Pair unmatched recipients with entries of the same key, in order; return the entries that found none."""
        free: dict[Hashable, list[int]] = defaultdict(list)
        for place, key in enumerate(keys):
            if found[place] is None:
                free[key].append(place)
        used: Counter[Hashable] = Counter()
        left = []
        for key, entry in entries:
            if key is not None and used[key] < len(free.get(key, ())):
                found[free[key][used[key]]] = entry
                used[key] += 1
            else:
                left.append(entry)
        alike.extend(free[key] for key in used if len(free[key]) > 1)
        return left

    both = zip(listed.numbers, listed.order_ids, strict=True)
    left = pair(zip(asked.numbers, wire, strict=True), ((key, place) for place, key in enumerate(both)))
    if left:
        count = Counter(wire)
        numbers = dict(zip(wire, asked.numbers, strict=True))
        unique = {order_id: number for order_id, number in numbers.items() if count[order_id] == 1}
        keys = (order_id if order_id in unique else None for order_id in wire)
        left = pair(keys, ((_distinctive_id(listed, place, unique), place) for place in left))
    if left:
        # An order id of ours that none of these has is another request's, whose response came late.
        left = pair(
            asked.numbers,
            ((None if is_ours(listed.order_ids[place]) else listed.numbers[place], place) for place in left),
        )
    return Match(found, left, alike)


def _distinctive_id(listed: Listed, place: int, numbers: dict[str | None, str]) -> str | None:
    order_id = listed.order_ids[place]
    return order_id if _may_be(listed.numbers[place], numbers.get(order_id)) else None


def _may_be(listed: str | None, asked: str | None) -> bool:
    """Return whether a listed number is missing, masked, or the one asked for with more or less before it."""
    if listed is None or "*" in listed:
        return True
    if len(listed) > _MAX_NUMBER:
        return False
    digits = "".join(filter(str.isdigit, listed)).lstrip("0")
    return asked is not None and len(digits) >= _DISTINCTIVE and (asked.endswith(digits) or digits.endswith(asked))
