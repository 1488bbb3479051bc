"""The results as the page of the documentation, which the terminal shows too."""

from collections.abc import Sequence
from typing import Any

from bench.figures.goals import CAMPAIGNS, judged, shown
from bench.figures.results import Results

INTRODUCTION = """# Performance

Made by `make bench` and `make bench-peers`; no figure here is written by hand. pyperf measures the CPU time of the
process that sends, in rounds over all ways of sending, each in a process of its own; the figures are medians. Every
send goes to a server in another process on the same machine over plain HTTP, so neither a network nor TLS is in them.
Trust the ratios more than the microseconds.

`one` is 1 recipient; `n1000` is 1,000 recipients of one text, in one message; `i1000` is 1,000 recipients with texts of
their own. "socket" is a raw socket with orjson both ways: the limit. "httpx bytes" is httpx 0.28 posting ready bytes
and reading nothing, "httpx json" is httpx 0.28 with `json=` and `.json()`. laaffic goes from what is named to a
list of all outcomes; the time to make "Messages ready" is not counted. These bodies have order ids of the caller's.
What order ids of ours cost where the caller gives none is measured apart.
"""
ABOUT_CAMPAIGNS = """By the clock, on the same cores as the server and the database. There are 1M recipients where
nothing else is said, with numbers, orders and codes in no order; each has a text of 80 characters, which a template
makes from the records of `csv.DictReader`. The server responds after 50 ms with message ids as in the provider's
sample: the time, and a number that counts up, here with gaps of 1 to 9. Bytes are those of the file, or of the
PostgreSQL database, when all outcomes are recorded; CPU and memory those of the processes that load or run, together.
The load of ten times as many is 10M; its first 1M are then posted. The status is that of 50,000 chunks which are made
without anybody in them. What is off at 500/s is the worst window of 10 s at the server, where a request has 125
recipients. Of the Celery tasks, each sends to one, and 64 are in flight; enqueueing them is not counted.
"""
PEERS = """Each with its own format and in its own environment, with one client kept open and three environment
variables set. One text for all, or a template, is less work than a text for each.
"""


def page(results: Results, peers: Results) -> str:
    """Write the whole page."""
    if not results:
        return f"{INTRODUCTION}\nNothing has been measured yet: run `make bench`.\n"
    left_out = results.get("left_out", {})
    parts = [INTRODUCTION, measured_on(results), "## Goals\n", _goals(results, peers)]
    for title, rows in results["tables"].items():
        parts += [f"## {title}\n", table(rows)]
        if title == CAMPAIGNS:
            parts += [ABOUT_CAMPAIGNS, *(f"Not measured: {row}, which {why}.\n" for row, why in left_out.items())]
    if peers:
        parts += ["## Other vendors' SDKs\n", table(peers["peers"]), PEERS, measured_on(peers)]
    return "\n".join(parts)


def measured_on(results: Results) -> str:
    """Say where and when something was measured."""
    return f"Measured: {', '.join(f'{name} {value}' for name, value in results['measured_on'].items())}.\n"


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Write figures by row and column."""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    return _markdown([("", *columns), *((name, *(_cell(row.get(it)) for it in columns)) for name, row in rows.items())])


def _goals(results: Results, peers: Results) -> str:
    lines, reasons = [("", "goal", "measured", "")], []
    for each in judged(results, peers):
        figure = "" if each.measured is None else shown(each.measured)
        limit = f"{'≥' if each.goal.at_least else '≤'} {each.goal.limit:,g}"
        lines.append((each.goal.about, limit, figure, each.verdict))
        if each.missed and each.goal.why_missed:
            reasons.append(f"- **{each.goal.about}**: {each.goal.why_missed}\n")
    return _markdown(lines) + "".join(["\n" if reasons else "", *reasons])


def _cell(figure: float | str | None) -> str:
    if not isinstance(figure, float):
        return f"{figure:,}" if isinstance(figure, int) else figure or ""
    decimals = 2 if abs(figure) < 10 else 1 if abs(figure) < 100 else 0  # noqa: PLR2004  # what says something
    return f"{figure:,.{decimals}f}"


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown, aligned so that a terminal shows it well too."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    text = ""
    for first, *figures in [lines[0], rule, *lines[1:]]:
        text += f"| {' | '.join([first.ljust(widths[0]), *map(str.rjust, figures, widths[1:])])} |\n"
    return text
