"""A campaign: messages to many, which outlive the process that sends them."""

import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import EllipsisType

import anyio.to_thread
from sqlalchemy import select, update

import laaffic
from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._fate.commands import Fate
from laaffic_campaigns._fate.folding import fold_reports
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import campaigns
from laaffic_campaigns._protocol.erasing import erase_numbers, erase_texts
from laaffic_campaigns._protocol.pacing.settings import checked
from laaffic_campaigns._protocol.states import ENDED, CampaignState
from laaffic_campaigns._protocol.steps import campaign_row, move
from laaffic_campaigns._running.async_runner import AsyncRunner
from laaffic_campaigns._running.desk import Desk
from laaffic_campaigns._running.runner import Runner, Stop
from laaffic_campaigns._telling.preview import Preview, preview_of
from laaffic_campaigns._telling.reading import outcomes_of, status_of
from laaffic_campaigns._telling.told import Outcome, Status


class Campaign(Fate):
    """One campaign of a ledger; `Ledger.create` makes it, `Ledger.campaign` opens it.

    Attributes:
        name: its name, which is unique in its ledger.
    """

    __module__ = "laaffic_campaigns"

    def __init__(self, database: Database, campaign: int, name: str) -> None:
        super().__init__(database, campaign)
        self.name = name

    def __repr__(self) -> str:
        """Show its name."""
        return f"Campaign({self.name!r})"

    @property
    def source(self) -> str | None:
        """What it was made from, as it was given to `Ledger.create`."""
        with self._database.read() as connection:
            return connection.scalar(select(campaigns.c.source).where(campaigns.c.id == self._id))

    def run(self, client: laaffic.Client, *, concurrency: int | None = None, stop: Stop | None = None) -> Status:
        """Post everything that was not posted yet, and return when it is done or paused. Run it again to go on.

        Who was in flight when a process ended is `unknown` from then on, and is not posted again. Ctrl-C lets the
        requests in flight end, and pauses; a second one leaves them unknown. A cause that every further request would
        meet (credentials, address, balance, no connection) pauses it, with `why`; after HTTP 429 it waits and goes on.
        A request that is refused for something in it is posted again in halves, until only those are rejected who are
        at fault; it pauses after 25 refusals in a row.

        Args:
            client: what posts; each request gets a connection of its own. A client with a `transport` cannot be used.
            concurrency: how many requests may be in flight at once, 1 to 100; by default what the campaign says
                (`create`, `set`), or else 1.
            stop: an event of yours, such as a `threading.Event`. Once it is set, requests in flight end, and it pauses.

        Returns:
            How far it is. Its state is `done`, `cancelled` or `paused`; where several machines run it, it may still be
            `running`.

        Raises:
            LedgerBusyError: somebody else runs a campaign of this ledger; nothing was posted.
            LedgerUnavailableError: the database failed: at the beginning, or for ten minutes. What was in flight then
                is written down by the next run on this machine, or else will be `unknown`.
            LedgerError: concurrency is not valid.
            laaffic.ConfigurationError: an argument is not valid; nothing was posted.
        """
        Runner(self._desk(concurrency), client, stop).run()
        return self.status()

    async def run_async(self, client: laaffic.AsyncClient, *, concurrency: int | None = None) -> Status:
        """Post everything, as `run` does, without blocking; on asyncio or trio.

        A cancellation pauses it. What is in flight then is broken off, and its recipients are `unknown`.

        Args:
            client: what posts.
            concurrency: how many requests may be in flight at once, 1 to 100; by default what the campaign says.

        Raises:
            LedgerError: as for `run`.
            laaffic.ConfigurationError: an argument is not valid; nothing was posted.
        """
        await AsyncRunner(self._desk(concurrency), client).run()
        return await anyio.to_thread.run_sync(self.status)

    def set(
        self,
        *,
        rate: float | EllipsisType | None = ...,
        not_between: tuple[str, str] | EllipsisType | None = ...,
        zone: str | None = None,
        stop_after: Mapping[str, float] | EllipsisType | None = ...,
        concurrency: int | EllipsisType | None = ...,
    ) -> Status:
        """Change when it is posted, at any time; whoever runs it heeds it within a second. See `Ledger.create`.

        What is left out stays as it is; None takes a setting away.

        Raises:
            LedgerError: a setting is not valid, or the campaign has ended; nothing is changed.
        """
        values = checked(rate, not_between, zone, stop_after, concurrency)
        with self._database.write() as connection:
            if campaign_row(connection, self._id, to_change=True).state in ENDED:
                raise LedgerError("The campaign has ended: there is nothing more to post")
            changed = {**values, "pace": campaigns.c.pace + 1, "free_at": 0.0}
            connection.execute(update(campaigns).where(campaigns.c.id == self._id).values(**changed))
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

    def preview(self, price: Decimal | str | int | None = None) -> Preview:
        """Count what it sends, from what is frozen: recipients, bad rows, texts, segments. Nothing is sent.

        A million recipients with texts of 80 characters take about half a second of CPU, three where the texts have
        characters beyond ASCII, and no more memory than a thousand.

        Args:
            price: what one segment costs, as a Decimal or a text, in any currency; for the estimate.

        Raises:
            LedgerError: the price is not one, or the texts are erased.
        """
        return preview_of(self._database, self._id, price)

    def status(self) -> Status:
        """Return how far it is."""
        fold_reports(self._database, self._id)
        return status_of(self._database, self._id)

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what is known of each recipient, at any time. A campaign of millions takes no more memory."""
        fold_reports(self._database, self._id)
        return outcomes_of(self._database, self._id)

    def erase_texts(self) -> None:
        """Erase the texts of a campaign that has ended, from the file too. Numbers and outcomes stay.

        Raises:
            LedgerError: it has not ended.
        """
        erase_texts(self._database, self._id)

    def erase_numbers(self) -> None:
        """Erase the numbers of a campaign that has ended, from the file too, and the reasons that may quote one.

        Outcomes, message ids and order ids stay; `Outcome.number` is then empty, and `Ledger.find` finds nobody of it
        by a number. Texts are erased by `erase_texts`. An order id of yours that is a number, or has one in it, stays.

        Raises:
            LedgerError: it has not ended.
        """
        fold_reports(self._database, matching=True)
        erase_numbers(self._database, self._id)

    def _pumped(self, client: laaffic.Client, seconds: float, stop: Stop | None) -> Status:
        Runner(self._desk(1, seconds), client, stop).run(by_hand=False)
        return self.status()

    def _desk(self, concurrency: int | None, seconds: float | None = None) -> Desk:
        if concurrency is not None:
            checked(concurrency=concurrency)
        with self._database.read() as connection:
            key = campaign_row(connection, self._id).key
        return Desk(self._database, self._id, key, concurrency=concurrency, seconds=seconds)

    def _move(self, to: CampaignState, *, why: str | None = None, held: bool = False) -> Status:
        with self._database.write() as connection:
            before = campaign_row(connection, self._id, to_change=True).state
            refused = to == CampaignState.READY and before != CampaignState.PAUSED
            if refused or not move(connection, self._id, to, time.time(), why=why, held=held):
                raise LedgerError(f"The campaign is {before}: it cannot become {to}")
        return self.status()
