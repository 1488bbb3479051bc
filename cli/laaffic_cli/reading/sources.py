"""Where messages come from: a file that is read as often as needed, or the command line."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Protocol

from laaffic import Message
from laaffic_cli.reading.csv_rows import csv_rows
from laaffic_cli.reading.jsonl_rows import jsonl_rows
from laaffic_cli.reading.problem import BadInputError, Problem, ReadingError
from laaffic_cli.reading.provider_rows import AppId, provider_rows
from laaffic_cli.reading.row import Row, to_message
from laaffic_cli.reading.template import Template
from laaffic_cli.terminal.shown import without_numbers

_Reader = Callable[[BinaryIO, Template | None], Iterator[Row | Problem | AppId]]
_AT_ONCE = 1024 * 1024
_READERS: dict[str, _Reader] = {
    ".csv": csv_rows,
    ".jsonl": jsonl_rows,
    ".ndjson": jsonl_rows,
    ".json": lambda handle, _template: provider_rows(handle),
}


class Source(Protocol):
    """Messages that can be gone through again and again.

    Attributes:
        app_id: the application's id that the source names, known after the first pass; or None.
        line: where the message begins that was yielded last, if it is in a file; or None.
        is_body: whether it is the provider's own request body, which goes out as it is.
    """

    app_id: str | None
    line: int | None
    is_body: bool

    def messages(self) -> Iterator[Message | Problem]:
        """Go through all messages from the first on. A problem names its place."""
        ...


class OptionsSource:
    """One message from the command line's options."""

    def __init__(self, numbers: str, content: str, sender_id: str | None, order_ids: str | None) -> None:
        self.app_id: str | None = None
        self.line: int | None = None
        self.is_body = False
        names = {"numbers": "--to", "content": "--content", "sender_id": "--sender-id", "order_ids": "--order-id"}
        given = {"numbers": numbers, "content": content, "sender_id": sender_id, "order_ids": order_ids}
        self._row = Row({field: value for field, value in given.items() if value is not None}, names, {})

    def messages(self) -> Iterator[Message | Problem]:
        """Yield the one message."""
        yield to_message(self._row)


class FileSource:
    """A file's messages, never more than one row of it in memory."""

    def __init__(self, name: str, handle: BinaryIO, read: _Reader, template: Template | None) -> None:
        self.app_id: str | None = None
        self.line: int | None = None
        self.is_body = read is _READERS[".json"]
        self._name = name
        self._handle = handle
        self._read = read
        self._template = template
        self._stamp = self._stamped()

    def digest(self) -> bytes:
        """Return the sha256 of the file.

        Raises:
            BadInputError: it cannot be read.
        """
        try:
            self._handle.seek(0)
            found = hashlib.sha256()
            while part := self._handle.read(_AT_ONCE):
                found.update(part)
            return found.digest()
        except OSError as error:
            raise BadInputError([f"{self._name}: it cannot be read ({error.strerror})"]) from None

    def messages(self) -> Iterator[Message | Problem]:
        """Yield the message of each row, or what is wrong with it; after a problem of the whole file, nothing more."""
        try:
            self._handle.seek(0)
            for row in self._read(self._handle, self._template):
                # What was checked is what is sent: a file that is written to meanwhile is not trusted.
                if self._stamped() != self._stamp:
                    yield Problem(f"{self._name}: the file was changed; leave it alone until all is sent")
                    return
                if isinstance(row, AppId):
                    self.app_id = row.value
                    continue
                self.line = row.line
                item = to_message(row, self._template) if isinstance(row, Row) else row
                yield self._placed(item) if isinstance(item, Problem) else item
        except ReadingError as error:
            yield self._placed(error.problem)
        except OSError as error:
            yield Problem(f"{self._name}: it cannot be read ({error.strerror})")

    def _placed(self, problem: Problem) -> Problem:
        place = self._name if problem.line is None else f"{self._name}:{problem.line}"
        return Problem(f"{place}: {problem.text}")

    def _stamped(self) -> tuple[int, int]:
        status = os.fstat(self._handle.fileno())
        return status.st_size, status.st_mtime_ns


@contextmanager
def open_file(name: str, content: str | None) -> Iterator[FileSource]:
    """Open a file of messages, for as long as they are needed.

    Raises:
        BadInputError: it cannot be read as often as needed, or its name does not say what it holds.
    """
    read = _READERS.get(Path(name).suffix.lower())
    if read is None:
        raise BadInputError(
            [f"{without_numbers(name)}: its ending does not say what is in it; name it {', '.join(_READERS)}"]
        )
    try:
        template = None if content is None else Template(content)
    except ValueError as error:
        raise BadInputError([f"--content: {error}"]) from None
    if template is not None and read is _READERS[".json"]:
        raise BadInputError([f"--content: {name} is the provider's body, which has its own texts; leave it out"])
    try:
        opened = Path(name).open("rb")  # noqa: SIM115  # entered below; what goes wrong in between is not opening
    except OSError as error:
        raise BadInputError([f"{name}: it cannot be read ({error.strerror}); name a file that can"]) from None
    with opened as handle:
        if not S_ISREG(os.fstat(handle.fileno()).st_mode):
            raise BadInputError([f"{name}: it is read more than once, so it has to be a file; save it as one"])
        yield FileSource(name, handle, read, template)
