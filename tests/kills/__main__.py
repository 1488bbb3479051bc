"""Kill the runners of campaigns for long, in every way, and hold the gateway's book against the ledgers."""

import argparse
import sys
import time

from kills.group import summed
from kills.judge import Figures
from kills.kinds import KINDS, run, why_not


def main() -> int:
    """Run, print a table, and return 1 when anything happened that must not."""
    parser = argparse.ArgumentParser(prog="python -m kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=30, help="for each kind of runners, at least")
    parser.add_argument("--chunks", type=int, default=400, help="of one campaign")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    parser.add_argument("--kind", choices=sorted(KINDS), help="only this one")
    asked = parser.parse_args()
    print(f"seed {asked.seed}: to replay, --seed {asked.seed}", flush=True)
    kinds = [asked.kind] if asked.kind else [*KINDS]
    figures = []
    for kind in kinds:
        if (why := why_not(kind)) is not None:
            print(f"left out: {kind}: {why}")
            continue
        started = time.monotonic()
        figures.append(run(kind, asked.kills, asked.chunks, asked.seed))
        print(f"{kind}: {time.monotonic() - started:.0f} s", flush=True)
    _table(figures)
    return 0 if figures and all(each.sound for each in figures) else 1


def _table(figures: list[Figures]) -> None:
    columns = ("posts", "kills", "recipients", "unknown", "found", "twice", "lost")
    print(f"\n{'':<28}" + "".join(f"{name:>12}" for name in columns))
    for each in figures:
        counted = (each.posts, each.done["kills"], each.recipients, each.unknown, each.found)
        broken = (len(each.breaches.get(what, [])) for what in ("twice", "lost"))
        print(f"{each.kind:<28}" + "".join(f"{number:>12}" for number in (*counted, *broken)))
    print("\nwhat was done to them:", ", ".join(f"{what} {times}" for what, times in sorted(summed(figures).items())))
    for each in figures:
        for what, whom in each.breaches.items():
            if whom:
                print(f"{each.kind}: {what}: {len(whom)}, such as {', '.join(whom[:5])}")
    print("breaches: none" if all(each.sound for each in figures) else "BREACHES, see above")


if __name__ == "__main__":
    sys.exit(main())
