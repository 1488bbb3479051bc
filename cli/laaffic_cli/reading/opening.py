"""Opening a file of messages: what kind it is, and the options that say how it is read."""

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from os import fstat
from pathlib import Path
from stat import S_ISFIFO, S_ISREG, S_ISSOCK
from tempfile import TemporaryFile
from typing import BinaryIO

from laaffic_cli.reading.bad_rows import BadRows
from laaffic_cli.reading.columns import naming_of
from laaffic_cli.reading.exclusions import read_exclusions
from laaffic_cli.reading.formats.csv_rows import csv_rows
from laaffic_cli.reading.formats.jsonl_rows import jsonl_rows
from laaffic_cli.reading.formats.provider_rows import provider_rows
from laaffic_cli.reading.problem import BadInputError, ReadingError
from laaffic_cli.reading.row import How
from laaffic_cli.reading.sources import Choice, FileSource, Reader
from laaffic_cli.reading.template import Template
from laaffic_cli.reading.text import SAVE_AS_CSV, blocks, checked_encoding, unpacked
from laaffic_cli.terminal.shown import without_numbers

STANDARD_INPUT = "-"
_READERS: dict[str, Reader] = {
    ".csv": csv_rows,
    ".tsv": csv_rows,
    ".jsonl": jsonl_rows,
    ".ndjson": jsonl_rows,
    ".json": provider_rows,
}
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
_DELIMITERS = {"tab": "\t", "\\t": "\t"}
_BODY = re.compile(r'\s*\{\s*"(?:appId|array)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """The options of a command that say how a file is read, each as it was given.

    Attributes:
        content: the template.
        column: `number=phone` and the like.
        encoding: of the file and of the exclusions.
        delimiter: one character, or `tab`.
        sender_id: for everybody whom the file gives none.
        exclude: a file of numbers.
        unique: whether a number gets only the first of its messages.
        invalid_to: a file for bad rows.
    """

    content: str | None = None
    column: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    sender_id: str | None = None
    exclude: str | None = None
    unique: bool = False
    invalid_to: str | None = None

    def how(self) -> How:
        """Understand them.

        Raises:
            BadInputError: one of them means nothing.
        """
        try:
            template = None if self.content is None else Template(self.content)
        except ValueError as error:
            raise BadInputError([f"--content: {error}"]) from None
        try:
            naming = naming_of(self.column)
        except ValueError as error:
            raise BadInputError([f"--column: {error}"]) from None
        delimiter = _DELIMITERS.get((self.delimiter or "").lower(), self.delimiter)
        if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\0 '):
            raise BadInputError(["--delimiter: give one character, such as ; or |, or the word tab"])
        encoding = checked_encoding(self.encoding)
        return How(template=template, naming=naming, encoding=encoding, delimiter=delimiter, sender_id=self.sender_id)


@contextmanager
def open_file(name: str, options: FileOptions | None = None) -> Iterator[FileSource]:
    """Open a file of messages, for as long as they are needed.

    Args:
        name: the file's; `-` is standard input, which is kept in a temporary file without a name.
        options: how it is read.

    Raises:
        BadInputError: it cannot be read, it does not say what it holds, or an option does not fit.
    """
    options = options or FileOptions()
    how = options.how()
    with ExitStack() as stack:
        handle, is_file = opened(name, stack)
        read = _reader(name, handle, how, is_file=is_file)
        _refuse_misfits(name, read, options)
        choice = Choice(_excluded(options.exclude, how), options.unique)
        others = [one for one in (name, options.exclude) if one is not None]
        bad_rows = None if options.invalid_to is None else BadRows(options.invalid_to, others)
        shown = "standard input" if name == STANDARD_INPUT else name
        yield FileSource(shown, handle, read, how, is_body=read is provider_rows, choice=choice, bad_rows=bad_rows)


def opened(name: str, stack: ExitStack) -> tuple[BinaryIO, bool]:
    """Open what can be read again and again.

    Returns:
        The file, and whether it has a name that says something.

    Raises:
        BadInputError: it cannot be read.
    """
    if name == STANDARD_INPUT:
        if sys.stdin is None:
            raise BadInputError(["standard input is closed; name a file"])
        return _kept(sys.stdin.buffer, stack), False
    try:
        handle = stack.enter_context(Path(name).open("rb"))  # noqa: SIM115  # the stack closes it
    except OSError as error:
        shown = without_numbers(name)
        raise BadInputError([f"{shown}: it cannot be read ({error.strerror}); name a file that can"]) from None
    mode = fstat(handle.fileno()).st_mode
    if S_ISREG(mode):
        return handle, True
    if not (S_ISFIFO(mode) or S_ISSOCK(mode)):
        raise BadInputError([f"{name}: it is neither a file nor a pipe; name one"])
    return _kept(handle, stack), bool(Path(name).suffix)


def _kept(stream: BinaryIO, stack: ExitStack) -> BinaryIO:
    # On disk and not in memory, and gone with this process, however it ends.
    file = stack.enter_context(TemporaryFile())  # noqa: SIM115  # the stack closes it
    try:
        shutil.copyfileobj(stream, file)
    except OSError as error:
        raise BadInputError([f"standard input cannot be kept ({error.strerror}); save it as a file"]) from None
    return file


def _reader(name: str, handle: BinaryIO, how: How, *, is_file: bool) -> Reader:
    suffixes = [suffix.lower() for suffix in Path(name).suffixes if suffix.lower() != ".gz"]
    suffix = suffixes[-1] if suffixes else ""
    if not is_file or (not suffix and Path(name).suffix.lower() == ".gz"):
        return _READERS.get(suffix) or _by_content(name, handle, how)
    try:
        unpacked(handle)
    except ReadingError as error:
        raise BadInputError([error.problem._replace(file=without_numbers(name)).text]) from None
    if suffix in _WORKBOOKS:
        raise BadInputError([f"{without_numbers(name)}: spreadsheets are not read; {SAVE_AS_CSV}"])
    if suffix not in _READERS:
        endings = f"name it {', '.join(_READERS)}, or any of these and .gz"
        raise BadInputError([f"{without_numbers(name)}: its ending does not say what is in it; {endings}"])
    return _READERS[suffix]


def _by_content(name: str, handle: BinaryIO, how: How) -> Reader:
    try:
        beginning = next(blocks(unpacked(handle), how.encoding), "")
    except ReadingError as error:
        shown = "standard input" if name == STANDARD_INPUT else name
        raise BadInputError([error.problem._replace(file=shown).text]) from None
    if _BODY.match(beginning):
        return provider_rows
    return jsonl_rows if beginning.lstrip().startswith("{") else csv_rows


def _refuse_misfits(name: str, read: Reader, options: FileOptions) -> None:
    given = {
        "--content": options.content is not None,
        "--column": bool(options.column),
        "--sender-id": options.sender_id is not None,
        "--exclude": options.exclude is not None,
        "--unique": options.unique,
        "--invalid-to": options.invalid_to is not None,
    }
    if read is provider_rows:
        for option, is_given in given.items():
            if is_given:
                why = "is the provider's body, which has its own texts and goes out as it is; leave it out"
                raise BadInputError([f"{option}: {name} {why}"])
    if options.delimiter is not None and read is not csv_rows:
        raise BadInputError([f"--delimiter: {name} is no CSV; leave it out"])


def _excluded(name: str | None, how: How) -> frozenset[str]:
    if name is None:
        return frozenset()
    try:
        with Path(name).open("rb") as handle:
            if not S_ISREG(fstat(handle.fileno()).st_mode):
                raise BadInputError([f"--exclude: {name} is no file; save it as one"])
            return read_exclusions(name, handle, How(naming=how.naming, encoding=how.encoding))
    except OSError as error:
        raise BadInputError([f"--exclude: {name} cannot be read ({error.strerror}); name a file that can"]) from None
