"""What the asynchronous client asks: queries, which send nothing, and calls of any kind."""

import os
import sys
from collections.abc import AsyncGenerator, Iterable
from datetime import datetime
from typing import TypeVar

from laaffic._base import ClientBase, Owner, for_query, one_timeout
from laaffic._http.call_async import call_async
from laaffic._model.errors import ConfigurationError
from laaffic._model.recipients import Recipient
from laaffic._model.reports import DeliveryReport, SentRecord
from laaffic._operations.check import Check, check
from laaffic._operations.get_balance import Balance, get_balance
from laaffic._operations.get_report import get_reports
from laaffic._operations.get_sent_rcd import Records, records_of
from laaffic._operations.operation import Inquiry, Operation
from laaffic._operations.reconcile import reconcile
from laaffic._settings import Timeout

Outcome = TypeVar("Outcome")


class AsyncQueries(ClientBase):
    """The queries of the asynchronous client."""

    async def get_balance(self, *, timeout: Timeout | None = None) -> Balance:
        """Ask for the account's balance; see `Client.get_balance`."""
        return await self._ask(get_balance(one_timeout(timeout)))

    async def check(self, *, timeout: Timeout | None = None) -> Check:
        """Check key, clock and balance in one query; see `Client.check`."""
        return await self._ask(check(one_timeout(timeout)))

    async def get_reports(self, msg_ids: Iterable[str], *, timeout: Timeout | None = None) -> list[DeliveryReport]:
        """Ask what became of messages; see `Client.get_reports`."""
        return await self._inquire(get_reports(msg_ids, self._settings.app_id, one_timeout(timeout)))

    def iter_sent_records(
        self, start: datetime, end: datetime, *, timeout: Timeout | None = None
    ) -> AsyncGenerator[SentRecord]:
        """Ask which messages were sent in a time, by `async for`; see `Client.iter_sent_records`."""
        return self._iterate(records_of(start, end, self._settings.app_id, one_timeout(timeout)))

    async def confirm(self, report: DeliveryReport, *, timeout: Timeout | None = None) -> DeliveryReport:
        """Ask what the provider itself says of a message about which a report was pushed; see `Client.confirm`."""
        return (await self.get_reports([report.msg_id], timeout=timeout))[0]

    async def reconcile(
        self,
        recipients: Iterable[Recipient],
        *,
        sent_between: tuple[datetime, datetime],
        until: datetime | None = None,
        reports: Iterable[DeliveryReport] = (),
        known_msg_ids: Iterable[str] = (),
        timeout: Timeout | None = None,
    ) -> list[Recipient]:
        """Find out which unknown recipients were accepted; see `Client.reconcile`."""
        return await self._inquire(
            reconcile(
                recipients,
                sent_between=sent_between,
                until=until,
                reports=reports,
                known_msg_ids=known_msg_ids,
                app_id=self._settings.app_id,
                timeout=one_timeout(timeout),
            )
        )

    async def _ask(self, operation: Operation[Outcome]) -> Outcome:
        try:
            return await self._run(operation)
        except ConfigurationError as error:
            raise for_query(error)  # noqa: B904  # the same error, now about a query

    async def _inquire(self, inquiry: Inquiry[Outcome]) -> Outcome:
        outcome = None
        while True:
            try:
                operation = inquiry.send(outcome)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]  # what the inquiry returns
            outcome = await self._ask(operation)

    async def _iterate(self, records: Records) -> AsyncGenerator[SentRecord]:
        for operation in records:
            for record in records.take(await self._ask(operation)):
                yield record

    async def _run(self, operation: Operation[Outcome], *, fresh: bool = False) -> Outcome:
        channel = self._channel(owner(), fresh=fresh)
        attempts = self._attempts(operation.call)
        evidence = await call_async(channel, operation.call, attempts.pause_before_next)
        return operation.outcome(attempts.last(evidence))


def owner() -> Owner:
    """Return whose channels are used here: those of this process and event loop."""
    try:
        # Where asyncio is not imported, none of its loops is running, and it need not be imported to find out.
        return Owner(os.getpid(), (asyncio := sys.modules.get("asyncio")) and asyncio.get_running_loop())
    except RuntimeError:  # another async library runs this
        return Owner(os.getpid())
