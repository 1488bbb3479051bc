"""Finding lost outcomes again, by the provider's records."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from laaffic._model.errors import InvalidTimeError
from laaffic._model.recipients import Recipient
from laaffic._model.reports import DeliveryReport
from laaffic._model.times import MAX_AGE, check_span, check_time
from laaffic._operations.get_sent_rcd import Records
from laaffic._operations.operation import Inquiry
from laaffic._outcome.reconciling import Matching
from laaffic._settings import Timeouts

# How much the provider's clock may be behind this machine's. More would find more of what others have sent before.
MARGIN = timedelta(minutes=5)


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
    """
    now = datetime.now(UTC)
    if not isinstance(sent_between, tuple | list) or len(sent_between) != 2:  # noqa: PLR2004  # a beginning and an end
        raise InvalidTimeError("sent_between: expected two datetimes, the beginning and the end")
    start, end = check_span(*sent_between, now, names=("sent_between[0]", "sent_between[1]"))
    last = now if until is None else check_time("until", until)
    if last < (start if until is None else end):
        raise InvalidTimeError("until is before the end of sent_between; give a later one")
    matching = Matching(recipients, reports=reports, known_msg_ids=known_msg_ids)
    return _asked(matching, max(start - MARGIN, now - MAX_AGE), last, app_id, timeout)


def _asked(
    matching: Matching, start: datetime, until: datetime, app_id: str, timeout: Timeouts | None
) -> Inquiry[list[Recipient]]:
    if matching.is_open:
        records = Records(start, until, app_id, timeout)
        for operation in records:
            for record in records.take((yield operation)):
                if record.received_at is None or record.received_at >= start:
                    matching.add(record)
    return matching.told(until)
