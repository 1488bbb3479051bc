"""Sending again: a person's command, with its guards.

Who was rejected got nothing: that is certain. Who is unknown may have got it, and may still get it while the first
request is under way somewhere. So nobody of them is sent to again before the provider, by its own clock, refuses the
signature of the first request, and a look at its records after that moment shows nothing.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

import laaffic
from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._fate.told import Excluded, Resent
from laaffic_campaigns._kept.chunks import Outcomes, Payload, unpack_outcomes, unpack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.mark import check_mark
from laaffic_campaigns._kept.schema import campaigns, chunks, outcomes, payloads
from laaffic_campaigns._protocol.again import handed_over, take_over, turned_up_before
from laaffic_campaigns._protocol.delivery import deliveries_of
from laaffic_campaigns._protocol.states import REJECTED, UNKNOWN, ChunkState
from laaffic_campaigns._telling.outcomes import outcomes_in
from laaffic_campaigns._telling.reading import read
from laaffic_campaigns._telling.told import Outcome

VALID_FOR = 1800.0  # seconds: the provider refuses signatures that are older
CLAIM_TO_SIGNED = 180.0  # seconds: a claim is posted within 60, and signed anew within the 120 of its deadline
_MARGIN = 300.0  # seconds
_EARLY = "it is too early: the first request may still be accepted"
_AMBIGUOUS = "records or reports of the number are there; whose they are is not known"
_GONE = "the numbers are erased"
_OLD = "the provider's records do not go back so far, or the outcome changed meanwhile"
_CHANGED = "the outcome changed meanwhile"
_CONTRADICTED = "they are rejected, but a report came for them"
_EARLIER = "an earlier message to them was accepted, or a report came for it"
_LEFT = "no text was given for them"

Texts = str | Callable[[Outcome], str | None] | None


@dataclass(frozen=True, slots=True)
class Clocks:
    """What time it is.

    Attributes:
        provider: by the provider's clock, in seconds since 1970.
        ledger: by the database's, at the same moment.
    """

    provider: float
    ledger: float


def clocks(database: Database, client: laaffic.Client) -> Clocks:
    """Ask what time it is.

    Raises:
        LedgerError: the provider does not say.
        laaffic.LaafficError: there is no usable response.
    """
    skew = client.check().clock_skew
    if skew is None:
        raise LedgerError(
            "The provider's response has no date, so nobody knows whether it still accepts the first requests",
            hint="Try again later; nothing was changed.",
        )
    with database.read() as connection:
        return Clocks(time.time() + skew, database.now(connection))


def seconds_left(now: Clocks, posted_at: float | None, claimed_at: float | None, recorded_at: float | None) -> float:
    """Return for how long the provider may still accept a request: 0 or less when it refuses it. Pure.

    Two clocks must agree, since either alone may have been wrong when the request was signed, and set right since: the
    provider's, against the clock by which it was signed; and how much time passed by the database's own.

    Args:
        now: what time it is.
        posted_at: by the clock of the machine that signed it; None when its process ended before it said so. Then that
            clock may have been half an hour ahead.
        claimed_at: by the database's clock.
        recorded_at: by the database's clock, when it was recorded as unknown.
    """
    patience = CLAIM_TO_SIGNED + VALID_FOR + _MARGIN
    known = [at for at in (claimed_at, recorded_at) if at is not None]
    if posted_at is None:
        return max(known, default=now.ledger) + patience + VALID_FOR - now.ledger
    by_ledger = max(known, default=now.ledger) + patience - now.ledger
    return max(posted_at + patience - now.provider, by_ledger)


class Resending:
    """One command. `of_rejected` and `of_unknown` find who may be sent to again, and let it be done.

    Args:
        database: of the ledger.
        campaign: which one.
        content: what they get: one text for all, or what a function says for each; None for the text of before.
        dry_run: whether nothing is to be changed.

    Raises:
        LedgerError: the ledger was restored or copied.
        laaffic.InvalidMessageError: the text is not valid.
    """

    def __init__(self, database: Database, campaign: int, content: Texts, *, dry_run: bool) -> None:
        if isinstance(content, str):
            laaffic.Message("99900000000", content)
        elif content is not None and not callable(content):
            raise laaffic.InvalidMessageError(f"expected a text, got {type(content).__name__}", field="content")
        self._database = database
        self._campaign = campaign
        self._content = content
        self._dry_run = dry_run
        self._excluded = Counter[str]()
        self._recipients = self._requests = 0
        self._not_before: float | None = None
        if (why := check_mark(database)) is not None:
            raise LedgerError(f"Nobody is sent to again: {why}", hint="Who was sent to again since is not in it.")

    def of_rejected(self) -> Resent:
        """Let those be sent to again who were rejected.

        Raises:
            LedgerError: the texts are erased.
            laaffic.InvalidMessageError: a text is not valid. Those before it are sent to again.
        """
        for chunk, payload, told in self._chunks(REJECTED):
            away, said = self._away(chunk.id), self._contradicted(chunk.id)
            mine = [at for at in _those(told, REJECTED) if at not in away]
            clear = [at for at in mine if at not in said]
            self._excluded[_CONTRADICTED] += len(mine) - len(clear)
            self._send_again(chunk, payload, clear)
        return self._told(uncertain=0, found=0)

    def of_unknown(self, now: Clocks, without_record: dict[int, tuple[int, set[int]]], found: int) -> Resent:
        """Let those be sent to again who are unknown, and of whom there is certainly no record.

        Args:
            now: what time it was before the records were read.
            without_record: by chunk, its version and those of whom there was none.
            found: how many were found just before.

        Raises:
            LedgerError: the texts are erased.
        """
        for chunk, payload, told in self._chunks(UNKNOWN):
            away = self._away(chunk.id)
            mine = [at for at in _those(told, UNKNOWN) if at not in away]
            if not mine:
                continue
            left = seconds_left(now, chunk.posted_at, chunk.claimed_at, chunk.recorded_at)
            if left > 0:
                self._excluded[_EARLY] += len(mine)
                moment = now.provider + left
                self._not_before = moment if self._not_before is None else min(self._not_before, moment)
                continue
            version, nothing = without_record.get(chunk.id, (None, set[int]()))
            if version != chunk.version:
                self._excluded[_OLD] += len(mine)
                continue
            clear = [at for at in mine if at in nothing]
            self._excluded[_AMBIGUOUS] += len(mine) - len(clear)
            self._send_again(chunk, payload, clear)
        return self._told(uncertain=self._recipients, found=found)

    def _send_again(self, chunk: Any, payload: Payload, positions: list[int]) -> None:
        with self._database.read() as connection:
            earlier = turned_up_before(connection, chunk.id)
        wanted = [at for at in positions if at not in earlier]
        self._excluded[_EARLIER] += len(positions) - len(wanted)
        there = [at for at in wanted if payload.numbers[at]]
        self._excluded[_GONE] += len(wanted) - len(there)
        texts = self._texts(chunk, payload, there)
        chosen = [(at, text) for at, text in zip(there, texts, strict=True) if text is not None]
        self._excluded[_LEFT] += len(there) - len(chosen)
        if not chosen:
            return
        again = replace(payload.only([at for at, _ in chosen]), contents=[text for _, text in chosen], again=True)
        if not self._dry_run:
            with self._database.write() as connection:
                child = take_over(
                    connection,
                    self._campaign,
                    chunk.id,
                    chunk.version,
                    positions=[at for at, _ in chosen],
                    payload=again,
                    now=self._database.now(connection),
                )
            if child is None:
                self._excluded[_CHANGED] += len(chosen)
                return
        self._recipients += len(chosen)
        self._requests += 1

    def _texts(self, chunk: Any, payload: Payload, positions: list[int]) -> list[str | None]:
        if isinstance(self._content, str):
            return [self._content] * len(positions)
        if self._content is None:
            contents = payload.only(positions).contents
            if contents is None:
                raise LedgerError("The texts of this campaign are erased", hint="Give content.")
            return [*contents]
        with self._database.read() as connection:
            before = outcomes_in(connection, chunk.id)
        texts = [self._content(before[at]) for at in positions]
        for text in texts:
            if text is not None:
                laaffic.Message("99900000000", text)
        return texts

    def _away(self, chunk: int) -> dict[int, int]:
        with self._database.read() as connection:
            return handed_over(connection, chunk)

    def _contradicted(self, chunk: int) -> set[int]:
        with self._database.read() as connection:
            known = deliveries_of(connection, [chunk]).get(chunk)
        return set() if known is None else {at for at, reason in enumerate(known.reasons) if reason is not None}

    def _chunks(self, state: str) -> Iterator[tuple[Any, Payload, Outcomes]]:
        names = ("version", "state", "size", "claimed_at", "posted_at", "recorded_at")
        wanted = (
            select(
                chunks.c.id.label("id"),
                *[chunks.c[name] for name in names],
                campaigns.c.key.label("key"),
                payloads.c.content.label("payload"),
                outcomes.c.content.label("outcomes"),
            )
            .join(campaigns, chunks.c.campaign == campaigns.c.id)
            .join(payloads, payloads.c.chunk == chunks.c.id)
            .outerjoin(outcomes, outcomes.c.chunk == chunks.c.id)
            .where(
                chunks.c.campaign == self._campaign,
                chunks.c.state.in_([ChunkState.DONE, ChunkState.UNKNOWN]),
                chunks.c[state] > 0,
            )
            .order_by(chunks.c.id)
        )
        for row in read(self._database, wanted):
            nobody = Outcomes([UNKNOWN] * row.size, [None] * row.size, [None] * row.size)
            told = nobody if row.outcomes is None else unpack_outcomes(row.outcomes)
            yield row, unpack_payload(row.payload), told

    def _told(self, *, uncertain: int, found: int) -> Resent:
        excluded = tuple(Excluded(count, why) for why, count in self._excluded.items() if count)
        return Resent(self._dry_run, self._recipients, self._requests, uncertain, found, excluded, self._not_before)


def _those(told: Outcomes, state: str) -> list[int]:
    return [at for at, here in enumerate(told.states) if here == state]
