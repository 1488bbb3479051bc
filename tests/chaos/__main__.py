"""Send a hundred thousand requests through every fault, interrupt a thousand, and hold it against the server's book."""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from multiprocessing.connection import wait
from pathlib import Path
from threading import Event

from chaos.book import Claims, counted, judged, wrong
from chaos.held_back import KNOWN, is_held_back
from chaos.processes import running
from chaos.records import reconciled
from chaos.scenarios import ENDLESS, SYNC, kill, long, plans
from chaos.server import Gateway, gateway

INTERRUPTED = 130
SECONDS_TO_END = 3.0  # for what is in flight, after Ctrl-C
# The provider's published sample, for a server on this machine.
SAMPLE = {"API_KEY": "bDqJFiq9", "API_SECRET": "7bz1lzh9", "APP_ID": "4luaKsL2"}


def main() -> int:
    """Run, print all figures, and return 1 when anything that must not be was found."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--sends", type=int, default=100_000, help="requests to send (default: %(default)s)")
    parser.add_argument("--interrupts", type=int, default=1_000, help="interrupts by signals (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("LAAFFIC_CHAOS_SEED", "1")))
    parser.add_argument("--seconds", type=float, default=300, help="stop by then at the latest (default: %(default)s)")
    asked = parser.parse_args()
    interrupted = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    os.environ.update({f"LAAFFIC_{name}": value for name, value in SAMPLE.items()})
    with tempfile.TemporaryDirectory() as folder, gateway(asked.seed, Path(folder)) as server:
        return _judged(server, asked, Path(folder), interrupted)


def _judged(server: Gateway, asked: argparse.Namespace, folder: Path, interrupted: Event) -> int:
    started, since = time.monotonic(), datetime.now(UTC)
    claims = _run(server, asked, folder, interrupted)
    seconds = time.monotonic() - started
    book = server.book
    settled = reconciled(server.url, book, claims, asked.seed, since)
    zeros = {name: len(whom) for name, whom in judged(book, claims).items()}
    of_kind = {
        kind: sum(line.startswith(kind) for line in claims.strange) for kind in ("hang", "interrupted", "cancel")
    }
    _table("", {"sends": book.requests, "seconds": round(seconds, 1), "a second": round(book.requests / seconds)})
    _table("faults met", dict(sorted(book.faults.items())))
    _table("interrupts", dict(sorted(claims.events.items())))
    _table("what was claimed", counted(claims))
    _table("what reconciling makes of those in doubt, by records of nine in ten", settled)
    _table("no claim is possible: the server was late after a stray response", {"recipients": len(book.late)})
    _table("what the processes used at their end", claims.used)
    if KNOWN:
        _table("left out, as it is known to be untrue", KNOWN)
    strange = len(claims.strange)
    _table(
        "what must be 0",
        {
            **zeros,
            "hangs": of_kind["hang"],
            "interrupts that got lost": of_kind["interrupted"] + of_kind["cancel"],
            "strange in another way": strange - sum(of_kind.values()),
        },
    )
    print(*wrong(book, claims), sep="\n")
    if any(zeros.values()) or strange:
        return 1
    if interrupted.is_set():
        print("Interrupted: this covers what was sent until then.")
        return INTERRUPTED
    if book.requests < asked.sends:
        print(f"Stopped after {asked.seconds:g} seconds, before all was sent.")
    return 0


def _run(server: Gateway, asked: argparse.Namespace, folder: Path, interrupted: Event) -> Claims:
    """Let all parts send at once, and kill some that send the while."""
    claims = Claims()
    parts = [part for part in long(asked.interrupts) if not is_held_back(part.name)]
    killed = [SYNC._replace(name=f"killed {turn}", rounds=ENDLESS) for turn in range(asked.interrupts // 50)]
    given = plans([*parts, *killed], server, asked.seed, folder, asked.seconds + 60)
    until = time.monotonic() + asked.seconds
    with ExitStack() as things:
        begun = [things.enter_context(running(part.target, plan)) for part, plan in zip(parts, given, strict=False)]
        names = ", ".join(f"{sender.process.pid} ({sender.plan.log.stem})" for sender in begun)
        print(f"sends from processes {names}; seed {asked.seed}", flush=True)
        to_kill = list(zip(killed, given[len(parts) :], strict=True))
        ending = [sender for part, sender in zip(parts, begun, strict=True) if part.rounds != ENDLESS]
        while not interrupted.is_set() and time.monotonic() < until:
            if to_kill:
                part, plan = to_kill.pop()
                kill(part, plan, server, claims)
            elif server.book.wait_for(asked.sends, 0.2) and not any(sender.process.is_alive() for sender in ending):
                break
            else:
                wait([sender.process.sentinel for sender in begun], 0.2)
        for sender in begun:
            sender.stop()
        for place, sender in enumerate(begun):
            if interrupted.is_set() and not sender.ends_within(SECONDS_TO_END):
                sender.kill()
                claims.killed.add(place)
            else:
                claims.strange += sender.end()
            claims.read(sender.plan.log)
    return claims


def _table(title: str, rows: Mapping[str, object]) -> None:
    print(f"\n{title}" if title else "")
    for name, value in rows.items():
        print(f"  {name:<60}{value:>32}")


if __name__ == "__main__":
    sys.exit(main())
