"""One worker's share of a campaign, for whatever wakes workers: a task queue, a timer, a loop."""

import laaffic
from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._ledger import Ledger
from laaffic_campaigns._protocol.states import CampaignState

_SLICE = 20.0  # seconds: far below the time after which any broker gives a message to somebody else
_LONGEST = 3600.0


def pump(ledger: Ledger | str, campaign: str, seconds: float = _SLICE, *, client: laaffic.Client | None = None) -> bool:
    """Post what is ready in a campaign, one request at a time, for so many seconds. Call it again while it says so.

    The ledger decides who gets what and when; whoever calls this only wakes a worker. It may be called too often, twice
    at once, or by machines that are killed: nobody gets a message twice. One pump has one request in flight; on an
    SQLite ledger only one pumps at a time.

    Args:
        ledger: the ledger, or its address.
        campaign: the campaign's name.
        seconds: after how many seconds no other request begins, above 0 and at most 3,600.
        client: what posts; by default one from the environment, which is closed again.

    Returns:
        Whether there is more to do: the campaign runs, and not everybody has an outcome. It is false for one that is
        done, cancelled, or paused: `resume()` or `run()` lets that go on.

    Raises:
        LedgerError: there is no such campaign, or an argument is not valid.
        LedgerBusyError: an SQLite ledger is run by another process.
        LedgerUnavailableError: the database failed.
    """
    if not 0 < seconds <= _LONGEST:
        raise LedgerError(f"seconds must be above 0 and at most {_LONGEST:.0f}")
    if isinstance(ledger, str):
        with Ledger(ledger) as opened:
            return pump(opened, campaign, seconds, client=client)
    if client is None:
        with laaffic.Client() as own:
            return pump(ledger, campaign, seconds, client=own)
    status = ledger.campaign(campaign)._pumped(client, seconds)  # noqa: SLF001  # of this package
    return status.state == CampaignState.RUNNING and bool(status.to_go or status.in_flight)
