"""A campaign: messages to many, which outlive the process that sends them."""

import time
from collections.abc import Iterator

from sqlalchemy import Connection, select, update

import laaffic
from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._kept.chunks import pack_payload, unpack_payload
from laaffic_campaigns._kept.schema import campaigns, chunks, payloads
from laaffic_campaigns._kept.sqlite import Database
from laaffic_campaigns._protocol.states import ENDED, CampaignState, ChunkState
from laaffic_campaigns._protocol.steps import campaign_row, move
from laaffic_campaigns._running.runner import Runner
from laaffic_campaigns._telling.reading import outcomes_of, status_of
from laaffic_campaigns._telling.told import Outcome, Status

_AT_ONCE = 50


class Campaign:
    """One campaign of a ledger; `Ledger.create` makes it, `Ledger.campaign` opens it.

    Attributes:
        name: its name, which is unique in its ledger.
    """

    __module__ = "laaffic_campaigns"

    def __init__(self, database: Database, campaign: int, name: str) -> None:
        self.name = name
        self._database = database
        self._id = campaign

    def __repr__(self) -> str:
        """Show its name."""
        return f"Campaign({self.name!r})"

    @property
    def source(self) -> str | None:
        """What it was made from, as it was given to `Ledger.create`; or None."""
        with self._database.read() as connection:
            source: str | None = connection.scalar(select(campaigns.c.source).where(campaigns.c.id == self._id))
        return source

    def run(self, client: laaffic.Client, *, concurrency: int = 1) -> Status:
        """Post everything that was not posted yet, and return when it is done or paused. Run it again to go on.

        Who was in flight when a process ended is `unknown` from then on, and is not posted again. Ctrl-C lets the
        requests in flight end, and pauses. A cause that every further request would meet (credentials, address,
        balance, no connection) pauses it, with `why`; after HTTP 429 it waits and goes on. So do three requests in a
        row that are refused.

        Args:
            client: what posts; each request gets a connection of its own. A client with a `transport` cannot be used.
            concurrency: how many requests may be in flight at once, 1 to 100.

        Returns:
            How far it is. Its state is `done`, `cancelled` or `paused`.

        Raises:
            LedgerBusyError: somebody else runs a campaign of this ledger; nothing was posted.
            LedgerUnavailableError: the database failed. What was in flight then will be `unknown`.
            laaffic.ConfigurationError: an argument is not valid; nothing was posted.
        """
        with self._database.read() as connection:
            key = campaign_row(connection, self._id).key
        Runner(self._database, client, self._id, key, concurrency=concurrency).run()
        return self.status()

    def pause(self) -> Status:
        """Let no more be posted, wherever it runs, until `resume`. What is in flight ends.

        Raises:
            LedgerError: it has ended, or is still being filled.
        """
        return self._move(CampaignState.PAUSED, why="paused by hand; resume() lets it go on", held=True)

    def resume(self) -> Status:
        """Take a pause back. It goes on when it is run.

        Raises:
            LedgerError: it is not paused.
        """
        return self._move(CampaignState.READY)

    def cancel(self) -> Status:
        """Let no more be posted, for ever: who was not posted yet is `not_sent`. What is in flight ends.

        Raises:
            LedgerError: it has ended, or is still being filled.
        """
        return self._move(CampaignState.CANCELLED)

    def status(self) -> Status:
        """Return how far it is."""
        return status_of(self._database, self._id)

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what is known of each recipient, at any time. A campaign of millions takes no more memory."""
        return outcomes_of(self._database, self._id)

    def erase_texts(self) -> None:
        """Erase the texts of a campaign that has ended, from the file too. Numbers and outcomes stay.

        Raises:
            LedgerError: it has not ended.
        """
        last = 0
        while True:
            with self._database.write() as connection:
                if campaign_row(connection, self._id).state not in ENDED or _in_flight(connection, self._id):
                    raise LedgerError("The campaign has not ended", hint="Run it to its end; or cancel it, and run it.")
                page = connection.execute(
                    select(payloads)
                    .join(chunks)
                    .where(chunks.c.campaign == self._id, chunks.c.id > last)
                    .order_by(chunks.c.id)
                    .limit(_AT_ONCE)
                ).all()
                for row in page:
                    whole = unpack_payload(row.content)
                    less = pack_payload(whole.without_contents())
                    connection.execute(update(payloads).where(payloads.c.chunk == row.chunk).values(content=less))
            if len(page) < _AT_ONCE:
                break
            last = page[-1].chunk
        self._database.forget_journal()

    def _move(self, to: CampaignState, *, why: str | None = None, held: bool = False) -> Status:
        with self._database.write() as connection:
            before = campaign_row(connection, self._id).state
            refused = to == CampaignState.READY and before != CampaignState.PAUSED
            if refused or not move(connection, self._id, to, time.time(), why=why, held=held):
                raise LedgerError(f"The campaign is {before}: it cannot become {to}")
        return self.status()


def _in_flight(connection: Connection, campaign: int) -> bool:
    claimed = (chunks.c.campaign == campaign) & (chunks.c.state == ChunkState.CLAIMED)
    return connection.scalar(select(chunks.c.id).where(claimed).limit(1)) is not None
