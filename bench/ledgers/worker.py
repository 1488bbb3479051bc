"""What is measured of campaigns, each in a process of its own: `python -m bench.ledgers.worker WHAT ARGUMENTS`.

Its line out is what it took. `run` first says that it is ready, and begins when it is told.
"""

import csv
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import laaffic
from bench.ledgers.people import TEMPLATE
from bench.sending.bodies import APP, KEY, SECRET
from bench.sending.campaign import kib
from laaffic_campaigns import Campaign, Ledger

NAME = "bench"
_TIMES = 9


def load(ledger: str, people: str) -> dict[str, Any]:
    """Load and freeze a file of CSV, its texts filled in from a template."""
    with Ledger(ledger) as opened, Path(people).open(encoding="utf-8", newline="") as file:
        found = _measured(lambda: opened.create(NAME, csv.DictReader(file), template=TEMPLATE))
        return found | {"recipients": opened.campaign(NAME).status().recipients}


def run(ledger: str, url: str, in_flight: str, rate: str, until: str) -> dict[str, Any]:
    """Run the campaign, or as much of it as is wanted.

    Args:
        ledger: its address.
        url: where to post to.
        in_flight: how many requests at once.
        rate: recipients a second; 0 for no limit.
        until: how many recipients have an outcome in the end, or a few more; 0 for all.
    """
    with Ledger(ledger) as opened, laaffic.Client(KEY, SECRET, APP, base_url=url) as client:
        campaign = opened.campaign(NAME)
        if float(rate):
            campaign.set(rate=float(rate))
        print(json.dumps({"ready": True}), flush=True)
        sys.stdin.readline()
        stop = threading.Event()
        if int(until):
            threading.Thread(target=_stop_at, args=(campaign, int(until), stop), daemon=True).start()
        found = _measured(lambda: campaign.run(client, concurrency=int(in_flight), stop=stop))
        status = campaign.status()
        if wrong := status.rejected + status.unknown + status.not_sent:
            return {"error": f"{wrong} recipients are not accepted"}
        return found | {"recipients": status.accepted}


def status(ledger: str) -> dict[str, Any]:
    """Ask how far the campaign is, again and again."""
    with Ledger(ledger) as opened:
        campaign = opened.campaign(NAME)
        found = campaign.status()
        took = [_measured(campaign.status)["seconds"] for _ in range(_TIMES)]
        return {"ms": median(took) * 1e3, "recipients": found.recipients, "state": found.state}


def _measured(work: Callable[[], object]) -> dict[str, float]:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    return {"seconds": seconds, "cpu": spent, "peak MiB": kib("VmHWM") / 1024}


def _stop_at(campaign: Campaign, recipients: int, stop: threading.Event) -> None:
    while campaign.status().accepted < recipients:
        time.sleep(1)
    stop.set()


if __name__ == "__main__":
    jobs: dict[str, Callable[..., dict[str, Any]]] = {"load": load, "run": run, "status": status}
    print(json.dumps(jobs[sys.argv[1]](*sys.argv[2:])), flush=True)
