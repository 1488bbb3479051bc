"""Taking times: blocks of several ways of doing the same, interleaved, so that what disturbs one disturbs all."""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple


class Spent(NamedTuple):
    """What one call took, in microseconds."""

    cpu: float
    wall: float


class Prepared:
    """A way that needs something fresh for each call, which is made before the block and not counted."""

    def __init__(self, make: Callable[[], Any], use: Callable[[Any], object]) -> None:
        self._make, self._use = make, use
        self._made: list[Any] = []

    def ready(self, calls: int) -> None:
        """Make what that many calls need."""
        self._made = [self._make() for _ in range(calls)]

    def __call__(self) -> object:
        return self._use(self._made.pop() if self._made else self._make())


def interleaved(ways: Mapping[str, Callable[[], object]], *, blocks: int, calls: int) -> dict[str, Spent]:
    """Time every way in `blocks` rounds of `calls` calls each; returns the medians."""
    return {name: middle(rounds) for name, rounds in in_rounds(ways, blocks=blocks, calls=calls).items()}


def in_rounds(ways: Mapping[str, Callable[[], object]], *, blocks: int, calls: int) -> dict[str, list[Spent]]:
    """Time every way in `blocks` rounds of `calls` calls each, after one round that is thrown away."""
    spent: dict[str, list[Spent]] = {name: [] for name in ways}
    names = list(ways)
    for block in range(blocks + 1):
        first = block % len(names)  # nobody always comes after the same neighbour
        for name in names[first:] + names[:first]:
            took = _block(ways[name], calls)
            if block:
                spent[name].append(took)
    return spent


def middle(rounds: Sequence[Spent]) -> Spent:
    """Return the medians."""
    return Spent(median(took.cpu for took in rounds), median(took.wall for took in rounds))


def cpu_ratio(rounds: Sequence[Spent], to: Sequence[Spent]) -> float:
    """Return the median of the rounds' ratios: both of a round were measured within the same second."""
    return median(took.cpu / other.cpu for took, other in zip(rounds, to, strict=True))


def _block(way: Callable[[], object], calls: int) -> Spent:
    if isinstance(way, Prepared):
        way.ready(calls)
    gc.collect()  # what one way left lying about must not be cleared away at the expense of the next
    gc.freeze()  # nor must what is only there for the measurement be searched through again and again
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        way()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    gc.unfreeze()
    return Spent(cpu / calls * 1e6, wall / calls * 1e6)
