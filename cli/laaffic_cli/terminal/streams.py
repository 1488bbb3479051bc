"""Writing to the terminal or a pipe, whose reader may have gone, or which was closed from the start."""

import errno
import os
import select
import sys
import textwrap
from contextlib import suppress
from stat import S_ISCHR
from typing import TextIO

from laaffic_cli.terminal.shown import printable

_WIDTH = 80


class NobodyReadsError(OSError):
    """A text went nowhere: the stream's reader has gone, or the stream is closed."""

    def __init__(self) -> None:
        super().__init__(errno.EPIPE, "nobody reads it")


class Stream:
    """Standard output or standard error.

    When its reader has gone (`| head`, a terminal that was closed), the rest is dropped in silence.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.gone = self._file is None
        self.used = False

    def write(self, text: str) -> None:
        """Write at once.

        Raises:
            OSError: it could not be written, for another reason than that nobody reads.
        """
        file = self._file
        if self.gone or file is None:
            return
        self.used = True
        try:
            file.write(text)
            file.flush()
        except OSError as error:
            self.gone = True
            unread = isinstance(error, BrokenPipeError) or _is_hung_up(file, error)
            # What is still in the buffer would fail once more when Python ends, and change the exit code.
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())
            if not unread:
                raise

    def line(self, text: str) -> None:
        """Write one line."""
        self.write(f"{text}\n")

    def sentence(self, text: str) -> None:
        """Write a line for people, in as many as it takes on a terminal."""
        self.line(wrapped(text) if self.is_terminal() else text)

    def deliver(self, text: str) -> None:
        """Write what must not be dropped in silence.

        Raises:
            NobodyReadsError: nobody reads.
            OSError: it could not be written for another reason.
        """
        self.write(text)
        if self.gone:
            raise NobodyReadsError

    def is_read(self) -> bool:
        """Tell whether somebody may still read: the other end of a pipe or a terminal is there. Nothing is written."""
        file = self._file
        if self.gone or file is None:
            return False
        if hasattr(select, "poll"):
            look = select.poll()
            try:
                look.register(file.fileno(), 0)
            except (OSError, ValueError):  # it has no descriptor
                return True
            self.gone = bool(look.poll(0))  # of what nobody asks for, an error and a hang-up are told
        return not self.gone

    def is_terminal(self) -> bool:
        """Tell whether a person looks at it."""
        return self._file is not None and self._file.isatty()

    @property
    def encoding(self) -> str:
        """Which characters it can take."""
        return self._file.encoding if self._file is not None else "ascii"

    @property
    def _file(self) -> TextIO | None:
        # Python has None where the process was started with the stream closed.
        file: TextIO | None = getattr(sys, self._name)
        return file


def _is_hung_up(file: TextIO, error: OSError) -> bool:
    """Tell whether a terminal was closed; of a disk, the same error is one."""
    return error.errno == errno.EIO and S_ISCHR(os.fstat(file.fileno()).st_mode)


def tell(*lines: str) -> None:
    """Write lines to standard error, wrapped for people; there is nobody left to tell when that fails.

    Each may hold foreign words, such as a file's name or the provider's reason, and stays one line.
    """
    stream = Stream("stderr")
    shown = [printable(line) for line in lines]
    if stream.is_terminal():
        shown = [wrapped(line) for line in shown]
    with suppress(OSError):
        stream.line("\n".join(shown))


def wrapped(line: str) -> str:
    """Return a line in lines that fit into 80 columns; a word that is longer stays whole."""
    return textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False)


def make_ready() -> None:
    """Make the standard streams ready: what an old terminal cannot show, or a closed one, must not end a run."""
    occupy_closed_descriptors()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def occupy_closed_descriptors() -> None:
    """Put the null device where a standard stream is closed.

    Else the next file that is opened takes its place, and would get what Python itself writes there.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
