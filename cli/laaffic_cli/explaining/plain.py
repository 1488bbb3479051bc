"""`laaffic explain` where the SDK alone is installed: plain text, by nothing but the standard library."""

from collections.abc import Sequence

from laaffic_cli.explaining.finding import REMEDY, NoPageError, found
from laaffic_cli.terminal.streams import Stream, tell, wrapped

_USAGE = "Usage: laaffic explain TOPIC"
_BAD_USAGE = 2


def told(text: str) -> None:
    """Print a page."""
    Stream("stdout").write("\n".join(map(wrapped, text.splitlines())) + "\n")


def explain(words: Sequence[str]) -> int:
    """Do what `laaffic explain` does; return the exit code."""
    if {"-h", "--help"}.intersection(words):
        Stream("stdout").write(f"{_USAGE}\n\n{wrapped(f'TOPIC: {REMEDY}.')}\n")
        return 0
    try:
        told(found(" ".join(words)))
    except (NoPageError, ImportError) as error:  # each says what to do
        tell(_USAGE, f"Error: {error}")
        return _BAD_USAGE
    return 0
