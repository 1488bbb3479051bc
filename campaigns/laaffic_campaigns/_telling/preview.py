"""What a campaign will send, counted from what is frozen."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from laaffic_campaigns._errors import LedgerError, NoSuchCampaignError
from laaffic_campaigns._kept.chunks import unpack_outcomes, unpack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import campaigns, chunks, outcomes, payloads, resends
from laaffic_campaigns._protocol.left_out import DUPLICATE, EXCLUDED, LeftOut, count_left_out
from laaffic_campaigns._protocol.states import ChunkState
from laaffic_campaigns._telling.counting import SegmentCount
from laaffic_campaigns._telling.reading import read

_MAX_BAD = 10
_MAX_SOME = 100


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not valid, and gets nothing.

    Attributes:
        index: of the row or message, in what was given to `create`, from 0.
        reason: what is wrong with it.
    """

    __module__ = "laaffic_campaigns"

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a campaign sends, before anything is sent. Segments are counted by `laaffic.segments`.

    Attributes:
        name: of the campaign.
        recipients: how many get something.
        invalid: how many rows are left out because they are not valid.
        excluded: how many are left out because of `exclude`.
        duplicates: how many are left out because of `unique`.
        bad_rows: the first 10 that are not valid, in the order in which they were given.
        texts: the first text, one from the middle, and the last, each once. They are texts: keep them out of logs.
        longest: how many characters the longest text has.
        most_segments: how many segments a text takes at most.
        segments: how many all recipients take together.
        segments_by_encoding: the same by `"GSM-7"` and `"UCS-2"`.
        recipients_by_encoding: how many recipients have a text in each of them.
        estimate: what all segments cost at the price that was given; None without one.
        rate: recipients a second at most, as it is set; None without a rate.
        seconds: how long it takes at this rate at least; None without a rate.
    """

    __module__ = "laaffic_campaigns"

    name: str
    recipients: int
    invalid: int
    excluded: int
    duplicates: int
    bad_rows: tuple[BadRow, ...] = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    longest: int
    most_segments: int
    segments: int
    segments_by_encoding: dict[str, int]
    recipients_by_encoding: dict[str, int]
    estimate: Decimal | None
    rate: float | None
    seconds: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a dict of what JSON has; the estimate is a text. The texts are there: keep it out of logs."""
        told = asdict(self)
        estimate = None if self.estimate is None else format(self.estimate, "f")
        return {**told, "bad_rows": list(told["bad_rows"]), "texts": list(self.texts), "estimate": estimate}


def preview_of(database: Database, campaign: int, price: Decimal | str | int | None) -> Preview:
    """Count what a campaign sends.

    Raises:
        LedgerError: the price is not one, the campaign is still being filled, or its texts are erased.
        NoSuchCampaignError: it is not there any more.
    """
    each = None if price is None else _price(price)
    with database.read() as connection:
        known = connection.execute(select(campaigns).where(campaigns.c.id == campaign)).first()
    if known is None:
        raise NoSuchCampaignError("The campaign is not in the ledger any more")
    counted, texts, left_out = SegmentCount(), _Texts(), _LeftOut()
    for chunk in _chunks(database, campaign):
        payload = unpack_payload(chunk.payload)
        if chunk.outcomes is not None:
            left_out.add(payload.row_indexes(), unpack_outcomes(chunk.outcomes).reasons)
        elif payload.contents is None:
            raise LedgerError("The texts of this campaign are erased", hint="Its status() and outcomes() are there.")
        else:
            counted.add(payload.contents, payload.sizes)
            texts.add(payload.indexes, payload.contents)
    recipients, segments = sum(counted.recipients.values()), sum(counted.segments.values())
    return Preview(
        name=known.name,
        recipients=recipients,
        **left_out.counts,
        bad_rows=tuple(BadRow(*row) for row in sorted(left_out.bad)[:_MAX_BAD]),
        texts=texts.three(),
        longest=counted.longest,
        most_segments=counted.most,
        segments=segments,
        segments_by_encoding=dict(counted.segments),
        recipients_by_encoding=dict(counted.recipients),
        estimate=None if each is None else each * segments,
        rate=known.rate,
        seconds=recipients / known.rate if known.rate else None,
    )


class _LeftOut:
    """Who is left out: how many, and some who are not valid."""

    def __init__(self) -> None:
        self.counts = Counter[str](dict.fromkeys(LeftOut._fields, 0))
        self.bad: list[tuple[int, str]] = []

    def add(self, indexes: list[int], reasons: list[str | None]) -> None:
        here = count_left_out(reasons)
        self.counts.update(here._asdict())
        if here.invalid and len(self.bad) < _MAX_BAD:
            both = zip(indexes, reasons, strict=True)
            self.bad += [(index, str(reason)) for index, reason in both if reason not in {EXCLUDED, DUPLICATE}]


class _Texts:
    """The first text, one from the middle, and the last, by their rows: parts of a chunk are read after others."""

    def __init__(self) -> None:
        self._ends: list[tuple[int, str]] = []  # the first and the last, each with its row
        self._some: list[tuple[int, str]] = []  # of every so many chunks one text, from all over
        self._every, self._chunks = 1, 0

    def add(self, indexes: list[int], contents: list[str]) -> None:
        ends = sorted([*self._ends, (indexes[0], contents[0]), (indexes[-1], contents[-1])], key=_row)
        self._ends = [ends[0], ends[-1]]
        if self._chunks % self._every == 0:
            half = len(contents) // 2
            self._some.append((indexes[half], contents[half]))
        if len(self._some) > _MAX_SOME:
            self._some, self._every = self._some[::2], self._every * 2
        self._chunks += 1

    def three(self) -> tuple[str, ...]:
        if not self._ends:
            return ()
        first, last = self._ends
        middle = min(self._some, key=lambda some: abs(2 * some[0] - first[0] - last[0]))
        return tuple(dict.fromkeys(text for _, text in (first, middle, last)))


def _row(some: tuple[int, str]) -> int:
    return some[0]


def _price(price: Decimal | str | int) -> Decimal:
    try:
        if isinstance(price, Decimal | str | int) and not isinstance(price, bool):
            value = Decimal(price)
            if value.is_finite() and value >= 0:
                return value
    except ArithmeticError:
        pass
    raise LedgerError("price must be that of one segment, as a Decimal or a text", hint='Give one, such as "0.0075".')


def _frozen(campaign: int) -> Any:
    """Return the chunks of a campaign; of those that have payloads, each recipient is in one.

    Who is sent to again is in the chunk before.
    """
    return (chunks.c.campaign == campaign) & chunks.c.id.not_in(select(resends.c.child))


def _left_out() -> Any:
    """Return the chunks that nobody ever claims: those of whom is left out."""
    return (chunks.c.state == ChunkState.DONE) & chunks.c.posted_at.is_(None) & (chunks.c.not_sent == chunks.c.size)


def _chunks(database: Database, campaign: int) -> Iterator[Any]:
    wanted = (
        select(chunks.c.id, payloads.c.content.label("payload"), outcomes.c.content.label("outcomes"))
        .join(payloads, payloads.c.chunk == chunks.c.id)
        .outerjoin(outcomes, (outcomes.c.chunk == chunks.c.id) & _left_out())
        .where(_frozen(campaign))
        .order_by(chunks.c.id)
    )
    return read(database, wanted)
