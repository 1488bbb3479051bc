"""What each section of the results has to say, as rows of words."""

from bisect import bisect
from collections.abc import Callable
from typing import Any, NamedTuple

from bench.bodies import BODIES
from bench.words import ASYNC_WAYS, CLIENTS, WAYS


class Rows(NamedTuple):
    """A table; the first column is words, the others are figures."""

    headings: list[str]
    rows: list[list[str]]
    notes: tuple[str, ...] = ()


_DECIMALS_FROM = (10, 100)
_DECIMALS = (2, 1, 0)


def number(figure: float) -> str:
    """Write a figure with as many digits as say something."""
    return f"{figure:,.{_DECIMALS[bisect(_DECIMALS_FROM, figure)]}f}"


def ratio(figure: float, to: float) -> str:
    """Write a ratio."""
    return f"{figure / to:.2f}"


def sends(told: Any) -> list[Rows]:
    """One send over one connection."""
    tables = []
    for name, ways in told["bodies"].items():
        rows = [
            [
                WAYS[way],
                number(took["cpu_us"]),
                number(took["wall_us"]),
                f"{took['cpu_to_httpx']:.2f}",
                f"{took['cpu_to_httpx_json']:.2f}",
            ]
            for way, took in ways.items()
        ]
        heading = f"{name}: {BODIES[name].means}"
        tables.append(Rows([heading, "CPU µs", "wall µs", "CPU / httpx", "CPU / httpx json"], rows))
    bears = told["upstream"]
    rows = [
        [name, number(bears[name]["requests_per_second"]), number(bears[name]["its_cpu_us"])]
        for name in ("one", "i1000")
    ]
    heading = f"the upstream, over {bears['connections']} connections"
    tables.append(Rows([heading, "answers per second", "its CPU µs"], rows))
    return tables


def at_once(told: Any) -> list[Rows]:
    """Many sends at once."""
    small = [
        [
            f"{ASYNC_WAYS[way]}",
            count,
            number(took["cpu_us"]),
            number(took["wall_us"]),
            number(took["sends_per_second"]),
            f"{took['connections']:,.0f}",
            f"{took['sends'] + int(count):,.0f}",
        ]
        for name in told["bodies"]["one"]
        for count, ways in told["bodies"]["one"][name].items()
        for way, took in ways.items()
    ]
    half = len(small) // 2
    headings = ["at once", "CPU µs", "wall µs", "sends/s", "connections", "for sends"]
    large = told["bodies"]["i1000"]["slow"]["64"]
    limit = large["sockets"]["receivers_per_second"]
    rows = [
        [
            ASYNC_WAYS[way],
            number(took["receivers_per_second"]),
            ratio(took["receivers_per_second"], limit),
            number(took["cpu_us"]),
            f"{took['connections']:,.0f}",
        ]
        for way, took in large.items()
    ]
    delay = f"{told['repeat']['delay_ms']} ms"
    return [
        Rows(["one, answered at once", *headings], small[:half]),
        Rows([f"one, answered after {delay}", *headings], small[half:]),
        Rows(
            [f"i1000, 64 at once, after {delay}", "receivers/s", "/ sockets", "CPU µs a request", "connections"], rows
        ),
    ]


def many(told: Any) -> list[Rows]:
    """`send_many`."""
    rows, notes = [], []
    for name, words in (
        ("messages", "Client, a Message for each"),
        ("sync", "Client, Rows"),
        ("async", "AsyncClient, Rows"),
        ("ten_times", "Client, Rows"),
    ):
        took = told[name]
        if "left_out" in took:
            notes.append(f"{words}: left out, {took['left_out']}")
            continue
        label = f"{words}, {took['receivers']:,} receivers"
        if "concurrency" in took:
            label += f", {took['concurrency']} at once"
        figures = ("receivers_per_second", "cpu_us_per_receiver", "peak_mib")
        rows.append([label, *(number(took[key]) for key in figures)])
    return [Rows(["send_many", "receivers/s", "CPU µs a receiver", "peak MiB over import"], rows, tuple(notes))]


def imports(told: Any) -> list[Rows]:
    """Import times."""
    columns = [(state, time) for state in ("warm", "cold") for time in ("wall_ms", "cpu_ms")]
    rows = [
        [words, *(number(told[state][module][time]) for state, time in columns)]
        for module, words in (
            ("laaffic", "import laaffic"),
            ("first_client", "import laaffic, and make the first client"),
            ("httpx", "import httpx"),
        )
    ]
    ratios = (ratio(told[state]["laaffic"][time], told[state]["httpx"][time]) for state, time in columns)
    rows.append(["laaffic / httpx", *ratios])
    return [Rows(["fresh interpreter", "warm wall ms", "CPU ms", "no bytecode wall ms", "CPU ms"], rows)]


def size(told: Any) -> list[Rows]:
    """Installed size."""
    rows = [[name, f"{megabytes:.2f}"] for name, megabytes in told["packages_mb"].items()]
    return [Rows(["installed, with bytecode", "MB"], [*rows, ["together", f"{told['total_mb']:.2f}"]])]


def clients(told: Any) -> list[Rows]:
    """Another client."""
    rows = [[CLIENTS[way], number(took["cpu_us"]), number(took["wall_us"])] for way, took in told["ways"].items()]
    note = "The goal is for what making and opening it takes: with its first send, less a send."
    return [Rows(["in a process that has one already", "CPU µs", "wall µs"], rows, (note,))]


def mocks(told: Any) -> list[Rows]:
    """The mocks."""
    rows, notes = [], []
    for name, words in (("gateway", "the gateway, a process of its own"), ("prism", "Prism")):
        took = told[name]
        if "left_out" in took:
            notes.append(f"{words}: left out, {took['left_out']}")
        else:
            rates = took["requests_per_second"]
            rows.append([words, number(took["ready_ms"]), number(rates["1"]), number(rates["16"])])
    rows.append(["another gateway in the same process", number(told["gateway"]["another_ready_ms"]), "", ""])
    headings = ["started", "ready after ms", "requests/s, 1 connection", "16 connections"]
    return [Rows(headings, rows, tuple(notes))]


TABLES: dict[str, tuple[str, Callable[[Any], list[Rows]]]] = {
    "sends": ("One send after the other, over one connection", sends),
    "async": ("Several sends at once", at_once),
    "many": ("Very many receivers, as messages of their own", many),
    "imports": ("Import", imports),
    "size": ("Size", size),
    "clients": ("Another client", clients),
    "mocks": ("The mocks", mocks),
}
