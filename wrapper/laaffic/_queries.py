"""What the blocking client asks: queries, which send nothing, and calls of any kind."""

import os
from collections.abc import Generator, Iterable
from datetime import datetime
from typing import TypeVar

from laaffic._base import ClientBase, Owner, for_query, one_timeout
from laaffic._http.call import call
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


class Queries(ClientBase):
    """The queries of the blocking client."""

    def get_balance(self, *, timeout: Timeout | None = None) -> Balance:
        """Ask for the account's balance. This sends nothing, and is repeated after a failure that may pass.

        Args:
            timeout: seconds for each attempt; see `Client`.

        Returns:
            Own money, granted money and credit line, as decimal numbers. The provider names no currency.

        Raises:
            QueryFailedError: there is no usable response after three attempts.
            StatusError: the provider refused; the subclass says why.
            HTTPStatusError: something other than the endpoint responded.
            ConfigurationError: the client is closed, or `timeout` is not seconds.
        """
        return self._ask(get_balance(one_timeout(timeout)))

    def check(self, *, timeout: Timeout | None = None) -> Check:
        """Check key, clock and balance in one query. This sends nothing, so it is safe at any time.

        Args:
            timeout: seconds for each attempt; see `Client`.

        Returns:
            The balance, and by how much the provider's clock differs from this machine's.

        Raises:
            AuthenticationError: the key or the secret is wrong. The app id is in no query, so a wrong one is not found.
            IPRestrictedError: this machine's IP address is not allowed.
            LaafficError: anything else that `get_balance` raises.
        """
        return self._ask(check(one_timeout(timeout)))

    def get_reports(self, msg_ids: Iterable[str], *, timeout: Timeout | None = None) -> list[DeliveryReport]:
        """Ask what became of messages (provider's page: getReport). This sends nothing, and may be repeated.

        Args:
            msg_ids: any number of message ids; they are asked for 200 at a time. The provider knows those of the last
                90 to 120 days.
            timeout: seconds for each attempt; see `Client`.

        Returns:
            One report for each message id, in the order given. `not_found` is no failure: what is still in the
            provider's queue is not listed either.

        Raises:
            InvalidMessageError: something is not a message id; nothing was asked.
            QueryFailedError: there is no usable response after three attempts.
            StatusError: the provider refused; the subclass says why.
            HTTPStatusError: something other than the endpoint responded.
            ConfigurationError: the client is closed, or `timeout` is not seconds.
        """
        return self._inquire(get_reports(msg_ids, self._settings.app_id, one_timeout(timeout)))

    def iter_sent_records(
        self, start: datetime, end: datetime, *, timeout: Timeout | None = None
    ) -> Generator[SentRecord]:
        """Ask which messages were sent in a time (provider's page: getSentRcd). This sends nothing.

        One page says that only what is finished is listed; so that a message is missing proves nothing.

        Args:
            start: the beginning, with a time zone, at most 90 days ago.
            end: the end, with a time zone, at most 366 days ahead. However long the time is, it is asked for in windows
                of at most 31 days.
            timeout: seconds for each attempt of each request; see `Client`.

        Yields:
            Each record once, window after window, as they come: the next page is asked for when it is needed. The
            provider promises no order. If rows are added or taken away before others while pages are being read,
            some may be left out: to be sure of a time, ask again when it is long past.

        Raises:
            InvalidTimeError: a time has no time zone, is too long ago, or they are in the wrong order. It is raised at
                once, before any request.
            LaafficError: anything else that `get_balance` raises, at the page where it happens.
        """
        return self._iterate(records_of(start, end, self._settings.app_id, one_timeout(timeout)))

    def confirm(self, report: DeliveryReport, *, timeout: Timeout | None = None) -> DeliveryReport:
        """Ask what the provider itself says of a message about which a report was pushed: anybody can push one.

        Args:
            report: what `parse_report` returned.
            timeout: seconds for each attempt; see `Client`.

        Returns:
            The provider's report, and nothing of the one given. It may be `pending` or `not_found` for a while.

        Raises:
            LaafficError: whatever `get_reports` raises.
        """
        return self.get_reports([report.msg_id], timeout=timeout)[0]

    def reconcile(
        self,
        recipients: Iterable[Recipient],
        *,
        sent_between: tuple[datetime, datetime],
        until: datetime | None = None,
        reports: Iterable[DeliveryReport] = (),
        known_msg_ids: Iterable[str] = (),
        timeout: Timeout | None = None,
    ) -> list[Recipient]:
        """Find out which unknown recipients were accepted, by the provider's records. This sends nothing.

        Records have no order id, and list only what is finished. So this matches by number and count, and says
        `accepted` only of whom the records show. It never says `rejected` or `not_sent`: whoever is not found may still
        be in the provider's queue. Ask again later; an hour is a good time.

        **It cannot see who else sends with the same app id.** A message of somebody else's, or an earlier one of yours,
        to the same number at that time looks like the lost one: hand over the ids of all such messages.

        Args:
            recipients: those of the results and errors of this time. Those that are not unknown come back unchanged,
                and their message ids count as known: give all that you have.
            sent_between: when the first and the last of the unknown ones were posted, with time zones, at most 90 days
                ago. The records are read from five minutes before, since clocks differ.
            until: until when the records are read; by default until now, since what was posted may be finished late.
            reports: reports that were pushed to you, which settle a recipient whose order id they have. Anybody can
                push one: take only those that `confirm` knows, with the number that it says.
            known_msg_ids: message ids of other messages with the same app id: of other processes, and of earlier sends.
            timeout: seconds for each attempt of each request; see `Client`.

        Returns:
            The recipients, in the order given. Of one found for certain, `state` is `accepted` and `msg_id` is there.
            Where a number has as many records as unknown ones, all are accepted, and `reason` says that nobody knows
            which message id is whose. All others stay `unknown`, and `reason` says why: no record, or more or fewer
            records than unknown ones.

        Raises:
            InvalidTimeError: a time is not valid; nothing was asked.
            InvalidMessageError: recipients, reports or known_msg_ids are something else; nothing was asked.
            LaafficError: anything else that `get_balance` raises. Nothing is known then that was not known before.
        """
        return self._inquire(
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

    def _ask(self, operation: Operation[Outcome]) -> Outcome:
        try:
            return self._run(operation)
        except ConfigurationError as error:
            raise for_query(error)  # noqa: B904  # the same error, now about a query

    def _inquire(self, inquiry: Inquiry[Outcome]) -> Outcome:
        outcome = None
        while True:
            try:
                operation = inquiry.send(outcome)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]  # what the inquiry returns
            outcome = self._ask(operation)

    def _iterate(self, records: Records) -> Generator[SentRecord]:
        for operation in records:
            yield from records.take(self._ask(operation))

    def _run(self, operation: Operation[Outcome], *, fresh: bool = False) -> Outcome:
        channel = self._channel(Owner(os.getpid()), fresh=fresh)
        attempts = self._attempts(operation.call)
        evidence = call(channel, operation.call, attempts.pause_before_next)
        return operation.outcome(attempts.last(evidence))
