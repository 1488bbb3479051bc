"""What goes wrong with a ledger. Each of these is raised before anything is posted, unless it says otherwise."""

import laaffic


class LedgerError(laaffic.LaafficError):
    """The ledger cannot do what it was asked. The text says why and what to do."""

    __module__ = "laaffic_campaigns"
    about_query = True  # so its text does not speak of what was sent, which is not what it is about


class LedgerBusyError(LedgerError):
    """Somebody else runs this ledger, or fills it, just now. This call has posted and changed nothing.

    Attributes:
        holder: who it is, as far as is known: `pid`, `host`, `since` and `doing`; empty when nobody knows.
    """

    __module__ = "laaffic_campaigns"
    about_query = False

    def __init__(self, message: str = "", *, holder: dict[str, str] | None = None) -> None:
        super().__init__(message, hint="Wait until it has ended, or stop that process, then try again.")
        self.holder = holder or {}


class CampaignExistsError(LedgerError):
    """A campaign of this name exists. What it sends, and to whom, was fixed when it was made."""

    __module__ = "laaffic_campaigns"


class NoSuchCampaignError(LedgerError, LookupError):
    """There is no campaign of this name in this ledger."""

    __module__ = "laaffic_campaigns"


class LedgerUnavailableError(LedgerError):
    """The database cannot be read or written: it is locked, damaged, gone, or its disk is full."""

    __module__ = "laaffic_campaigns"
    hint = "Mend the cause; then run the campaign again, and it goes on where it stopped."
