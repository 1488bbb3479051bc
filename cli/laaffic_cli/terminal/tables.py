"""Tables as text."""

from io import StringIO

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

_ENDLESS = 1_000_000


def rendered(table: Table, *, terminal: bool, wrap: bool = False) -> str:
    """Return a table as text. Rich heeds the terminal's width, TERM and NO_COLOR.

    Unless its words may wrap, it is as wide as it has to be, for the terminal to wrap: a cut id is worthless.
    Also then, what may not wrap is never cut.
    """
    text = StringIO()
    console = Console(file=text, force_terminal=terminal)
    natural = Measurement.get(console, console.options.update(width=_ENDLESS), table)
    console.width = max(console.width, natural.minimum if wrap else natural.maximum)
    console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())
