"""The same command continues: which campaign of a ledger a file belongs to, or that it needs a new one."""

import re
import sys
from typing import NamedTuple

import click

from laaffic_campaigns import Campaign, CampaignExistsError, Ledger, LedgerBusyError, LedgerError, Status
from laaffic_cli.jobs.continuing.fingerprint import Fingerprint
from laaffic_cli.jobs.options.job import Job
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reading.sources import FileSource
from laaffic_cli.terminal.streams import Stream

ENDED = ("done", "cancelled")
FILLED = "loading"  # until it is filled to the end


class Known(NamedTuple):
    """A campaign as it was found.

    Attributes:
        campaign: the campaign.
        status: how far it was then.
        source: what it was made from; None when this command line has not made it.
    """

    campaign: Campaign
    status: Status
    source: Fingerprint | None


def find(ledger: Ledger, job: Job, mine: Fingerprint) -> Known | None:
    """Return the campaign that the command continues, or None where a new one is to be made.

    One that was made from the same file and options is found under whatever name, unless a name was given. With
    --again, only one that has not ended is continued, so that this command, too, may be typed again when it was killed.

    Raises:
        BadInputError: there is one of this name that was made from something else.
    """
    family = re.compile(rf"{re.escape(job.campaign_name())}(-[0-9]+)?")
    named = [campaign for campaign in ledger.campaigns() if family.fullmatch(campaign.name)]
    candidates = ledger.campaigns() if job.name is None else named
    for campaign in reversed(candidates):
        source = Fingerprint.read(campaign.source)
        if mine.fits(source):
            found = Known(campaign, campaign.status(), source)
            return None if job.again and found.status.state in ENDED else found
    if job.name is not None and not job.again:
        for campaign in ledger.campaigns():
            if mine.fits(Fingerprint.read(campaign.source)):
                raise BadInputError([_known_as(job, campaign)])
    if named and not job.again:
        raise BadInputError([_refused(job, named[-1], mine)])
    return None


def confirm(ledger: Ledger, job: Job, mine: Fingerprint, recipients: int) -> None:
    """Ask whether everybody is to be sent to anew, where something was sent before.

    Raises:
        BadInputError: nobody can be asked.
        click.Abort: the answer is no.
    """
    family = re.compile(rf"{re.escape(job.campaign_name())}(-[0-9]+)?")
    before = [
        campaign.status()
        for campaign in ledger.campaigns()
        if family.fullmatch(campaign.name) or mine.fits(Fingerprint.read(campaign.source))
    ]
    if not job.again or not before or job.yes:
        return
    if not sys.stdin.isatty():
        raise BadInputError(["--again sends to everybody anew; where nobody can be asked, give --yes as well"])
    last = before[-1]
    said = f"In campaign {last.name!r}, {last.accepted:,} were accepted, and {last.unknown:,} are unknown."
    click.confirm(f"{said}\nSend to all {recipients:,} recipients of {job.file} anew?", abort=True, err=True)


def free_name(ledger: Ledger, job: Job) -> str:
    """Return the name of a new campaign.

    Take it at the moment of `find`: a campaign that is made later by the same command then has this very name, and
    there cannot be two.
    """
    taken = {campaign.name for campaign in ledger.campaigns()}
    name = job.campaign_name()
    number = 2
    while name in taken:
        name, number = f"{job.campaign_name()}-{number}", number + 1
    return name


def create(ledger: Ledger, name: str, job: Job, source: FileSource, mine: Fingerprint) -> Campaign:
    """Make a campaign of a source that was checked.

    Raises:
        BadInputError: the source is not what it was, or the ledger does not take it.
        CampaignExistsError: another process has just made it.
        LedgerBusyError: another process fills a campaign of this ledger.
    """
    try:
        return ledger.create(
            name,
            source.rows(),
            max_recipients=job.max_recipients,
            sender_id=source.sender_id,
            exclude=source.choice.excluded,
            unique=source.choice.unique,
            source=str(mine),
            **job.when,
        )
    except (CampaignExistsError, LedgerBusyError):
        raise
    except LedgerError as error:
        raise BadInputError([str(error)]) from None


def _known_as(job: Job, campaign: Campaign) -> str:
    remedy = "Leave out --name to go on with it; --again starts anew, and sends to everybody"
    return f"{job.file} was sent before, as campaign {campaign.name!r}. {remedy}"


def _refused(job: Job, campaign: Campaign, mine: Fingerprint) -> str:
    status = campaign.status()
    differs = mine.differences(Fingerprint.read(campaign.source))
    so_far = f"{status.accepted:,} accepted, {status.unknown:,} unknown, {status.to_go:,} to go"
    remedy = "Give what it was made with to go on with it; --again starts anew, and sends to everybody"
    return f"{job.file} is campaign {campaign.name!r}, which was made with {differs} ({so_far}). {remedy}"


def shows_bar(*, as_json: bool) -> bool:
    """Tell whether there is a terminal for a bar. Two writers on one would write over each other."""
    return Stream("stderr").is_terminal() and not (as_json and Stream("stdout").is_terminal())
