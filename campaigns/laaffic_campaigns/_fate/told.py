"""What is told of reconciling, refreshing and sending again."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What reconciling found.

    Attributes:
        found: how many unknown recipients turned out to be accepted, by records and by reports.
        still_unknown: how many are unknown still. Each one's `Outcome.reason` says why.
        until: the end of the time of the records, aware; None when nobody was unknown, and nothing was asked.
    """

    __module__ = "laaffic_campaigns"

    found: int
    still_unknown: int
    until: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a dict of what JSON has."""
        return {**asdict(self), "until": None if self.until is None else self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What the provider said of messages that were accepted. The last four add up to the first.

    Attributes:
        asked: about how many it was asked.
        succeeded: how many it says were sent.
        failed: how many it says failed.
        pending: how many are being sent.
        not_found: how many it does not list, such as what is still in its queue.
    """

    __module__ = "laaffic_campaigns"

    asked: int
    succeeded: int
    failed: int
    pending: int
    not_found: int

    def as_dict(self) -> dict[str, int]:
        """Return it as a dict of what JSON has."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Excluded:
    """Who is not sent to again.

    Attributes:
        recipients: how many.
        why: in plain words.
    """

    __module__ = "laaffic_campaigns"

    recipients: int
    why: str


@dataclass(frozen=True, slots=True)
class Resent:
    """Who is sent to again, when the campaign is run: or would be, when it was only asked.

    Attributes:
        dry_run: whether it was only asked, and nothing was changed.
        recipients: how many are sent to again.
        requests: how many requests they are posted in, at most.
        uncertain: how many of these may get it twice: that no record shows the first message proves nothing.
        found: how many were found to be accepted just before, and so are not sent to again.
        excluded: who else is not, and why.
        not_before: when the first of those for whom it is too early can be sent to again, in seconds since 1970 by the
            provider's clock; None when it is too early for nobody.
    """

    __module__ = "laaffic_campaigns"

    dry_run: bool
    recipients: int
    requests: int
    uncertain: int
    found: int
    excluded: tuple[Excluded, ...]
    not_before: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a dict of what JSON has."""
        return {**asdict(self), "excluded": [asdict(one) for one in self.excluded]}
