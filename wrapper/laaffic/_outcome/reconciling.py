"""Finding lost outcomes again: which unknown recipients the provider's records and reports show to be accepted. Pure.

Records name no order id and list only what is finished, whenever that is. So a record shows that a message to its
number was accepted, and that there is none shows nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from laaffic._model.errors import unfit_to_ask
from laaffic._model.recipients import Recipient, State
from laaffic._model.reports import DeliveryReport, SentRecord
from laaffic._model.times import in_words

Kind = TypeVar("Kind")


def match_records(
    recipients: Iterable[Recipient],
    records: Iterable[SentRecord | DeliveryReport],
    *,
    until: datetime,
    reports: Iterable[DeliveryReport] = (),
    known_msg_ids: Iterable[str] = (),
) -> list[Recipient]:
    """Say of each unknown recipient what records show; what `Client.reconcile` does with those that it has asked for.

    Args:
        recipients: in any states; those that are not unknown come back as they are, and their message ids are known.
        records: of the time from when the first was posted on. One without a message id or number shows nothing.
        until: the end of the time that the records are of, aware.
        reports: pushed reports; see `Client.reconcile`.
        known_msg_ids: message ids that belong to other messages.

    Returns:
        The recipients, in the order given.

    Raises:
        InvalidMessageError: recipients, reports or known_msg_ids are something else.
    """
    matching = Matching(recipients, reports=reports, known_msg_ids=known_msg_ids)
    for record in records:
        matching.add(record)
    return matching.told(until)


def _checked(field: str, given: Iterable[Kind], kind: type[Kind], wanted: str) -> list[Kind]:
    if isinstance(given, str | kind) or not isinstance(given, Iterable):
        raise unfit_to_ask(f"expected several, got {type(given).__name__}; give {wanted}", field)
    found = list(given)
    for position, one in enumerate(found):
        if not isinstance(one, kind):
            raise unfit_to_ask(f"got {type(one).__name__}; give {wanted}", field, position)
    return found


class Matching:
    """Recipients, and the records that are shown one after the other; only those of their numbers are kept.

    Args:
        recipients: in any states.
        reports: pushed reports.
        known_msg_ids: message ids that belong to other messages.

    Raises:
        InvalidMessageError: something is not what it is to be. A message id that is a number would never be recognised,
            and somebody else's record be taken for the lost one.
    """

    def __init__(
        self, recipients: Iterable[Recipient], *, reports: Iterable[DeliveryReport], known_msg_ids: Iterable[str]
    ) -> None:
        self._recipients = _checked("recipients", recipients, Recipient, "those of a result, such as result.recipients")
        self._known = _known_ids(known_msg_ids)
        self._places: dict[str, list[int]] = defaultdict(list)  # of the unknown, by number
        # How many of a number are accepted without a message id: a record may be theirs.
        self._nameless = Counter[str]()
        for place, recipient in enumerate(self._recipients):
            if recipient.state is State.UNKNOWN:
                self._places[recipient.number].append(place)
            elif recipient.msg_id is not None:
                self._known.add(recipient.msg_id)
            elif recipient.state is State.ACCEPTED:
                self._nameless[recipient.number] += 1
        self._candidates: dict[str, dict[str, None]] = defaultdict(dict)  # message ids by number, each once, in order
        self._given: dict[str, str] = {}  # which number each of them is a candidate for
        self._told_by_report: dict[str, int] = {}
        self._settled = self._settle(_checked("reports", reports, DeliveryReport, "what parse_report returns"))
        self._told_by_report = {msg_id: place for place, msg_id in self._settled.items()}

    @property
    def is_open(self) -> bool:
        """Whether somebody is unknown, so that records may show something."""
        return any(place not in self._settled for places in self._places.values() for place in places)

    def add(self, record: SentRecord | DeliveryReport) -> None:
        """Take a record into account."""
        number = record.number
        if record.msg_id in self._told_by_report:
            self._hear_of_settled(record.msg_id, number)
        if number is None or number not in self._places or record.msg_id in self._known:
            return
        if self._given.setdefault(record.msg_id, number) == number:
            self._candidates[number][record.msg_id] = None

    def told(self, until: datetime) -> list[Recipient]:
        """Return every recipient with what is known now, in the order given."""
        told = list(self._recipients)
        for place, msg_id in self._settled.items():
            told[place] = told[place]._replace(state=State.ACCEPTED, msg_id=msg_id, reason=None)
        for number, places in self._places.items():
            left = [place for place in places if place not in self._settled]
            candidates = list(self._candidates.get(number, ()))
            wanted = len(left) + self._nameless[number]
            words = _words(len(candidates), wanted, until)
            for at, place in enumerate(left):
                if len(candidates) == wanted:
                    told[place] = told[place]._replace(state=State.ACCEPTED, msg_id=candidates[at], reason=words)
                else:
                    told[place] = told[place]._replace(reason=words)
        return told

    def _settle(self, reports: list[DeliveryReport]) -> dict[int, str]:
        """Return the message id of each unknown recipient whose order id a report has; keep in mind what else they say.

        A report with somebody else's order id is about somebody else; one without an order id says what a record does.
        """
        named = Counter(order_id for recipient in self._recipients if (order_id := _posted(recipient)) is not None)
        places = {
            order_id: place
            for number in self._places.values()
            for place in number
            if (order_id := _posted(self._recipients[place])) is not None and named[order_id] == 1
        }
        claims: dict[int, set[str]] = defaultdict(set)
        for report in reports:
            if report.order_id is None or named[report.order_id] > 1:
                self.add(report)
            elif (place := places.get(report.order_id)) is None:
                self._forget(report.msg_id)
            elif report.number in {None, self._recipients[place].number} and report.msg_id not in self._known:
                claims[place].add(report.msg_id)
        claimed = Counter(msg_id for ids in claims.values() for msg_id in ids)
        settled = {
            place: next(iter(ids)) for place, ids in claims.items() if len(ids) == 1 and claimed[next(iter(ids))] == 1
        }
        for msg_id in settled.values():
            self._forget(msg_id)
        return settled

    def _hear_of_settled(self, msg_id: str, number: str | None) -> None:
        """Settle nobody by a report that names the order id of one number and the message of another."""
        place = self._told_by_report[msg_id]
        if number not in {None, self._recipients[place].number}:
            self._settled.pop(place, None)

    def _forget(self, msg_id: str) -> None:
        """Take a message id for one that belongs to a certain message, and to no other."""
        self._known.add(msg_id)
        number = self._given.pop(msg_id, None)
        if number is not None:
            self._candidates[number].pop(msg_id, None)


def _known_ids(given: Iterable[str | None]) -> set[str]:
    """Return message ids without white space around them, as those of the records are; None, of who has none, is none.

    Of their kind one must be sure: where a known one is overlooked, somebody else's record is taken for the lost one.
    """
    some = given
    if isinstance(given, Iterable) and not isinstance(given, str):
        some = (msg_id for msg_id in given if msg_id is not None)
    checked: list[str] = _checked("known_msg_ids", some, str, "message ids, each a str")  # type: ignore[arg-type]  # it checks
    return {msg_id.strip() for msg_id in checked} - {""}


def _posted(recipient: Recipient) -> str | None:
    return recipient.wire_order_id or recipient.order_id


def _words(records: int, unknown: int, until: datetime) -> str | None:
    if not records:
        return f"no record by {in_words(until)}"
    if records == unknown == 1:
        return None
    counts = f"{records} record{'s' * (records > 1)} for {unknown}"
    return f"{counts}; which message id is whose is not known" if records == unknown else counts
