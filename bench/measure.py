"""What is measured, as a script of pyperf: `python -m bench.measure GROUP --server URL --slow URL --imports PYTHON`.

pyperf runs every benchmark in a process of its own and keeps the values, here of CPU time, bytes or connections. Each
run of this script is one round over all benchmarks of a group; `python -m bench` repeats and appends the rounds, so
that what disturbs the machine disturbs all benchmarks. The names are paths into the results: `sends/one/socket`.
"""

from pathlib import Path
from typing import Any

import pyperf

import laaffic
from bench import at_once, campaign, sends
from bench.bodies import APP, BODIES, KEY, SECRET
from bench.processes import import_cpu

SENDS = {"one": 100, "n1000": 25, "i1000": 10}  # in a block of about 50 ms
IN_FLIGHT = (1, 16, 64, 100)
CLIENTS = 50
IMPORTS = {
    "laaffic": "import laaffic",
    "first_client": "import laaffic; laaffic.Client('key', 'secret', 'app', base_url='http://127.0.0.1:1')",
    "httpx2": "import httpx2",
}
OPTIONS = ("server", "slow", "imports", "recipients")


class _Group:
    """The groups, each of which registers its benchmarks; pyperf calls back the one whose turn it is."""

    def __init__(self, runner: Any, args: Any) -> None:
        self._runner, self._args = runner, args

    def sends(self) -> None:
        for name, body in BODIES.items():
            for way in sends.WAYS:
                if way == "laaffic_rows" and body.one_text:
                    continue  # `Rows` would look through all rows for what they share: not what they are for
                self._time(f"sends/{name}/{way}", SENDS[name], sends.block, way, self._args.server, body, SENDS[name])

    def clients(self) -> None:
        url, body = self._args.server, BODIES["one"]

        def client() -> laaffic.Client:
            return laaffic.Client(KEY, SECRET, APP, base_url=url)

        def make() -> None:
            client().close()

        def make_and_send() -> None:
            with client() as made:
                made.send_batch(sends.messages(body))

        for name, one in (("made", make), ("made_and_sent", make_and_send)):
            self._time(f"clients/{name}", CLIENTS, _after_the_first, one)

    def at_once(self) -> None:
        for in_flight in IN_FLIGHT:
            for way in at_once.WAYS:
                count = 10 + 2 * in_flight
                name = f"at_once/{way}/{in_flight}/cpu"
                self._time(name, count, at_once.block, way, self._args.slow, in_flight, count)

    def connections(self) -> None:
        for in_flight in IN_FLIGHT:
            for way in at_once.WAYS:
                name, count = f"at_once/{way}/{in_flight}/connections", 10 + 2 * in_flight
                self._figure(name, "integer", at_once.connections, way, self._args.slow, in_flight, count)

    def imports(self) -> None:
        for name, statement in IMPORTS.items():
            self._time(f"imports/{name}", 1, import_cpu, Path(self._args.imports), statement)

    def campaign(self) -> None:
        url, recipients = self._args.server, int(self._args.recipients)
        for way in ("rows", "messages", "async_rows"):
            self._figure(f"campaign/{way}/peak", "byte", campaign.peak_bytes, way, url, recipients)
            self._time(f"campaign/{way}/cpu", recipients // 10, campaign.block, way, url, recipients // 10)
        self._figure("campaign/ten_times/peak", "byte", campaign.peak_bytes, "rows", url, 10 * recipients)

    def _time(self, name: str, calls: int, block: Any, *args: Any) -> None:
        self._runner.bench_time_func(name, lambda _: block(*args), inner_loops=calls)

    def _figure(self, name: str, unit: str, block: Any, *args: Any) -> None:
        self._runner.bench_time_func(name, lambda _: block(*args), metadata={"unit": unit})


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
