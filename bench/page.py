"""The results as a page of the documentation, and as the table that the README quotes."""

from typing import Any

from bench.goals import Judged
from bench.results import Results
from bench.tables import TABLES

BEGIN, END = "<!-- made by `make bench` -->\n", "<!-- end -->\n"
QUOTED = {
    "one: CPU from Messages to result / bare httpx with bytes": "one message, CPU against httpx posting ready bytes",
    "n1000: the same ratio": "1,000 receivers of one text, the same",
    "i1000: CPU from rows to outcomes / httpx json=, .json()": "1,000 texts, CPU against httpx `json=` and `.json()`",
    "import laaffic / import httpx, warm (wall)": "`import laaffic` against `import httpx`",
    "CPU per single send / twilio's": "CPU of a single send against twilio's SDK",
}


_HOW = """
Made by `make bench` and `make bench-peers`; no figure here is written by hand. They are medians of short blocks,
interleaved over all ways, on one machine: trust the ratios. Each send goes to a server in a process of its own on the
same machine, over plain HTTP, so neither a network nor TLS is in them.
"""
_HOW_PEERS = """
Each with its own format, in its own environment, with one client kept and three environment variables set. One text for
all, or a template, is less work than a text for each.
"""


def page(results: Results, goals: list[Judged], peers: Results) -> str:
    """Write the whole page."""
    parts = [
        "# How fast\n",
        _HOW,
        "![What is below, as bars](bench.svg)\n",
        "## Goals\n",
        _markdown(["", "goal", "measured", ""], [_goal(judged) for judged in goals]),
        *[f"- **{judged.goal.about}**: {judged.goal.why_missed}" for judged in goals if _explained(judged)],
        "",
    ]
    for section, (title, tables) in TABLES.items():
        if section in results:
            told = results[section]
            parts += [f"## {title}\n", f"{_measured_on(told)}\n"]
            for rows in tables(told):
                parts += [_markdown(rows.headings, rows.rows), *(f"{note}\n" for note in rows.notes)]
    if peers:
        parts += ["## Other vendors' SDKs\n", *_peers(peers)]
    return "\n".join(parts).rstrip() + "\n"


def into_readme(readme: str, results: Results, goals: list[Judged]) -> str:
    """Put the quoted ratios into the README, between the marks."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + _quoted(results, goals) + END + after


def _quoted(results: Results, goals: list[Judged]) -> str:
    rows = [
        [QUOTED[judged.goal.about], judged.written(judged.measured), judged.wanted]
        for judged in goals
        if judged.goal.about in QUOTED and judged.measured is not None
    ]
    if "many" in results:
        many, at_most = results["many"]["sync"], results["many"]["messages"]["peak_mib"]
        rows.append(
            [
                f"`send_many`, {many['receivers']:,} receivers, one request at a time: memory",
                f"{max(many['peak_mib'], at_most):.1f} MiB",
                "≤ 12",
            ]
        )
        rows.append(
            ["the same: receivers per second, one request at a time", f"{many['receivers_per_second']:,.0f}", ""]
        )
    return _markdown(["", "measured", "goal"], rows) + f"\n{_measured_on(results['sends'])}\n"


def _explained(judged: Judged) -> bool:
    return judged.missed_by > 0 and bool(judged.goal.why_missed)


def _goal(judged: Judged) -> list[str]:
    measured = "" if judged.measured is None else judged.written(judged.measured)
    return [judged.goal.about, judged.wanted, measured, judged.verdict]


def _markdown(headings: list[str], rows: list[list[str]]) -> str:
    lines = [headings, ["---", *["--:"] * (len(headings) - 1)], *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def _measured_on(told: Any) -> str:
    machine, versions = told["machine"], told["versions"]
    named = ", ".join(f"{name} {version}" for name, version in versions.items() if name in {"httpx", "orjson"})
    return f"{machine['processor']}, {machine['cores']} cores, {machine['python']}, {named}; {told['date']}."


def _peers(peers: Any) -> list[str]:
    rows = [
        [
            f"{peer['name']} {peer['version']}",
            f"{peer['single_x_laaffic']:.2f}",
            f"{peer['receiver_cpu_us']:.1f}",
            peer["how"],
            f"{peer['import_ms']:,}",
            f"{peer['installed_mb']:.1f}",
        ]
        for peer in peers["peers"]
    ]
    machine, repeated = peers["machine"], f"{peers['rounds']} rounds of {peers['calls']} single sends"
    headings = ["", "CPU of a send / ours", "CPU µs a receiver of 1,000", "how", "import ms", "installed MB"]
    return [
        _markdown(headings, rows),
        _HOW_PEERS,
        f"{machine['processor']}, {machine['cores']} cores, {machine['python']}; {peers['date']}. {repeated}.\n",
    ]
