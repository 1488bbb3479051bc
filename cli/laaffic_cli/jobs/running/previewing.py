"""What a campaign sends, for people."""

from rich.table import Table
from rich.text import Text

from laaffic_campaigns import Preview
from laaffic_cli.terminal.shown import printable, without_numbers
from laaffic_cli.terminal.spans import span

_LEFT_OUT = ("invalid", "excluded", "duplicates")


def preview_table(found: Preview) -> Table:
    """Return it as a table that fits into 80 columns. The texts are there in full."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _lines(found):
        table.add_row(Text(name), Text(value))
    return table


def _lines(found: Preview) -> list[tuple[str, str]]:
    lines = [("campaign", printable(found.name)), ("recipients", f"{found.recipients:,}")]
    lines += [(f"  {name}", f"{getattr(found, name):,} left out") for name in _LEFT_OUT if getattr(found, name)]
    lines += [(f"  row {bad.index + 1:,}", printable(without_numbers(bad.reason))) for bad in found.bad_rows]
    more = found.invalid - len(found.bad_rows)
    if more > 0:
        lines.append(("", f"and {more:,} more rows that are not valid"))
    for place, text in enumerate(found.texts, start=1):
        lines.append((f"text {place}", printable(text)))
    lines += [("longest", _count(found.longest, "character")), ("segments", _segments(found))]
    for encoding, segments in found.segments_by_encoding.items():
        if segments:
            whom = _count(found.recipients_by_encoding[encoding], "recipient")
            lines.append((f"  {encoding}", f"{segments:,} for {whom}"))
    if found.estimate is not None:
        lines.append(("estimate", f"{found.estimate:,f}"))
    if found.seconds is not None and found.rate is not None:
        lines.append(("time", f"{span(found.seconds)} at least, at {found.rate:,g}/s"))
    return lines


def _segments(found: Preview) -> str:
    return f"{found.segments:,}, at most {found.most_segments:,} in a text"


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
