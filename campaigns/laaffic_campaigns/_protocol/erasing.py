"""Erasing what a campaign that has ended has no more need of, a few chunks in each transaction."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Table, or_, select, update

from laaffic_campaigns._errors import LedgerError
from laaffic_campaigns._kept.chunks import (
    Outcomes,
    Payload,
    pack_deliveries,
    pack_outcomes,
    pack_payload,
    unpack_deliveries,
    unpack_outcomes,
    unpack_payload,
)
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import campaigns, chunks, delivered, incidents, outcomes, payloads, reports
from laaffic_campaigns._protocol.states import ENDED, ChunkState
from laaffic_campaigns._protocol.steps import campaign_row

ERASED = "it is erased, because it may quote a number"
_AT_ONCE = 50
_MAY_BE_NUMBER = re.compile(r"(?:\d[^\w]{0,3}){5}")


def erase_texts(database: Database, campaign: int) -> None:
    """Erase the texts of a campaign that has ended.

    Raises:
        LedgerError: it has not ended.
    """
    _each_page(database, campaign, lambda connection, row: _rewrite(connection, row, Payload.without_contents))
    database.forget_journal()


def erase_numbers(database: Database, campaign: int) -> None:
    """Erase the numbers of a campaign that has ended, and the reasons that may quote one.

    Raises:
        LedgerError: it has not ended.
    """

    def without_numbers(connection: Connection, row: Any) -> None:
        _forget_in_reports(connection, row)
        _rewrite(connection, row, Payload.without_numbers)
        _rewrite_reasons(connection, outcomes, outcomes.c.chunk == row.chunk)

    _each_page(database, campaign, without_numbers)
    with database.write() as connection:
        reasons = select(chunks.c.reason).where(chunks.c.campaign == campaign, chunks.c.reason.is_not(None)).distinct()
        for reason in connection.scalars(reasons).all():  # also of chunks that have no payload any more
            same = (chunks.c.campaign == campaign) & (chunks.c.reason == reason)
            if without_number(reason) != reason:
                connection.execute(update(chunks).where(same).values(reason=ERASED))
        for key in connection.scalars(select(incidents.c.id).where(incidents.c.campaign == campaign)).all():
            _rewrite_reasons(connection, incidents, incidents.c.id == key)
        why = connection.scalar(select(campaigns.c.why).where(campaigns.c.id == campaign))
        same = (campaigns.c.id == campaign) & (campaigns.c.why == why)
        connection.execute(update(campaigns).where(same).values(why=without_number(why)))
    database.forget_journal()


def without_number(reason: str | None) -> str | None:
    """Return a reason, unless five digits follow each other in it, whatever signs are between them. Pure."""
    return ERASED if reason is not None and _MAY_BE_NUMBER.search(reason) else reason


def _each_page(database: Database, campaign: int, erase: Callable[[Connection, Any], None]) -> None:
    last = 0
    while True:
        with database.write() as connection:
            _check_ended(connection, campaign)
            some = select(chunks.c.id).join(payloads).where(chunks.c.campaign == campaign, chunks.c.id > last)
            # Kept first, and read then: what is written back must be what stands there.
            kept = some.order_by(chunks.c.id).limit(_AT_ONCE).with_for_update(key_share=True, of=chunks)
            page = connection.scalars(kept).all()
            _check_ended(connection, campaign, for_good=True)
            # Nobody sends again to whom has been looked at before.
            changed = update(chunks).where(chunks.c.id.in_(page))
            connection.execute(changed.values(version=chunks.c.version + 1))
            for row in connection.execute(select(payloads).where(payloads.c.chunk.in_(page))).all():
                erase(connection, row)
        if len(page) < _AT_ONCE:
            return
        last = page[-1]


def _check_ended(connection: Connection, campaign: int, *, for_good: bool = False) -> None:
    state = campaign_row(connection, campaign, to_change=for_good).state
    if state not in ENDED or _in_flight(connection, campaign):
        raise LedgerError("The campaign has not ended", hint="Run it to its end; or cancel it, and run it.")


def _in_flight(connection: Connection, campaign: int) -> bool:
    claimed = (chunks.c.campaign == campaign) & (chunks.c.state == ChunkState.CLAIMED)
    return connection.scalar(select(chunks.c.id).where(claimed).limit(1)) is not None


def _rewrite(connection: Connection, row: Any, less: Callable[[Payload], Payload]) -> None:
    content = pack_payload(less(unpack_payload(row.content)))
    connection.execute(update(payloads).where(payloads.c.chunk == row.chunk).values(content=content))


def _forget_in_reports(connection: Connection, row: Any) -> None:
    """Erase numbers and reasons from what was reported of a chunk, folded or not."""
    listed = sorted({*unpack_payload(row.content).numbers})
    about = or_(reports.c.chunk == row.chunk, reports.c.number.in_(listed))
    connection.execute(update(reports).where(about).values(number=None, reason=None))
    content = connection.scalar(select(delivered.c.content).where(delivered.c.chunk == row.chunk))
    if content is not None:
        known = unpack_deliveries(content)
        less = replace(known, reasons=[without_number(reason) for reason in known.reasons])
        here = delivered.c.chunk == row.chunk
        connection.execute(update(delivered).where(here).values(content=pack_deliveries(less)))


def _rewrite_reasons(connection: Connection, table: Table, where: Any) -> None:
    content = connection.scalar(select(table.c.content).where(where))
    if content is None:
        return
    told = unpack_outcomes(content)
    reasons = [without_number(reason) for reason in told.reasons]
    if reasons != told.reasons:
        less = pack_outcomes(Outcomes(told.states, told.msg_ids, reasons))
        connection.execute(update(table).where(where).values(content=less))
