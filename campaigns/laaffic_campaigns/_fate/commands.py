"""What a campaign does after its messages were posted: reconcile, refresh, send again."""

from collections.abc import Callable
from datetime import timedelta

import anyio.to_thread

import laaffic
from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._fate.folding import fold_reports
from laaffic_campaigns._fate.reconciling import Reconciling
from laaffic_campaigns._fate.refreshing import Refreshing
from laaffic_campaigns._fate.resending import Resending, clocks
from laaffic_campaigns._fate.told import Reconciled, Refreshed, Resent
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._telling.told import Outcome


class Fate:
    """What is asked and decided about messages that were posted.

    Args:
        database: of the ledger.
        campaign: which one.
    """

    def __init__(self, database: Database, campaign: int) -> None:
        self._database = database
        self._id = campaign

    def reconcile(self, client: laaffic.Client) -> Reconciled:
        """Find out which unknown recipients were accepted, by the provider's records and kept reports. Nothing is sent.

        Records name no order id, and list only what is finished. So they are matched by number and count, with
        everything in mind that this ledger knows of these numbers; nobody is called `rejected` or `not_sent`. Whoever
        is not found may still be in the provider's queue: ask again later, an hour is a good time. What was posted more
        than 90 days ago cannot be asked about.

        It works while the campaign is run, here or elsewhere, and as often as you like: what is in flight is left
        alone. When nobody runs an SQLite ledger, what was in flight when a process was killed is looked for too; in
        PostgreSQL that is so 15 minutes after it was claimed. Memory is taken for the unknown, not for the records.

        **It cannot see who else sends with the same app id**: other ledgers, and sends without a campaign.

        Args:
            client: what asks.

        Returns:
            How many were found, and how many are unknown still. When nobody is unknown, nothing is asked.

        Raises:
            LedgerUnavailableError: the database failed. What was written before stays; do it again.
            laaffic.LaafficError: whatever `laaffic.Client.iter_sent_records` raises. Nothing was changed by records.
        """
        return self._reconciled(client)[0]

    async def reconcile_async(self, client: laaffic.AsyncClient) -> Reconciled:
        """Find out which unknown recipients were accepted, as `reconcile` does, without blocking.

        Args:
            client: what asks.

        Raises:
            laaffic.LaafficError: as for `reconcile`.
        """
        _check_is_client(client, laaffic.AsyncClient)
        reconciling = Reconciling(self._database, self._id)
        if await anyio.to_thread.run_sync(reconciling.begin):
            span = reconciling.span((await client.check()).clock_skew)
            async for record in client.iter_sent_records(*span):
                reconciling.take(record)
        return await anyio.to_thread.run_sync(reconciling.finish)

    def refresh_reports(self, client: laaffic.Client, *, older_than: timedelta | float | None = None) -> Refreshed:
        """Ask what became of accepted messages that are not final yet, 200 at a time. Nothing is sent.

        What came is written down after each request. So an error, or a kill, loses nothing: call it again, and it goes
        on with those who are not final. Reports that were pushed are taken into account first.

        Args:
            client: what asks. It pauses and tries again by itself, as its queries do.
            older_than: seconds, or a timedelta: ask only about what was posted, and last asked about, longer ago.

        Returns:
            What the provider said. `not_found` is no failure: what is still in its queue is not listed either.

        Raises:
            LedgerError: older_than is not a time.
            LedgerUnavailableError: the database failed.
            laaffic.LaafficError: whatever `laaffic.Client.get_reports` raises.
        """
        _check_is_client(client, laaffic.Client)
        refreshing = Refreshing(self._database, self._id, older_than)
        while msg_ids := refreshing.next():
            refreshing.take(client.get_reports(msg_ids))
        return refreshing.told()

    async def refresh_reports_async(
        self, client: laaffic.AsyncClient, *, older_than: timedelta | float | None = None
    ) -> Refreshed:
        """Ask what became of accepted messages, as `refresh_reports` does, without blocking.

        Args:
            client: what asks.
            older_than: as for `refresh_reports`.

        Raises:
            laaffic.LaafficError: as for `refresh_reports`.
        """
        _check_is_client(client, laaffic.AsyncClient)
        refreshing = Refreshing(self._database, self._id, older_than)
        while msg_ids := await anyio.to_thread.run_sync(refreshing.next):
            await anyio.to_thread.run_sync(refreshing.take, await client.get_reports(msg_ids))
        return refreshing.told()

    def resend(
        self,
        client: laaffic.Client | None = None,
        *,
        unknown: bool = False,
        rejected: bool = False,
        content: str | Callable[[Outcome], str | None] | None = None,
        dry_run: bool = False,
    ) -> Resent:
        """Send again to those who are unknown, or to those who were rejected. This is for a person to decide.

        It posts nothing itself: it puts them into requests of their own, and the campaign is `ready` again if it had
        ended; `run` sends them. However often it is called, by whomever, nobody gets into two of them: the second call
        finds nobody. `dry_run=True` says what would be done, and changes only what reconciling finds.

        **Who is unknown may get it twice.** It makes sure of what can be known: for each request, the provider's own
        clock must be past the half hour for which it accepts the signature, with minutes to spare, and so must the time
        that passed by the ledger's clock; then it reconciles, and whoever has a record, or a record nobody can tell
        apart, is left out. That there is no record proves nothing, since only finished messages have one. Should the
        first message turn out to be accepted later, a recipient who was not posted yet is taken out again, and the
        others are counted in `Status.sent_twice`.

        A rejected recipient got nothing, so there is nothing to wait for. They get the same text as before, or content.

        Order ids are ours, new ones: the caller's was posted before. `Outcome.earlier` has what is known of the first
        message, and `outcomes()` has everybody once.

        Args:
            client: what asks for the clock and the records; needed for unknown.
            unknown: those whose outcome is not known.
            rejected: those whom the provider did not accept.
            content: another text, for rejected: one for all, or a function that is given the `Outcome` of each and
                returns the text, or None for one who is to be left alone.
            dry_run: whether only to say what would be done.

        Raises:
            LedgerError: not exactly one of unknown and rejected is asked for, the texts are erased, the provider's
                response has no date, it was cancelled and something of it is still in flight, or the ledger was
                restored or copied, which is said once.
            laaffic.ConfigurationError: a client is missing.
            laaffic.InvalidMessageError: a text is not valid.
            laaffic.LaafficError: the provider could not be asked; nobody is sent to again.
        """
        if unknown == rejected:
            raise LedgerError("Say whom to send to again", hint="Give unknown=True or rejected=True.")
        if unknown and content is not None:
            raise LedgerError("Who is unknown gets the same text", hint="They may have got it already.")
        resending = Resending(self._database, self._id, content, dry_run=dry_run)
        if rejected:
            fold_reports(self._database, matching=True)
            return resending.of_rejected()
        if client is None:
            raise laaffic.ConfigurationError("client is missing: the provider's clock and records must be looked at")
        now = clocks(self._database, client)
        reconciled, reconciling = self._reconciled(client)
        return resending.of_unknown(now, reconciling.without_record, reconciled.found)

    def _reconciled(self, client: laaffic.Client) -> tuple[Reconciled, Reconciling]:
        _check_is_client(client, laaffic.Client)
        reconciling = Reconciling(self._database, self._id)
        if reconciling.begin():
            for record in client.iter_sent_records(*reconciling.span(client.check().clock_skew)):
                reconciling.take(record)
        return reconciling.finish(), reconciling


def _check_is_client(client: object, kind: type[laaffic.Client] | type[laaffic.AsyncClient]) -> None:
    if not isinstance(client, kind):
        raise laaffic.ConfigurationError(f"client must be a laaffic.{kind.__name__}, got {type(client).__name__}")
