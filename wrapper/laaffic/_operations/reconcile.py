"""Finding lost outcomes again, by the provider's records."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from laaffic._model.errors import InvalidTimeError
from laaffic._model.recipients import Recipient
from laaffic._model.reports import DeliveryReport
from laaffic._model.times import MAX_AGE, MAX_AHEAD, check_ahead, check_span, check_time
from laaffic._operations.get_sent_rcd import Page, Records
from laaffic._operations.operation import Inquiry
from laaffic._outcome.reconciling import Matching
from laaffic._settings import Timeouts

# How much the provider's clock may have been behind this machine's, beyond what its responses show now. More would find
# more of what others have sent before.
MARGIN = timedelta(minutes=5)
NO_TIME = timedelta(0)


def reconcile(
    recipients: Iterable[Recipient],
    *,
    sent_between: tuple[datetime, datetime],
    until: datetime | None,
    reports: Iterable[DeliveryReport],
    known_msg_ids: Iterable[str],
    app_id: str,
    timeout: Timeouts | None,
) -> Inquiry[list[Recipient]]:
    """Ask for the records since something was posted, and say what they show of those that are unknown.

    Raises:
        InvalidTimeError: a time is not valid; nothing was asked.
        InvalidMessageError: recipients, reports or known_msg_ids are something else; nothing was asked.
    """
    now = datetime.now(UTC)
    if not isinstance(sent_between, tuple | list) or len(sent_between) != 2:  # noqa: PLR2004  # a beginning and an end
        raise InvalidTimeError("sent_between: expected two datetimes, the beginning and the end")
    start, end = check_span(*sent_between, now, names=("sent_between[0]", "sent_between[1]"))
    last = now if until is None else check_time("until", until)
    if last < (start if until is None else end):
        raise InvalidTimeError("until is before the end of sent_between; give a later one")
    check_ahead("until", last, now)
    matching = Matching(recipients, reports=reports, known_msg_ids=known_msg_ids)
    return _asked(matching, start, last, app_id, timeout, until_now=until is None)


def _asked(
    matching: Matching, start: datetime, until: datetime, app_id: str, timeout: Timeouts | None, *, until_now: bool
) -> Inquiry[list[Recipient]]:
    skew = NO_TIME  # by which the provider's clock is ahead, as far as its responses have shown
    while matching.is_open:
        first = max(start + min(skew, NO_TIME) - MARGIN, datetime.now(UTC) - MAX_AGE)
        last = until + min(max(skew, NO_TIME), MAX_AHEAD) if until_now else until
        records = Records(first, last, app_id, timeout)
        for operation in records:
            page: Page = yield operation
            shown = timedelta(seconds=page.clock_skew or 0.0)
            if not skew and abs(shown) > MARGIN / 2:  # once: two servers may differ
                skew = shown
                break  # and from the beginning, by their clock
            for record in records.take(page):
                if record.received_at is None or record.received_at >= first:
                    matching.add(record)
        else:
            break
    return matching.told(until)
