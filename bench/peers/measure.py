"""Taking the times: a block of every peer in each round, so that what disturbs one disturbs all."""

import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from statistics import median

from bench.peers.catalogue import PEERS
from bench.peers.children import Child, PeerError, bare_environment
from bench.peers.environments import python_of

_RECEIVERS = 1000

Rounds = Mapping[str, list[float]]
"""What each peer took in each round, in seconds of CPU."""


def check(name: str, worker: Child, stub: Child) -> int:
    """Send once in both ways, and return how many connections that took.

    Raises:
        PeerError: the SDK did not report a success, or the stub did not get everything.
    """
    before = stub.ask("counts")
    told = worker.ask("check")
    counted = {name: count - before[name] for name, count in stub.ask("counts").items()}
    if told != {"one": 1, "thousand": _RECEIVERS} or counted["receivers"] != _RECEIVERS + 1:
        raise PeerError(f"{name}: of 1 and 1,000 receivers it reports {told}, and the stub got {counted['receivers']}")
    return int(counted["connections"])


def single_sends(workers: Mapping[str, Child], *, rounds: int, calls: int) -> Rounds:
    """Time one send to one receiver."""
    spent = defaultdict(list)
    for name in _turns(workers, rounds):
        spent[name].append(workers[name].ask(f"one {calls}")["cpu"] / calls)
    return _warm(spent)


def of_a_thousand(workers: Mapping[str, Child], *, rounds: int) -> Rounds:
    """Time one receiver of a thousand that are sent to in the peer's best way."""
    spent = defaultdict(list)
    for name in _turns(workers, rounds):
        times = PEERS[name].thousands
        spent[name].append(workers[name].ask(f"thousand {times}")["cpu"] / times / _RECEIVERS)
    return _warm(spent)


def imports(names: Iterable[str], *, rounds: int) -> Rounds:
    """Time the import in a fresh interpreter, with warm files."""
    spent = defaultdict(list)
    for name in _turns(names, rounds):
        spent[name].append(_import(name))
    return _warm(spent)


def against(one: list[float], other: list[float]) -> float:
    """Compare two peers round by round: the machine is not equally fast in all of them."""
    return median(mine / theirs for mine, theirs in zip(one, other, strict=True))


def _turns(names: Iterable[str], rounds: int) -> Iterator[str]:
    order = list(names)
    for _ in range(rounds + 1):
        yield from order
        order.reverse()  # nobody always comes after the same neighbour


def _warm(spent: Rounds) -> Rounds:
    return {name: times[1:] for name, times in spent.items()}


def _import(name: str) -> float:
    clock = "import time\nbegan = time.process_time()\n"
    program = f"{clock}{PEERS[name].imports}\nprint(time.process_time() - began)"
    python = python_of(name)
    done = subprocess.run(
        [python, "-I", "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=bare_environment(python),
    )
    if done.returncode:
        raise PeerError(f"{name}: it cannot be imported\n{done.stderr}")
    return float(done.stdout)
