"""What is measured, as a script of pyperf: `python -m bench.measure GROUP --server URL --slow URL --imports PYTHON`.

pyperf runs every benchmark in a process of its own and keeps the values, here of CPU time, bytes or connections. Each
run of this script is one round over all benchmarks of a group; `python -m bench` repeats and appends the rounds, so
that what disturbs the machine disturbs all benchmarks. The names are table, row and column of the results.
"""

from pathlib import Path
from typing import Any

import pyperf

import laaffic
from bench.figures.goals import ASYNC, ORDER_IDS
from bench.sending import at_once, campaign, sends
from bench.sending.bodies import APP, BODIES, KEY, SECRET
from bench.started.processes import import_cpu

SENDS = {"one": 100, "n1000": 25, "i1000": 10}  # in a block of about 50 ms
SENDS_IN_FLIGHT = [(way, in_flight) for in_flight in (1, 16, 64, 100) for way in at_once.WAYS]
CLIENTS = 50
IMPORTS = {
    "laaffic": "import laaffic",
    "laaffic, and make the first client": "import laaffic; laaffic.Client('key', 'secret', 'app')",
    "httpx2": "import httpx2",
}
OPTIONS = ("server", "slow", "imports", "recipients")


class _Group:
    """The groups, each of which registers its benchmarks; pyperf calls back the one whose turn it is."""

    def __init__(self, runner: Any, args: Any) -> None:
        self._runner, self._args = runner, args

    def sends(self) -> None:
        for table, body in BODIES.items():
            for way in sends.WAYS:
                if way == "laaffic, Rows" and body.one_text:
                    continue  # `Rows` would look through all rows for what they share: not what they are for
                calls = SENDS[table]
                self._time((table, way, "CPU µs"), calls, sends.block, way, self._args.server, body, calls)

    def order_ids(self) -> None:
        for row, body in BODIES.items():
            for order_ids in sends.ORDER_IDS:
                place, calls = (ORDER_IDS, row, f"CPU µs, {order_ids}"), SENDS[row]
                self._time(place, calls, sends.block, order_ids, self._args.server, body, calls)

    def clients(self) -> None:
        url, body = self._args.server, BODIES["one"]

        def client() -> laaffic.Client:
            return laaffic.Client(KEY, SECRET, APP, base_url=url)

        def make() -> None:
            client().close()

        def make_and_send() -> None:
            with client() as made:
                made.send_batch(sends.messages(body))

        for row, one in (("made", make), ("made, and a send", make_and_send)):
            self._time(("another client", row, "CPU µs"), CLIENTS, _after_the_first, one)

    def at_once(self) -> None:
        for way, in_flight in SENDS_IN_FLIGHT:
            place, calls = (ASYNC, f"{way}, {in_flight} in flight", "CPU µs"), 20 + 3 * in_flight
            self._time(place, calls, at_once.block, way, self._args.slow, in_flight, calls)

    def connections(self) -> None:
        for way, in_flight in SENDS_IN_FLIGHT:
            place, calls = (ASYNC, f"{way}, {in_flight} in flight", "connections"), 10 * in_flight
            self._figure(place, "integer", at_once.connections, way, self._args.slow, in_flight, calls)

    def imports(self) -> None:
        for row, statement in IMPORTS.items():
            self._time(("import", row, "CPU ms"), 1, import_cpu, Path(self._args.imports), statement)

    def campaign(self) -> None:
        url, many = self._args.server, int(self._args.recipients)
        for way in ("Rows", "Messages", "async Rows, 16 in flight"):
            row = f"{way}, {_millions(many)}"
            self._figure(("send_many", row, "peak MiB"), "byte", campaign.peak_bytes, way, url, many)
            place = ("send_many", row, "CPU µs a recipient")
            self._time(place, many // 10, campaign.block, way, url, many // 10)
        place = ("send_many", f"Rows, {_millions(10 * many)}", "peak MiB")
        self._figure(place, "byte", campaign.peak_bytes, "Rows", url, 10 * many)

    def _time(self, place: tuple[str, ...], calls: int, block: Any, *args: Any) -> None:
        self._runner.bench_time_func("|".join(place), lambda _: block(*args), inner_loops=calls)

    def _figure(self, place: tuple[str, ...], unit: str, block: Any, *args: Any) -> None:
        self._runner.bench_time_func("|".join(place), lambda _: block(*args), metadata={"unit": unit})


def _millions(recipients: int) -> str:
    return f"{recipients / 1e6:g}M"


def _after_the_first(one: Any) -> float:
    one()  # the first client of a process makes what all of them share
    return sends.cpu_of(lambda: [one() for _ in range(CLIENTS)])


def _pass_on(command: list[str], args: Any) -> None:
    command.extend([args.group, *(f"--{name}={getattr(args, name)}" for name in OPTIONS)])


def main() -> None:
    """Run one round of a group."""
    runner = pyperf.Runner(program_args=("-m", "bench.measure"), add_cmdline_args=_pass_on, loops=1)
    runner.argparser.add_argument("group")
    for name in OPTIONS:
        runner.argparser.add_argument(f"--{name}", required=True)
    args = runner.parse_args()
    getattr(_Group(runner, args), args.group)()


if __name__ == "__main__":
    main()
