"""One worker's share of a campaign, for whatever wakes workers: a task queue, a timer, a loop."""

import time

import laaffic
from laaffic_campaigns._campaign import Campaign
from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._ledger import Ledger
from laaffic_campaigns._protocol.states import CampaignState
from laaffic_campaigns._running.runner import Stop

SLICE = 20.0  # seconds: far below the time after which any broker gives a message to somebody else
LONGEST = 3600.0
_PAUSE = 0.5  # seconds from one look to the next, while all that is left is in flight elsewhere


def pump(
    ledger: Ledger | str,
    campaign: str,
    seconds: float = SLICE,
    *,
    client: laaffic.Client | None = None,
    stop: Stop | None = None,
) -> bool:
    """Post what is ready in a campaign, one request at a time, for so many seconds. Call it again while it says so.

    The ledger decides who gets what and when; whoever calls this only wakes a worker. It may be called too often, twice
    at once, or by machines that are killed: nobody gets a message twice. One pump has one request in flight; on an
    SQLite ledger only one pumps at a time. While there is something to wait for (the rate, the hours, what others have
    in flight) it waits, so that calling it in a loop keeps no processor busy.

    Args:
        ledger: the ledger, or its address.
        campaign: the campaign's name.
        seconds: after how many seconds no other request begins, above 0 and at most 3,600.
        client: what posts; by default one from the environment, which is closed again.
        stop: an event of yours, such as a `threading.Event`. Once it is set, the request in flight ends, and nothing
            more is posted.

    Returns:
        Whether there is more to do: the campaign runs, and not everybody has an outcome. It is false for one that is
        done, cancelled, or paused: `resume()` or `run()` lets that go on.

    Raises:
        LedgerError: there is no such campaign, or an argument is not valid.
        LedgerBusyError: an SQLite ledger is run by another process.
        LedgerUnavailableError: the database failed.
    """
    if not 0 < seconds <= LONGEST:
        raise LedgerError(f"seconds must be above 0 and at most {LONGEST:.0f}")
    if isinstance(ledger, str):
        with Ledger(ledger) as opened:
            return pump(opened, campaign, seconds, client=client, stop=stop)
    if client is None:
        with laaffic.Client() as own:
            return pump(ledger, campaign, seconds, client=own, stop=stop)
    return _pumped(ledger.campaign(campaign), client, seconds, stop)


def _pumped(campaign: Campaign, client: laaffic.Client, seconds: float, stop: Stop | None) -> bool:
    until = time.monotonic() + seconds
    left = seconds
    while True:
        status = campaign._pumped(client, left, stop)  # noqa: SLF001  # of this package
        more = status.state == CampaignState.RUNNING and bool(status.to_go or status.in_flight)
        left = until - time.monotonic()
        if not more or left <= _PAUSE or (stop is not None and stop.is_set()):
            return more
        time.sleep(_PAUSE)
        left -= _PAUSE
