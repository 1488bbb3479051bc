"""A file's lines, decoded one at a time."""

from collections.abc import Iterator
from typing import BinaryIO

from laaffic_cli.reading.problem import ReadingError

MAX_BYTES = 8 * 1024 * 1024
BOM = b"\xef\xbb\xbf"
NOT_TEXT = 'it has a NUL byte, which no text has; save it again as "CSV UTF-8" or as text in UTF-8'
NOT_UTF8 = 'it is not UTF-8; save it again as "CSV UTF-8" or as text in UTF-8'


def decoded_lines(handle: BinaryIO) -> Iterator[str]:
    """Yield each line with its end.

    Raises:
        ReadingError: a line is not UTF-8, or too long to be one.
    """
    number = 0
    while piece := handle.readline(MAX_BYTES):
        if len(piece) == MAX_BYTES:
            raise ReadingError(f"the line is longer than {MAX_BYTES // 1024 // 1024} MiB; break it up", number + 1)
        # A line of the old Macintosh ends in a carriage return alone.
        for raw in piece.splitlines(keepends=True):
            number += 1
            yield _decoded(raw.removeprefix(BOM) if number == 1 else raw, number)


def _decoded(raw: bytes, number: int) -> str:
    try:
        line = raw.decode()
    except UnicodeDecodeError:
        raise ReadingError(NOT_UTF8, number) from None
    if "\0" in line:
        raise ReadingError(NOT_TEXT, number)
    return line
