"""Measure all peers: `python -m bench.peers`. The first run installs them and needs a package index.

It fails when a peer cannot be measured, not when a goal is missed.
"""

import argparse
import sys
from contextlib import ExitStack
from statistics import median

from rich.console import Console

from bench.machine import machine
from bench.peers import environments
from bench.peers.catalogue import PEERS
from bench.peers.children import Child, PeerError, stub, worker
from bench.peers.measure import against, check, imports, of_a_thousand, single_sends
from bench.peers.report import Report, Row, keep, show

_FULL = {"rounds": 61, "calls": 50, "slow_rounds": 7}
_QUICK = {"rounds": 5, "calls": 50, "slow_rounds": 1}


def main() -> int:
    """Measure, show, and keep the figures of a whole run."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, to try it out; nothing is written")
    parser.add_argument("--peer", action="append", choices=sorted(PEERS), help="only this one; may be repeated")
    asked = parser.parse_args()
    console = Console(markup=False, highlight=False)
    try:
        report = _measured(asked.peer or list(PEERS), console, **(_QUICK if asked.quick else _FULL))
    except PeerError as error:
        console.print(f"failed: {error}", style="red")
        return 1
    except KeyboardInterrupt:
        return 130
    show(report, console)
    if not (asked.quick or asked.peer or report.failed):
        keep(report)
    return 1 if report.failed else 0


def _measured(names: list[str], console: Console, *, rounds: int, calls: int, slow_rounds: int) -> Report:
    failed: dict[str, str] = {}
    notes: dict[str, str] = {}
    with ExitStack() as children, console.status("") as status:
        server = children.enter_context(stub())
        url = f"http://127.0.0.1:{server.ask()['port']}"
        workers: dict[str, Child] = {}
        for name in names:
            status.update(f"preparing {name}")
            try:
                environments.make(name)
                started = children.enter_context(worker(name, url))
                connections = check(name, started, server)
            except (environments.NotMadeError, PeerError) as error:
                failed[name] = str(error)
                continue
            workers[name] = started
            if connections > 1:
                notes[name] = f"opened {connections} connections for its first sends"
        status.update("single sends")
        single = single_sends(workers, rounds=rounds, calls=calls)
        status.update("a thousand receivers")
        receiver = of_a_thousand(workers, rounds=slow_rounds)
    imported = imports(workers, rounds=slow_rounds)
    rows = {
        name: Row(
            name=name,
            version=environments.version_of(name, PEERS[name].package),
            single_cpu_us=round(median(single[name]) * 1e6),
            single_x_laaffic=round(against(single[name], single["laaffic"]), 3) if "laaffic" in single else None,
            receiver_cpu_us=round(median(receiver[name]) * 1e6, 1),
            how=PEERS[name].how,
            import_ms=round(median(imported[name]) * 1e3),
            installed_mb=round(environments.megabytes_of(name), 1),
        )
        for name in workers
    }
    return Report(machine(), rounds, calls, rows, failed, notes)


if __name__ == "__main__":
    sys.exit(main())
