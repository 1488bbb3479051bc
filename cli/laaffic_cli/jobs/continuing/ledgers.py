"""Where a ledger is, and which campaign of it is meant."""

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from laaffic_campaigns import Campaign, Ledger, LedgerError, NoSuchCampaignError
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.terminal.shown import name as shown_name

ENDING = ".laaffic.db"
VARIABLE = "LAAFFIC_LEDGER"
_SQLITE = "sqlite:///"
_SQLITE_FILE = b"SQLite format 3\0"  # how each begins


class Place(NamedTuple):
    """Where a ledger is.

    Attributes:
        url: its address, which may have a password.
        path: of the file, if it is one.
    """

    url: str
    path: Path | None

    @property
    def exists(self) -> bool:
        """Whether it may be there: opening a file that is not would make it."""
        return self.path is None or self.path.exists()

    def command(self, verb: str, campaign: str) -> str:
        """Return the command that does something with a campaign, for people to copy."""
        where = "" if self.path is None else f" {shlex.quote(str(self.path))}"
        is_only = self.path is not None and campaign == self.path.name.removesuffix(ENDING)
        return f"laaffic campaign {verb}{where}" + ("" if is_only else f" {shlex.quote(campaign)}")


def beside(file: str) -> Place:
    """Return the ledger beside a file; that of standard input is in the current folder.

    Raises:
        BadInputError: its name cannot be one of a ledger.
    """
    return _of_path(f"{'stdin' if file == '-' else file}{ENDING}")


def given(option: str | None) -> Place | None:
    """Return the ledger of --ledger, else of the environment; None when there is neither.

    Raises:
        BadInputError: it cannot be one.
    """
    if option is not None and not option.strip():
        raise BadInputError(["--ledger is empty; give an address, or leave it out"])
    address = option or os.environ.get(VARIABLE, "").strip()
    if not address:
        return None
    if "://" not in address:
        return _of_path(address)
    return Place(address, Path(address.removeprefix(_SQLITE)) if address.startswith(_SQLITE) else None)


def meant(option: str | None, words: Sequence[str]) -> tuple[Place, str | None]:
    """Return the ledger and the name of the campaign that a command's words mean.

    The first is a ledger, or a file that has one beside it, unless the ledger is given elsewhere.

    Raises:
        BadInputError: there is no such ledger.
    """
    place = given(option)
    rest = list(words)
    if rest and (place is None or (option is None and rest[0].endswith(ENDING))):
        first = rest.pop(0)
        place = beside(first) if Path(f"{first}{ENDING}").exists() else _of_path(first)
    if place is None:
        raise BadInputError([f"Give a ledger, such as customers.csv{ENDING}, or --ledger, or set {VARIABLE}"])
    if not place.exists:
        raise BadInputError([f"{place.path}: there is no ledger; `laaffic send FILE` makes one beside the file"])
    if place.path is not None and not _may_be_ledger(place.path):
        remedy = "`laaffic send FILE` or `laaffic campaign create FILE` makes one"
        raise BadInputError([f"{place.path} is no ledger, and there is none beside it; {remedy}"])
    if len(rest) > 1:
        raise BadInputError(["Give one ledger and one campaign, not more"])
    return place, rest[0] if rest else None


@contextmanager
def opened(place: Place) -> Iterator[Ledger]:
    """Open a ledger.

    Raises:
        BadInputError: it cannot be opened.
    """
    try:
        ledger = Ledger(place.url)
    except LedgerError as error:
        raise BadInputError([str(error)]) from None
    with ledger:
        yield ledger


@contextmanager
def one_campaign(option: str | None, words: Sequence[str]) -> Iterator[tuple[Place, Campaign]]:
    """Open the campaign that is meant: it need not be named where it is the only one.

    Raises:
        BadInputError: there is none, or there are several.
    """
    place, name = meant(option, words)
    with opened(place) as ledger:
        if name is not None:
            try:
                yield place, ledger.campaign(name)
            except NoSuchCampaignError as error:
                raise BadInputError([str(error)]) from None
            return
        campaigns = ledger.campaigns()
        if len(campaigns) != 1:
            names = ", ".join(shown_name(campaign.name) for campaign in campaigns)
            raise BadInputError([f"Name one of the campaigns: {names}" if names else "There is no campaign yet"])
        yield place, campaigns[0]


def _may_be_ledger(path: Path) -> bool:
    """Tell whether a file may be a ledger. Else it would be opened as one, and an empty file be made one."""
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE_FILE)) == _SQLITE_FILE
    except OSError:
        return True  # opening it says what is wrong


def _of_path(path: str) -> Place:
    for sign in "?%":  # what follows would be settings of the database, or stand for another character
        if sign in path:
            raise BadInputError(
                [f"{path}: a ledger's name cannot have the sign {sign}; give another one with --ledger"]
            )
    return Place(f"{_SQLITE}{path}", Path(path))


def is_same_file(one: str, other: str) -> bool:
    """Tell whether two names are of the same file."""
    try:
        return Path(one).samefile(other)
    except OSError:
        return False
