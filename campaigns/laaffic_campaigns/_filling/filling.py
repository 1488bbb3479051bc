"""Filling a campaign: what is given is checked by laaffic's own rules, and frozen in chunks."""

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult, delete, insert, select, update

from laaffic_campaigns._errors import CampaignExistsError, LedgerError
from laaffic_campaigns._filling.checking import Rules, checked, chosen
from laaffic_campaigns._filling.columns import Columns, cut
from laaffic_campaigns._filling.entries import groups_of
from laaffic_campaigns._filling.template import Template
from laaffic_campaigns._kept.chunks import Outcomes, pack_outcomes, pack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import campaigns, chunks, outcomes, payloads
from laaffic_campaigns._protocol.states import NOT_SENT, CampaignState, ChunkState
from laaffic_campaigns._protocol.steps import move

_TOGETHER = 100  # chunks in one transaction
_KEY_LENGTH = 10
_LETTERS, _MORE = "abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuvwxyz"


class _Frozen(NamedTuple):
    """A chunk as it is kept; with outcomes it has those who are left out."""

    size: int
    payload: bytes
    outcomes: bytes | None


def load(
    database: Database,
    name: str,
    given: Iterable[Any],
    rules: Rules,
    *,
    template: Template | None = None,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Make a campaign, in transactions of some chunks each; the last one makes it ready.

    Raises:
        CampaignExistsError: there is one of this name.
        LedgerBusyError: another process fills this campaign, or in SQLite another one of this ledger.
        laaffic.InvalidMessageError: a row is invalid. There is no campaign then.
    """
    with database.locked_for("load", f"filling campaign {name!r}", name=name):
        with database.write() as connection:
            discard_dead(database, connection, mine=name)
            campaign = _begin(connection, name, more or {})
        try:
            _fill(database, campaign, _frozen(given, rules, template))
        except BaseException:
            with database.write() as connection:  # this one alone: should the lock be lost, another may have the name
                _discard(connection, campaign)
            raise


def discard_dead(database: Database, connection: Connection, mine: str | None = None) -> None:
    """Throw away what was not filled to the end, by a process that has ended.

    Args:
        database: of the ledger.
        connection: of a transaction of somebody who holds a lock for filling.
        mine: the campaign that this lock is for.
    """
    dead = select(campaigns.c.id, campaigns.c.name).where(campaigns.c.state == CampaignState.LOADING)
    for campaign in connection.execute(dead).all():
        if campaign.name == mine or database.is_free(connection, "load", campaign.name):
            _discard(connection, campaign.id)


def _discard(connection: Connection, campaign: int) -> None:
    still = campaigns.c.state == CampaignState.LOADING  # its filler may have come to the end since it was read
    connection.execute(delete(campaigns).where(campaigns.c.id == campaign, still))


def _begin(connection: Connection, name: str, more: Mapping[str, Any]) -> int:
    if connection.scalar(select(campaigns.c.id).where(campaigns.c.name == name)) is not None:
        raise CampaignExistsError(
            f"There is a campaign {name!r} in this ledger",
            hint=f"To go on, run ledger.campaign({name!r}). To send to everybody anew, choose another name.",
        )
    now = time.time()
    key = secrets.choice(_LETTERS) + "".join(secrets.choice(_MORE) for _ in range(_KEY_LENGTH - 1))
    values = {"name": name, "key": key, "state": CampaignState.LOADING, "held": False, "recipients": 0}
    made = connection.execute(insert(campaigns).values(**values, **more, created_at=now, since=now))
    return _key_of(made)


def _fill(database: Database, campaign: int, made: Iterator[_Frozen]) -> None:
    sequence = recipients = 0
    while True:
        group = list(islice(made, _TOGETHER))  # read outside of the transaction
        with database.write() as connection:
            if group:
                _insert(connection, campaign, sequence, group)
            sequence, recipients = sequence + len(group), recipients + sum(chunk.size for chunk in group)
            if len(group) < _TOGETHER:
                if not recipients:
                    raise LedgerError("There is no recipient", hint="Give at least one row or message.")
                connection.execute(update(campaigns).where(campaigns.c.id == campaign).values(recipients=recipients))
                if not move(connection, campaign, CampaignState.READY, time.time()):
                    raise LedgerError("The campaign was thrown away while it was filled", hint="Make it again.")
                return


def _insert(connection: Connection, campaign: int, first: int, group: list[_Frozen]) -> None:
    rows = [
        {
            "campaign": campaign,
            "sequence": sequence,
            "size": chunk.size,
            "not_sent": 0 if chunk.outcomes is None else chunk.size,
            "state": ChunkState.READY if chunk.outcomes is None else ChunkState.DONE,
        }
        for sequence, chunk in enumerate(group, first)
    ]
    connection.execute(insert(chunks), rows)
    inserted = select(chunks.c.id).where(chunks.c.campaign == campaign, chunks.c.sequence >= first)
    keys = list(connection.scalars(inserted.order_by(chunks.c.sequence)))
    together = list(zip(keys, group, strict=True))
    connection.execute(insert(payloads), [{"chunk": key, "content": chunk.payload} for key, chunk in together])
    told = [{"chunk": key, "content": chunk.outcomes} for key, chunk in together if chunk.outcomes is not None]
    if told:
        connection.execute(insert(outcomes), told)


def _key_of(made: CursorResult[Any]) -> int:
    key = made.inserted_primary_key
    assert key is not None  # noqa: S101  # the table has one
    return int(key[0])


def _frozen(given: Iterable[Any], rules: Rules, template: Template | None) -> Iterator[_Frozen]:
    """Yield full chunks, and those who are left out in chunks of their own."""
    filling, left_out = Columns(), Columns()
    first, seen = 0, set[int]()
    for group in groups_of(given, template):
        valid, invalid = checked(group, first, rules)
        kept, others = chosen(valid, rules, seen)
        first += len(group)
        filling.extend(kept)
        *full, filling = cut(filling, rules.max_recipients)
        left_out.extend(_by_index(invalid, others))
        *full_left_out, left_out = cut(left_out, rules.max_recipients)
        yield from map(_freeze, chain(full, full_left_out))
    yield from (_freeze(columns) for columns in (filling, left_out) if columns.numbers)


def _by_index(some: Columns, others: Columns) -> Columns:
    """Return those who are left out, in the order in which they were given."""
    if not some.numbers or not others.numbers:
        return some if some.numbers else others
    both, sorted_ones = Columns(), Columns()
    both.extend(some)
    both.extend(others)
    for at in sorted(range(len(both.numbers)), key=both.indexes.__getitem__):
        sorted_ones.leave_out(both.indexes[at], both.numbers[at], both.order_ids[at], both.reasons[at])
    return sorted_ones


def _freeze(columns: Columns) -> _Frozen:
    size = len(columns.numbers)
    told = Outcomes([NOT_SENT] * size, [None] * size, [*columns.reasons]) if columns.reasons else None
    return _Frozen(size, pack_payload(columns.payload()), None if told is None else pack_outcomes(told))
