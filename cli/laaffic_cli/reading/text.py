"""From a file's bytes to text: gzip, encodings and lines, a block at a time, so that no file fills the memory."""

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from io import StringIO
from itertools import chain
from typing import BinaryIO, cast

from laaffic_cli.reading.problem import BadInputError, ReadingError

MAX_CHARACTERS = 8 * 1024 * 1024  # of one line
_BLOCK = 256 * 1024
_GZIP = b"\x1f\x8b"
_WORKBOOKS = {b"PK\x03\x04": "a spreadsheet such as .xlsx, or another zip file", b"\xd0\xcf\x11\xe0": "an .xls file"}
# UTF-32 first, since its mark begins like the one of UTF-16.
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NEWLINE = re.compile(r"\r\n|\r|\n")
_SAVE = 'save it again as "CSV UTF-8" or as text in UTF-8'
SAVE_AS_CSV = 'save it as "CSV UTF-8" (.csv), and give that'


def checked_encoding(name: str | None) -> str | None:
    """Return the name of an encoding as it was given.

    Raises:
        BadInputError: there is no such encoding of texts.
    """
    try:
        "x".encode(name or "utf-8")
    except (LookupError, ValueError):
        raise BadInputError(["--encoding: no such encoding is known; give utf-8, cp1252, gbk or the like"]) from None
    return name


def unpacked(handle: BinaryIO) -> BinaryIO:
    """Return a file from its beginning, unpacked if it is packed with gzip, whatever its name.

    Raises:
        ReadingError: it is no text at all, but a workbook.
    """
    handle.seek(0)
    file = handle
    if handle.read(len(_GZIP)) == _GZIP:
        handle.seek(0)
        file = cast("BinaryIO", gzip.GzipFile(fileobj=handle))
    else:
        handle.seek(0)
    beginning = _peek(file)
    for mark, what in _WORKBOOKS.items():
        if beginning.startswith(mark):
            raise ReadingError(f"it is {what}; {SAVE_AS_CSV}")
    if file is not handle and beginning.startswith(_GZIP):
        raise ReadingError("it is packed with gzip twice; unpack it once")
    return file


def blocks(handle: BinaryIO, encoding: str | None = None) -> Iterator[str]:
    """Yield a file's text piece by piece, without the mark at its beginning.

    Args:
        handle: as `unpacked` returned it.
        encoding: its name; None is UTF-8, or what a mark at the beginning says.

    Raises:
        ReadingError: the bytes are not text in this encoding; what comes before has been yielded.
    """
    beginning = _peek(handle)
    name = encoding or next((name for mark, name in _MARKS.items() if beginning.startswith(mark)), "utf-8")
    decoder = codecs.getincrementaldecoder(name)()
    lines, first, raw = 1, True, b"-"
    while raw:
        raw = _read(handle, _BLOCK, lines)
        before, error = decoder.getstate(), None
        try:
            text = decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as failed:
            error = failed
            text = _what_is_sound(name, before, failed)
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        nul = text.find("\0")
        sound = text if nul < 0 else text[:nul]
        if sound:
            yield sound
        lines += _ends(sound)
        if nul >= 0:
            hint = "give --encoding if it is UTF-16, or " if encoding is None else ""
            raise ReadingError(f"it has a NUL byte, which no text has; {hint}{_SAVE}", lines)
        if error is not None:
            raise ReadingError(_not_decodable(name, encoding, error), lines)


def line_blocks(handle: BinaryIO, encoding: str | None = None) -> Iterator[str]:
    """Yield a file's text in pieces that end where a line ends: at a newline, a carriage return, or both.

    Raises:
        ReadingError: as from `blocks`, or a line is too long; every whole line before has been yielded.
    """
    rest, line = "", 1
    pieces = blocks(handle, encoding)
    while True:
        try:
            piece = next(pieces, None)
        except ReadingError:
            if rest and (end := _last_end(rest)):
                yield rest[:end]
            raise
        text = rest + (piece or "")
        end = len(text) if piece is None else _last_end(text)
        if end:
            yield text[:end]
            line += _ends(text[:end])
        if piece is None:
            return
        rest = text[end:]
        if len(rest) > MAX_CHARACTERS:
            raise ReadingError(f"the line is longer than {MAX_CHARACTERS // 1024 // 1024} MiB; break it up", line)


def lines_of(pieces: Iterator[str]) -> Iterator[str]:
    """Yield each line, with its end, of pieces as `line_blocks` yields them."""
    return chain.from_iterable(StringIO(piece, newline="") for piece in pieces)


def _last_end(text: str) -> int:
    """Return where the last line ends of which it is certain that it does."""
    newline = text.rfind("\n") + 1
    # A carriage return at the very end may be the first half of an end.
    return newline or text.rfind("\r", 0, len(text) - 1) + 1


def _ends(text: str) -> int:
    return text.count("\n") if "\r" not in text else sum(1 for _ in _NEWLINE.finditer(text))


def _peek(handle: BinaryIO) -> bytes:
    beginning = _read(handle, 4, 1)
    handle.seek(0)
    return beginning


def _read(handle: BinaryIO, size: int, line: int) -> bytes:
    try:
        return handle.read(size)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ReadingError("its gzip is damaged or cut off here; fetch the file again", line) from None


def _what_is_sound(name: str, state: tuple[bytes, int], error: UnicodeDecodeError) -> str:
    """Return the text before the byte that cannot be decoded."""
    decoder = codecs.getincrementaldecoder(name)()
    decoder.setstate((b"", state[1]))
    try:
        return decoder.decode(error.object[: error.start])
    except UnicodeDecodeError:
        return ""


def _not_decodable(name: str, given: str | None, error: UnicodeDecodeError) -> str:
    if given is not None:
        return f"it is not {name}, which --encoding says; give another encoding, or {_SAVE}"
    found = f"byte 0x{error.object[error.start]:02x}" if error.start < len(error.object) else "its end"
    shown = "UTF-8" if name == "utf-8" else f"the {name.upper()} that it begins as"
    return f"it is not {shown} ({found}); {_SAVE}, or say what it is: --encoding cp1252, gbk or the like"
