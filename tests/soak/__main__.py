"""Send a hundred thousand requests through every fault, and compare what the SDK reported with the gateway's book."""

import argparse
import json
import os
import signal
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from multiprocessing.connection import wait
from typing import NamedTuple

from laaffic_mock import RemoteGateway
from soak.book import book_of, compared, counted, serve
from soak.campaign import MAX_RECIPIENTS, Report, Share, campaign
from soak.processes import Child, child, used

# What makes a client wait is rare, so that the others do not wait for it.
USUAL = 0.004
RARE = {"hang": 0.0002, "accept_then_hang": 0.0002, "slow": 0.001}
SHARE_OF_TASKS = 0.35  # a send takes a task about twice the time that it takes a thread
SECONDS_BETWEEN_REFUSALS, SECONDS_REFUSED = 2.0, 0.02
SECONDS_TO_REPORT = 30.0
INTERRUPTED = 130


class Ran(NamedTuple):
    """A soak that is over."""

    seconds: float
    reports: Mapping[str, Report]
    refusals: int


def main() -> int:
    """Run the command; returns 0 when everything that must be zero is."""
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("--sends", type=int, default=100_000, help="requests to send (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="where the chances begin (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=300, help="stop by then at the latest (default: %(default)s)")
    asked = parser.parse_args()
    interrupted = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    with child(serve, asked.sends * MAX_RECIPIENTS) as server:
        url = server.pipe.recv()
        print(f"gateway at {url}, process {server.pid}", flush=True)
        with RemoteGateway(url) as gateway:
            os.environ.update(gateway.environment)  # for the processes that send
            faults = _faults(url)
            gateway.fail_by_chance({fault: RARE.get(fault, USUAL) for fault in faults}, seed=asked.seed)
            before = used(server.pid)
            ran = _run(gateway, asked, interrupted)
            after = used(server.pid)
            reported = b"".join(report.reported for report in ran.reports.values())
            zeros = compared(reported, book_of((sent.order_id for sent in gateway.messages), len(reported)))
            _show(ran, gateway.counts, faults, reported)
    strange = [error for report in ran.reports.values() for error in report.strange]
    _table("what must be 0", {**zeros, "exceptions of another kind": len(strange)})
    _table("the gateway's process", {"at the start": before, "at the end": after})
    print(*strange[:10], sep="\n")
    if any(zeros.values()) or strange:
        return 1
    if interrupted.is_set():
        print("Interrupted: this covers what was sent until then.")
        return INTERRUPTED
    if sum(report.done for report in ran.reports.values()) < asked.sends:
        print(f"Stopped after {asked.seconds:g} seconds, before all was sent.")
    return 0


def _faults(url: str) -> list[str]:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{url}/_mock/faults") as response:
        return list(json.loads(response.read()))


def _run(gateway: RemoteGateway, asked: argparse.Namespace, interrupted: threading.Event) -> Ran:
    """Let both processes send, refuse their connections now and then, and take their reports."""
    of_tasks = int(asked.sends * SHARE_OF_TASKS)
    shares = [
        Share("threads", 0, asked.sends - of_tasks, asked.seed),
        Share("tasks", asked.sends - of_tasks, of_tasks, asked.seed),
    ]
    started = time.monotonic()
    refusals = 0
    with ExitStack() as running:
        senders = {share.kind: running.enter_context(child(campaign, gateway.url, share)) for share in shares}
        pids = " and ".join(f"{sender.pid} ({kind})" for kind, sender in senders.items())
        print(f"{asked.sends} sends from processes {pids}, seed {asked.seed}", flush=True)
        waiting = [sender.pipe for sender in senders.values()]
        while waiting and not interrupted.is_set() and time.monotonic() < started + asked.seconds:
            ready = wait(waiting, SECONDS_BETWEEN_REFUSALS)
            waiting = [pipe for pipe in waiting if pipe not in ready]
            if not ready:
                gateway.fail_next("refuse_connection", seconds=SECONDS_REFUSED)
                refusals += 1
        for pipe in waiting:
            pipe.send("stop")
        reports: dict[str, Report] = {kind: _report(sender) for kind, sender in senders.items()}
    return Ran(time.monotonic() - started, reports, refusals)


def _report(sender: Child) -> Report:
    try:
        if sender.pipe.poll(SECONDS_TO_REPORT):
            report: Report = sender.pipe.recv()
            return report
    except EOFError:
        pass
    raise SystemExit(f"process {sender.pid} ended without a report")


def _show(ran: Ran, counts: Mapping[str, int], faults: list[str], reported: bytes) -> None:
    sends = {f"sends from {kind}": report.done for kind, report in ran.reports.items()}
    done = sum(sends.values())
    _table("", {"sends": done, **sends, "seconds": round(ran.seconds, 1), "a second": round(done / ran.seconds)})
    _table("faults met", {**{fault: counts.get(fault, 0) for fault in faults}, "refused connections": ran.refusals})
    _table("what came to the gateway", {"requests": counts.get("requests", 0)})
    errors = sum((report.errors for report in ran.reports.values()), Counter[str]())
    _table("what the SDK raised", dict(sorted(errors.items())))
    _table("what it reported of the recipients", counted(reported))
    for kind, report in ran.reports.items():
        _table(f"the process of {kind}", dict(zip(("at the start", "at the end"), report.used, strict=True)))


def _table(title: str, rows: Mapping[str, object]) -> None:
    print(f"\n{title}" if title else "")
    for name, value in rows.items():
        print(f"  {name:<46}{value:>32}")


if __name__ == "__main__":
    sys.exit(main())
