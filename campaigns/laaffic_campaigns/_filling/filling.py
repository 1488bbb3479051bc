"""Filling a campaign: what is given is checked by laaffic's own rules, and frozen in chunks."""

import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, CursorResult, delete, insert, select, update

import laaffic
from laaffic_campaigns._errors import CampaignExistsError, LedgerError
from laaffic_campaigns._kept.chunks import Outcomes, Payload, pack_outcomes, pack_payload
from laaffic_campaigns._kept.schema import campaigns, chunks, outcomes, payloads
from laaffic_campaigns._kept.sqlite import Database
from laaffic_campaigns._protocol.states import NOT_SENT, CampaignState, ChunkState
from laaffic_campaigns._protocol.steps import move

_TOGETHER = 50  # chunks in one transaction
_KEY_LENGTH = 10
_LETTERS, _MORE = "abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Rules:
    """Who gets what: fixed when a campaign is made.

    Attributes:
        max_recipients: in one chunk, which is one request.
        sender_id: for rows, and for messages without one.
        exclude: numbers, as they are sent, who get nothing.
        unique: whether a number gets only the first of its messages.
        report: whether an invalid row is reported; otherwise it is raised.
    """

    max_recipients: int
    sender_id: str | None
    exclude: frozenset[str]
    unique: bool
    report: bool


@dataclass(slots=True)
class _Chunk:
    """A chunk that is being filled; with reasons it holds those who are left out."""

    numbers: list[str] = field(default_factory=list)
    order_ids: list[str | None] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    sender_ids: list[str | None] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def add(
        self, index: int, numbers: list[str], order_ids: list[str | None], content: str, sender_id: str | None
    ) -> None:
        self.numbers += numbers
        self.order_ids += order_ids
        self.sizes.append(len(numbers))
        self.contents.append(content)
        self.sender_ids.append(sender_id)
        self.indexes.append(index)

    def leave_out(self, index: int, number: str, order_id: str | None, reason: str) -> None:
        self.add(index, [number], [order_id], "", None)
        self.reasons.append(reason)

    def payload(self) -> Payload:
        return Payload(self.numbers, self.order_ids, self.sizes, self.contents, self.sender_ids, self.indexes)


def load(database: Database, name: str, given: Iterable[Any], rules: Rules, *, source: str | None = None) -> None:
    """Make a campaign, in transactions of some chunks each; the last one makes it ready.

    Raises:
        CampaignExistsError: there is one of this name.
        LedgerBusyError: another process fills a campaign of this ledger.
        laaffic.InvalidMessageError: a row is invalid. There is no campaign then.
    """
    with database.locked_for("load", f"filling campaign {name!r}"):
        with database.write() as connection:
            discard_dead(connection)
            campaign = _begin(connection, name, source)
        try:
            _fill(database, campaign, _chunks(given, rules))
        except BaseException:
            with database.write() as connection:
                discard_dead(connection)
            raise


def discard_dead(connection: Connection) -> None:
    """Throw away what was not filled to the end. Only for who holds the lock for it."""
    dead = select(campaigns.c.id).where(campaigns.c.state == CampaignState.LOADING)
    for campaign in connection.scalars(dead).all():
        connection.execute(delete(campaigns).where(campaigns.c.id == campaign))


def _begin(connection: Connection, name: str, source: str | None) -> int:
    if connection.scalar(select(campaigns.c.id).where(campaigns.c.name == name)) is not None:
        raise CampaignExistsError(
            f"There is a campaign {name!r} in this ledger",
            hint=f"To go on, run ledger.campaign({name!r}). To send to everybody anew, choose another name.",
        )
    now = time.time()
    key = secrets.choice(_LETTERS) + "".join(secrets.choice(_MORE) for _ in range(_KEY_LENGTH - 1))
    values = {"name": name, "key": key, "source": source, "state": CampaignState.LOADING, "held": False}
    made = connection.execute(insert(campaigns).values(**values, recipients=0, created_at=now, since=now))
    return _key_of(made)


def _fill(database: Database, campaign: int, made: Iterator[_Chunk]) -> None:
    sequence = recipients = 0
    while True:
        group = [chunk for _, chunk in zip(range(_TOGETHER), made, strict=False)]  # read outside of the transaction
        with database.write() as connection:
            for chunk in group:
                _insert(connection, campaign, sequence, chunk)
                sequence, recipients = sequence + 1, recipients + len(chunk.numbers)
            if len(group) < _TOGETHER:
                if not recipients:
                    raise LedgerError("There is no recipient", hint="Give at least one row or message.")
                connection.execute(update(campaigns).where(campaigns.c.id == campaign).values(recipients=recipients))
                move(connection, campaign, CampaignState.READY, time.time())
                return


