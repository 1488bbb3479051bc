"""Writing to the terminal or a pipe, whose reader may have gone."""

import os
import sys
from contextlib import suppress
from typing import TextIO


class Stream:
    """Standard output or standard error. When its reader has gone (`| head`), the rest is dropped in silence."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.gone = False
        self.used = False

    def write(self, text: str) -> None:
        """Write at once.

        Raises:
            OSError: it could not be written, for another reason than that nobody reads.
        """
        if self.gone:
            return
        self.used = True
        try:
            self._file.write(text)
            self._file.flush()
        except BrokenPipeError:
            self.gone = True
            # What is still in the buffer would fail once more when Python ends.
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._file.fileno())

    def line(self, text: str) -> None:
        """Write one line."""
        self.write(f"{text}\n")

    def is_terminal(self) -> bool:
        """Tell whether a person looks at it."""
        return self._file.isatty()

    @property
    def _file(self) -> TextIO:
        file: TextIO = getattr(sys, self._name)
        return file


def tell(text: str) -> None:
    """Write a line to standard error; there is nobody left to tell when that fails."""
    with suppress(OSError):
        Stream("stderr").line(text)
