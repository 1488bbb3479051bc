"""Foreign words for a terminal or a log."""


def printable(words: str) -> str:
    """Return words on one line, with escapes for what a terminal acts upon or what is not seen."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in words)