def _insert(connection: Connection, campaign: int, sequence: int, chunk: _Chunk) -> None:
    size, left_out = len(chunk.numbers), bool(chunk.reasons)
    values = {"campaign": campaign, "sequence": sequence, "size": size, "not_sent": size if left_out else 0}
    state = ChunkState.DONE if left_out else ChunkState.READY
    key = _key_of(connection.execute(insert(chunks).values(**values, state=state)))
    connection.execute(insert(payloads).values(chunk=key, content=pack_payload(chunk.payload())))
    if left_out:
        told = Outcomes([NOT_SENT] * size, [None] * size, [*chunk.reasons])
        connection.execute(insert(outcomes).values(chunk=key, content=pack_outcomes(told)))


def _key_of(made: CursorResult[Any]) -> int:
    key = made.inserted_primary_key
    assert key is not None  # noqa: S101  # each of these tables has one
    return int(key[0])


def _chunks(given: Iterable[Any], rules: Rules) -> Iterator[_Chunk]:
    """Yield full chunks, and those who are left out in chunks of their own."""
    filling, left_out, most = _Chunk(), _Chunk(), rules.max_recipients
    seen: set[str] = set()
    for index, message in _checked(given, rules):
        if not isinstance(message, laaffic.Message):
            left_out.leave_out(index, *message)
        else:
            kept: list[str] = []
            ids: list[str | None] = []
            order_ids = message.order_ids or [None] * len(message.numbers)
            for number, order_id in zip(message.numbers, order_ids, strict=True):
                if number in rules.exclude:
                    left_out.leave_out(index, number, order_id, "it is excluded")
                elif rules.unique and number in seen:
                    left_out.leave_out(index, number, order_id, "the same number was there before")
                else:
                    kept.append(number)
                    ids.append(order_id)
                    if rules.unique:
                        seen.add(number)
            sender_id = rules.sender_id if message.sender_id is None else message.sender_id
            while kept:
                room = most - len(filling.numbers)
                filling.add(index, kept[:room], ids[:room], message.content, sender_id)
                kept, ids = kept[room:], ids[room:]
                if len(filling.numbers) == most:
                    yield filling
                    filling = _Chunk()
        if len(left_out.numbers) >= most:
            yield left_out
            left_out = _Chunk()
    yield from (chunk for chunk in (filling, left_out) if chunk.numbers)


def _checked(given: Iterable[Any], rules: Rules) -> Iterator[tuple[int, laaffic.Message | tuple[str, str | None, str]]]:
    """Yield the index of each row or message, and a message; or number, order id and reason of what is invalid."""
    row: Any = None

    def one_after_the_other() -> Iterator[Any]:
        while True:
            yield row

    messages = iter(laaffic.Rows(one_after_the_other()))
    for index, row in enumerate(given):  # which the generator above reads
        if isinstance(row, laaffic.Message):
            yield index, row
            continue
        try:
            message = next(messages)
        except laaffic.InvalidMessageError as error:
            refused = error
            messages = iter(laaffic.Rows(one_after_the_other()))  # an iterator that has raised is at its end
        else:
            yield index, message
            continue
        if not rules.report:
            raise laaffic.InvalidMessageError(
                refused.rule, field=refused.field, message_index=index, position=refused.position, among="rows"
            )
        yield index, (*_as_given(row), refused.rule)


def _as_given(row: Any) -> tuple[str, str | None]:
    """Return number and order id of an invalid row, as text."""
    values = list(row) if isinstance(row, tuple | list) else [row]
    number = values[0] if values else ""
    order_id = values[2] if len(values) > 2 and isinstance(values[2], str) else None  # noqa: PLR2004  # the third
    return _text(number), None if order_id is None else _text(order_id)


def _text(value: object) -> str:
    try:
        text = str(value) if isinstance(value, str | int | float) else f"<{type(value).__name__}>"
    except ValueError:  # it has more digits than Python writes
        text = f"<{type(value).__name__}>"
    return text.encode("utf-8", "replace").decode()
