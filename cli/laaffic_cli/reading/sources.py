"""Where messages come from: a file that is read as often as needed, or the command line."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from laaffic import Message
from laaffic_cli.reading.bad_rows import BadRows
from laaffic_cli.reading.formats.provider_rows import AppId
from laaffic_cli.reading.problem import BadInputError, Problem, Problems, ReadingError
from laaffic_cli.reading.row import How, Names, PlainRow, Row, to_message
from laaffic_cli.reading.text import unpacked

Reader = Callable[[BinaryIO, How], Iterator[Names | AppId | list[PlainRow] | Row | Problem]]


_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Choice:
    """Who of a file's recipients gets nothing: the excluded, and with `unique` everybody from the second time on."""

    excluded: frozenset[str] = field(default_factory=frozenset)
    unique: bool = False


class Source(Protocol):
    """Messages that can be gone through again and again.

    Attributes:
        app_id: the application's id that the source names, known after the first pass; or None.
        is_body: whether it is the provider's own request body, which goes out as it is.
        left_out: what the last pass left out, and why, in words; or None.
    """

    app_id: str | None
    is_body: bool
    left_out: str | None

    def messages(self) -> Iterator[Message]:
        """Go through all messages from the first on, without those that are left out.

        Raises:
            BadInputError: at the end, with everything that is wrong; at once when the source is not what it was.
        """
        ...


class OptionsSource:
    """One message from the command line's options."""

    def __init__(self, numbers: str, content: str, sender_id: str | None, order_ids: str | None) -> None:
        self.app_id: str | None = None
        self.is_body = False
        self.left_out: str | None = None
        names = {"numbers": "--to", "content": "--content", "sender_id": "--sender-id", "order_ids": "--order-id"}
        given = {"numbers": numbers, "content": content, "sender_id": sender_id, "order_ids": order_ids}
        self._row = Row({field: value for field, value in given.items() if value is not None}, names, {})

    def messages(self) -> Iterator[Message]:
        """Yield the one message."""
        message = to_message(self._row)
        if isinstance(message, Problem):
            raise BadInputError([message.text])
        yield message

    rows = messages


class FileSource:
    """A file's messages, never more than some rows of it in memory.

    Attributes:
        choice: who is left out; `rows` knows nothing of it.
        sender_id: for everybody whom the file gives none.
    """

    def __init__(
        self,
        name: str,
        handle: BinaryIO,
        read: Reader,
        how: How,
        *,
        is_body: bool = False,
        choice: Choice | None = None,
        bad_rows: BadRows | None = None,
    ) -> None:
        self.app_id: str | None = None
        self.is_body = is_body
        self.left_out: str | None = None
        self.choice = choice or Choice()
        self.sender_id = how.sender_id
        self._name = name
        self._handle = handle
        self._read = read
        self._how = how
        self._bad_rows = bad_rows
        self._stamp = self._stamped()

    def digest(self) -> bytes:
        """Return the SHA-256 of the file's bytes.

        Raises:
            BadInputError: it cannot be read.
        """
        digest = hashlib.sha256()
        try:
            self._handle.seek(0)
            while piece := self._handle.read(_PIECE):
                digest.update(piece)
        except OSError as error:
            raise BadInputError([f"{self._name}: it cannot be read ({error.strerror})"]) from None
        return digest.digest()

    def rows(self) -> Iterator[PlainRow | Message]:
        """Go through the file once and check it in the same pass, so that what was checked is what is sent.

        Yields:
            `(number, content, order id or None)` for one recipient without a sender id of its own, or a message. All of
            them are valid. Nobody is excluded or made unique here: that is for who keeps them.

        Raises:
            BadInputError: at the end, with everything that is wrong: the first 20 and how many more. Nothing of what
                was yielded may then be sent.
        """
        problems = Problems()
        found = False
        self.left_out = None
        try:
            for row in self._checked(problems):
                found = True
                yield row
            if self._stamped() != self._stamp:
                problems.add(self._changed())
            if not found and self._bad_rows is not None and self._bad_rows.count:
                problems.add(Problem("none of its rows can be sent; without --invalid-to you see why", file=self._name))
            problems.raise_any()
            if self._bad_rows is not None:
                self._bad_rows.finish()
        finally:
            if self._bad_rows is not None:
                self._bad_rows.discard()
        if self._bad_rows is not None and self._bad_rows.count:
            self.left_out = f"bad rows: {self._bad_rows.count}, which {self._bad_rows.name} has"

    def messages(self) -> Iterator[Message]:
        """Yield the message of each row, but for those who are left out; see `Source`."""
        excluded = repeated = 0
        seen: set[str] = set()
        for row in self.rows():
            # What was checked is what is sent: a file that is written to meanwhile is not trusted.
            if self._stamped() != self._stamp:
                raise BadInputError([self._changed().text])
            message = row if isinstance(row, Message) else _message(row, self.sender_id)
            kept = list(message.numbers)
            if self.choice.excluded:
                kept = [number for number in kept if number not in self.choice.excluded]
                excluded += len(message.numbers) - len(kept)
            if self.choice.unique:
                new = [number for number in dict.fromkeys(kept) if number not in seen]
                repeated += len(kept) - len(new)
                seen.update(new)
                kept = new
            if len(kept) == len(message.numbers):
                yield message
            elif kept:
                yield _narrowed(message, kept)
        counts = {"excluded": excluded, "there before": repeated}
        words = [f"{what}: {count}" for what, count in counts.items() if count]
        self.left_out = "; ".join([*([self.left_out] if self.left_out else []), *words]) or None

    def _checked(self, problems: Problems) -> Iterator[PlainRow | Message]:
        try:
            for found in self._read(unpacked(self._handle), self._how):
                if isinstance(found, list):
                    yield from found
                elif isinstance(found, AppId):
                    self.app_id = found.value
                elif isinstance(found, Names):
                    if self._bad_rows is not None:
                        self._bad_rows.begin(found.values)
                else:
                    item = to_message(found, self._how.template, self.sender_id) if isinstance(found, Row) else found
                    if isinstance(item, Problem):
                        self._put(item, problems)
                    else:
                        yield item
        except ReadingError as error:
            problems.add(error.problem._replace(file=self._name))
        except OSError as error:
            problems.add(Problem(f"it cannot be read ({error.strerror}); mend that, and try again", file=self._name))

    def _put(self, problem: Problem, problems: Problems) -> None:
        placed = problem._replace(file=self._name)
        if self._bad_rows is None or problem.cells is None:
            problems.add(placed)
        else:
            self._bad_rows.add(placed)

    def _changed(self) -> Problem:
        return Problem("the file was changed; leave it alone until all is sent", file=self._name)

    def _stamped(self) -> tuple[int, int]:
        status = os.fstat(self._handle.fileno())
        return status.st_size, status.st_mtime_ns


def _message(row: PlainRow, sender_id: str | None) -> Message:
    number, content, order_id = row
    return Message(number, content, sender_id, None if order_id is None else [order_id])


def _narrowed(message: Message, kept: list[str]) -> Message:
    """Return a message to those of its recipients who are kept, each with the order id of its first time."""
    ids = dict(zip(reversed(message.numbers), reversed(message.order_ids), strict=True)) if message.order_ids else None
    return Message(kept, message.content, message.sender_id, None if ids is None else [ids[n] for n in kept])
