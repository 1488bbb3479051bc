"""The results as tables: the page of the documentation, which the terminal shows too."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from bench.bodies import BODIES
from bench.goals import MEBIBYTE, judged
from bench.results import Results

WAYS = {
    "socket": "raw socket, orjson both ways: the limit",
    "httpx_bytes": "httpx 0.28, bytes ready, nothing read",
    "httpx_json": "httpx 0.28, `json=` and `.json()`",
    "laaffic_prepared": "laaffic, from Messages to outcomes",
    "laaffic_messages": "laaffic, the Messages made as well",
    "laaffic_rows": "laaffic, Rows to outcomes",
}
INTRODUCTION = """# Performance

Made by `make bench` and `make bench-peers`; no figure here is written by hand. pyperf measures the CPU time of the
process that sends, in rounds over all ways of sending, each in a process of its own; the figures are medians. Every
send goes to a server in another process on the same machine over plain HTTP, so neither a network nor TLS is in them.
Trust the ratios more than the microseconds.
"""
NOTHING = "Nothing has been measured yet: run `make bench`.\n"


class Table(NamedTuple):
    """A table; its first column is words."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


def page(results: Results, peers: Results) -> str:
    """Write the whole page."""
    if not results:
        return f"{INTRODUCTION}\n{NOTHING}"
    measured_on = ", ".join(f"{name} {value}" for name, value in results["measured_on"].items())
    return "\n".join([INTRODUCTION, f"Measured on: {measured_on}.\n", *map(written, _tables(results, peers))])


def _tables(results: Results, peers: Results) -> list[Table]:
    """Return what was measured, the goals first."""
    found = [_goals(results, peers)]
    makers = {"sends": _sends, "at_once": _at_once, "campaign": _campaign, "imports": _imports, "clients": _clients}
    for section, make in makers.items():
        if section in results:
            found += make(results)
    found += [_mocks(results["mocks"])] if "mocks" in results else []
    return [*found, peers_table(peers)] if peers else found


def written(table: Table) -> str:
    """Write a table in Markdown, aligned so that a terminal shows it well too."""
    lines = [table.headings, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.headings))]
    rule = ("-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:]))
    text = ""
    for first, *figures in [table.headings, rule, *table.rows]:
        cells = [first.ljust(widths[0]), *map(str.rjust, figures, widths[1:])]
        text += f"| {' | '.join(cells)} |\n"
    note = f"\n{table.note}\n" if table.note else ""
    return f"## {table.title}\n\n{text}{note}"


def _goals(results: Results, peers: Results) -> Table:
    rows, missed = [], []
    for goal, measured, verdict in ((each.goal, each.measured, each.verdict) for each in judged(results, peers)):
        figure = "" if measured is None else f"{measured:.2f} {goal.unit}".rstrip()
        rows.append((goal.about, f"≤ {goal.limit:g} {goal.unit}".rstrip(), figure, verdict))
        if verdict.startswith("missed") and goal.why_missed:
            missed.append(f"- **{goal.about}**: {goal.why_missed}")
    return Table("Goals", ("", "goal", "measured", ""), rows, "\n".join(missed))


def _sends(results: Results) -> list[Table]:
    found = []
    for body, ways in results["sends"].items():
        ratios = results["ratios"][body]
        rows = [
            (
                WAYS[way],
                f"{cpu * 1e6:,.0f}",
                f"{ratios[way]['httpx_bytes']:.2f}",
                f"{ratios[way]['httpx_json']:.2f}",
            )
            for way, cpu in ways.items()
        ]
        title = f"One send after the other: {BODIES[body].label} (`{body}`)"
        found.append(Table(title, ("", "CPU µs", "/ httpx bytes", "/ httpx json"), rows))
    return found


def _at_once(results: Results) -> list[Table]:
    rows = [
        (f"{in_flight} in flight, {way}", f"{took['cpu'] * 1e6:,.0f}", f"{took['connections']:.0f}")
        for way, counts in results["at_once"].items()
        for in_flight, took in counts.items()
    ]
    note = "1 recipient a request; the server responds after 50 ms. httpx is 0.28, with ready bytes."
    return [Table("Async sends in flight at once", ("", "CPU µs a send", "connections"), rows, note)]


def _campaign(results: Results) -> list[Table]:
    labels = {
        "rows": "Client, Rows",
        "messages": "Client, a Message for each",
        "async_rows": "AsyncClient, Rows, 16 in flight",
        "ten_times": "Client, Rows, ten times as many",
    }
    rows = [
        (
            labels[way],
            f"{took['peak'] / MEBIBYTE:.1f}",
            f"{took['cpu'] * 1e6:.1f}" if "cpu" in took else "",
        )
        for way, took in results["campaign"].items()
    ]
    title = f"send_many: {results['recipients']:,} recipients with texts of their own"
    return [Table(title, ("", "peak MiB over an idle client", "CPU µs a recipient"), rows)]


def _imports(results: Results) -> list[Table]:
    labels = {
        "laaffic": "import laaffic",
        "first_client": "import laaffic, and make the first client",
        "httpx2": "import httpx2",
    }
    rows = [(labels[name], f"{cpu * 1e3:.1f}") for name, cpu in results["imports"].items()]
    size = results.get("size")
    note = f"Installed with all it needs: {size['installed_mb']:.1f} MB in {size['packages']} packages." if size else ""
    return [Table("Import", ("over a bare interpreter", "CPU ms"), rows, note)]


def _clients(results: Results) -> list[Table]:
    labels = {"made": "made and closed", "made_and_sent": "the same, with a first send"}
    rows = [(labels[name], f"{cpu * 1e6:,.0f}") for name, cpu in results["clients"].items()]
    return [Table("Another client in the same process", ("", "CPU µs"), rows)]


def _mocks(mocks: Any) -> Table:
    rows = [(name, f"{took['ready_ms']:,}", f"{took['requests_a_second']:,}") for name, took in mocks.items()]
    return Table("The mocks", ("", "ready after ms", "requests a second"), rows)


def peers_table(peers: Any) -> Table:
    """Return the comparison with other vendors' SDKs."""
    rows = [
        (
            f"{name} {took['version']}",
            f"{took['send_cpu_us']:,}",
            f"{took['send_to_laaffic']:.2f}" if took["send_to_laaffic"] else "",
            f"{took['recipient_cpu_us']:,.1f}",
            took["how"],
            f"{took['import_cpu_ms']:,}",
            f"{took['installed_mb']:.1f}",
        )
        for name, took in sorted(peers["peers"].items(), key=lambda pair: pair[1]["send_cpu_us"])
    ]
    headings = ("", "CPU µs a send", "/ ours", "CPU µs a recipient of 1,000", "sent as", "import ms", "installed MB")
    note = (
        "Each with its own format and in its own environment, with one client kept open and three environment "
        "variables set. One text for all, or a template, is less work than a text for each. "
        f"{peers['rounds']} rounds of {peers['sends']} single sends; {peers['measured_on']['date']}."
    )
    return Table("Other vendors' SDKs", headings, rows, note)
