"""Measure all peers: `python -m bench.peers`. The first run installs them and needs a package index.

It fails when a peer cannot be measured, not when a goal is missed.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from statistics import median
from typing import Any

from bench.figures.page import table
from bench.figures.results import PEERS_FILE, measured_on, write
from bench.peers.catalogue import PEERS
from bench.started.environments import NotMadeError, peer
from bench.started.processes import Child, ChildError, import_cpu
from bench.started.server import counts, server

RECIPIENTS = 1000
SENDS_IN_A_BLOCK = 50

Rounds = Mapping[str, list[float]]
"""What each peer took in each round, in seconds of CPU."""


def main() -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, to try it out; nothing is written")
    parser.add_argument("--peer", action="append", choices=sorted(PEERS), help="only this one; may be repeated")
    asked = parser.parse_args()
    rounds, slow_rounds = (5, 1) if asked.quick else (61, 7)
    try:
        measured, failed = _measure(asked.peer or list(PEERS), rounds, slow_rounds)
    except KeyboardInterrupt:
        return 130
    if measured:
        print(table(measured))
        if not (asked.quick or asked.peer or failed):
            write(PEERS_FILE, {"measured_on": measured_on(), "peers": measured})
    for why in failed:
        print(f"failed: {why}", file=sys.stderr)
    return 1 if failed else 0


def _measure(names: list[str], rounds: int, slow_rounds: int) -> tuple[dict[str, Any], list[str]]:
    """Return what was measured of each peer, and what failed."""
    failed = []
    workers: dict[str, Child] = {}
    with ExitStack() as children:
        url = children.enter_context(server())
        for name in names:
            print(f"  preparing {name}", file=sys.stderr)
            try:
                peer(name).make()
                worker = children.enter_context(Child(peer(name).python, "bench.peers.worker", name, url))
                _check(name, worker, url)
            except (NotMadeError, ChildError) as error:
                failed.append(str(error))
                continue
            workers[name] = worker

        def cpu(name: str, what: str, times: int) -> float:
            return float(workers[name].ask(f"{what} {times}")["cpu"])

        def one(name: str) -> float:
            return cpu(name, "one", SENDS_IN_A_BLOCK) / SENDS_IN_A_BLOCK

        def thousand(name: str) -> float:
            times: int = PEERS[name].thousands
            return cpu(name, "thousand", times) / times / RECIPIENTS

        single = _interleaved(workers, rounds, one)
        recipient = _interleaved(workers, slow_rounds, thousand)
    imports = _interleaved(workers, slow_rounds, lambda name: import_cpu(peer(name).python, PEERS[name].imports))
    ours = single.get("laaffic")
    found = {
        name: {
            "version": peer(name).version_of(PEERS[name].package),
            "CPU µs a send": round(median(single[name]) * 1e6),
            "/ ours": round(_ratio(single[name], ours), 3) if ours else None,
            "CPU µs a recipient of 1,000": round(median(recipient[name]) * 1e6, 1),
            "sent as": PEERS[name].how,
            "import ms": round(median(imports[name]) * 1e3),
            "installed MB": round(peer(name).megabytes(), 1),
        }
        for name in workers
    }
    return found, failed


def _check(name: str, worker: Child, url: str) -> None:
    """Send once in both ways.

    Raises:
        ChildError: the SDK did not report a success, or the server did not get everything.
    """
    before = counts(url)
    reported = worker.ask("check")
    received = (counts(url) - before)["recipients"]
    if reported != {"one": 1, "thousand": RECIPIENTS} or received != RECIPIENTS + 1:
        raise ChildError(f"{name}: of 1 and 1,000 recipients it reports {reported}, and the server got {received}")


def _interleaved(names: Iterable[str], rounds: int, block: Callable[[str], float]) -> Rounds:
    """Time a block of every peer in each round, so that what disturbs one disturbs all; the first round only warms."""
    spent = defaultdict(list)
    for name in _turns(names, rounds):
        spent[name].append(block(name))
    return {name: times[1:] for name, times in spent.items()}


def _turns(names: Iterable[str], rounds: int) -> Iterator[str]:
    order = list(names)
    for _ in range(rounds + 1):
        yield from order
        order.reverse()  # no peer always follows the same neighbour


def _ratio(one: list[float], other: list[float]) -> float:
    """Compare two peers round by round: the machine is not equally fast in all of them."""
    return median(mine / theirs for mine, theirs in zip(one, other, strict=True))


if __name__ == "__main__":
    sys.exit(main())
