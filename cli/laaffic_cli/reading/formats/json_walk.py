"""Walking through a JSON text piece by piece, so that a file of any size fits into little memory."""

import json
import re
from typing import Any, BinaryIO

from laaffic_cli.reading.formats.json_values import DECODER, NotJSONError
from laaffic_cli.reading.problem import ReadingError
from laaffic_cli.reading.text import MAX_CHARACTERS, blocks

_SPACE = re.compile(r"[ \t\n\r]+")


class JsonWalk:
    """A window that moves over a JSON text and knows its line.

    Every method raises ReadingError where the text is not JSON, not text, or one value is too large to be held.
    """

    def __init__(self, handle: BinaryIO, encoding: str | None = None) -> None:
        self._pieces = blocks(handle, encoding)
        self._window = ""
        self._at = 0
        self._end = False
        self._line = 1
        self._before = 0  # characters before the window on the line where it begins

    @property
    def line(self) -> int:
        """The line of the next character."""
        return self._line

    def peek(self) -> str:
        """Return the next character that is not white space, without taking it; nothing at the end."""
        while True:
            space = _SPACE.match(self._window, self._at)
            self._move(space.end() if space else self._at)
            if self._at < len(self._window):
                return self._window[self._at]
            if self._end:
                return ""
            self._read()

    def take(self, wanted: str) -> str:
        """Take the next character, which has to be one of `wanted`."""
        found = self.peek()
        if not found or found not in wanted:
            raise self._error(f"{' or '.join(wanted)} is missing", self._at)
        self._at += 1
        return found

    def key(self) -> str:
        """Take the next key of an object and the colon after it."""
        if self.peek() != '"':
            raise self._error("a key in double quotes is missing", self._at)
        key = str(self.value())
        self.take(":")
        return key

    def value(self) -> Any:
        """Take the next value whole."""
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._window, self._at)
            except json.JSONDecodeError as error:
                if self._end:
                    raise self._error(error.msg, error.pos) from None
                if len(self._window) - self._at > MAX_CHARACTERS:
                    raise self._error(f"{error.msg}, or one value is far too large", error.pos) from None
            except NotJSONError as error:
                raise ReadingError(str(error), self._line) from None
            except RecursionError:
                raise ReadingError("it is nested too deeply", self._line) from None
            else:
                # A number at the window's end may go on beyond it.
                if end < len(self._window) or self._end:
                    self._move(end)
                    return value
            self._read()

    def _move(self, to: int) -> None:
        self._line += self._window.count("\n", self._at, to)
        self._at = to

    def _read(self) -> None:
        newline = self._window.rfind("\n", 0, self._at)
        self._before = self._at - newline - 1 if newline >= 0 else self._before + self._at
        self._window, self._at = self._window[self._at :], 0
        # The longer the value, the more at once: what is tried from its beginning again and again must not add up.
        wanted = 2 * len(self._window) + 1
        while len(self._window) < wanted and not self._end:
            piece = next(self._pieces, None)
            self._end = piece is None
            self._window += piece or ""

    def _error(self, what: str, at: int) -> ReadingError:
        line = self._line + self._window.count("\n", self._at, at)
        newline = self._window.rfind("\n", 0, at)
        character = at - newline if newline >= 0 else self._before + at + 1
        return ReadingError(f"not JSON at character {character}: {what}", line)
