"""Folding reports into what is kept of their chunk, a few chunks in each transaction."""

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, select, update

from laaffic_campaigns._fate.inbox import match, place
from laaffic_campaigns._kept.chunks import Outcomes, unpack_outcomes, unpack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import chunks, found, outcomes, payloads, reports
from laaffic_campaigns._protocol.delivery import Heard, hear
from laaffic_campaigns._protocol.erasing import without_number
from laaffic_campaigns._protocol.settling import Shown, settle, standing
from laaffic_campaigns._protocol.states import UNKNOWN, ChunkState

OTHER_NUMBER = "a report with its order id names another number"
OTHER_ID = "a report with its order id names another message id"
_AT_ONCE = 20  # chunks


def fold_reports(database: Database, campaign: int | None = None, *, matching: bool = False) -> None:
    """Take reports into account that were pushed.

    Args:
        database: of the ledger.
        campaign: of which alone; None for all.
        matching: whether to look up, in the whole ledger, whose those are that name nobody by an order id of ours.
    """
    if matching:
        match(database)
    fold(database, campaign)


def fold(database: Database, campaign: int | None = None) -> int:
    """Fold every report whose recipient is known, and has an outcome or is unknown; return how many it settles.

    Args:
        database: of the ledger.
        campaign: of which alone; None for all.
    """
    settled, at_once = 0, 1 if database.shared else _AT_ONCE  # who locks one alone waits for nobody in a circle
    while True:
        with database.read() as connection:
            some = connection.scalars(_waiting(campaign).distinct().order_by(reports.c.chunk).limit(at_once)).all()
            settling = _settling(connection, some)
        if not some:
            return settled
        others = place(database, settling) if settling else set[str]()
        with database.write() as connection:
            for chunk in some:
                settled += _fold(connection, chunk, settling.keys() - others)


def _settling(connection: Connection, some: Sequence[int]) -> dict[str, list[int]]:
    """Return the reports of these chunks by which somebody unknown would be settled, by message id."""
    named = select(reports.c.id, reports.c.msg_id, reports.c.position, reports.c.chunk).join(chunks)
    waiting = connection.execute(named.where(chunks.c.id.in_(some), chunks.c.state == ChunkState.UNKNOWN)).all()
    packed = select(outcomes).where(outcomes.c.chunk.in_({one.chunk for one in waiting}))
    told = {row.chunk: unpack_outcomes(row.content).states for row in connection.execute(packed)}
    settling = defaultdict[str, list[int]](list)
    for one in waiting:
        states = told.get(one.chunk)
        if states is None or (one.position < len(states) and states[one.position] == UNKNOWN):
            settling[one.msg_id].append(one.id)
    return settling


def _waiting(campaign: int | None) -> Select[Any]:
    wanted = (
        select(reports.c.chunk)
        .join(chunks, chunks.c.id == reports.c.chunk)
        .where(chunks.c.state.in_([ChunkState.DONE, ChunkState.UNKNOWN]))
    )
    return wanted if campaign is None else wanted.where(chunks.c.campaign == campaign)


def _fold(connection: Connection, chunk: int, free: AbstractSet[str]) -> int:
    """Fold the reports of a chunk; return how many they settle.

    Args:
        connection: of a transaction that writes.
        chunk: which one.
        free: the message ids that are nobody's, as far as this ledger knows. Whom another would settle is left for the
            next time: that it is nobody's was not looked at.
    """
    before = standing(connection, chunk)  # others who fold wait here
    came = connection.execute(select(reports).where(reports.c.chunk == chunk).order_by(reports.c.id)).all()
    if before is None:
        return 0
    unknown = {at for at, state in enumerate(before.told.states) if state == UNKNOWN}
    came = [report for report in came if report.position not in unknown or report.msg_id in free]
    if not came:
        return 0
    numbers = _numbers(connection, chunk)
    there = [report for report in came if report.position < len(numbers)]
    fitting = [one for one in there if not _contradicts(one.number, numbers[one.position])]
    shown = _shown(before.told, fitting)
    settled = settle(connection, chunk, before.version, shown, {}) if shown else None
    after = standing(connection, chunk) if settled else None
    told = before.told if after is None else after.told
    heard = [(one.position, Heard(None, note=OTHER_NUMBER)) for one in there if one not in fitting]
    for report in fitting:
        heard += _heard(connection, told, report, erased=not numbers[report.position])
    if heard:
        hear(connection, chunk, told, heard)
    these = delete(reports).where(reports.c.chunk == chunk, reports.c.id == bindparam("of"))
    connection.execute(these, [{"of": report.id} for report in came])
    return len(settled or ())


def _contradicts(said: str | None, number: str) -> bool:
    return bool(said and number) and said != number  # it may be erased


def _shown(told: Outcomes, fitting: list[Any]) -> dict[int, Shown]:
    """Return who of the unknown was accepted. Where reports name two messages, the first one counts."""
    shown: dict[int, Shown] = {}
    for report in fitting:
        if told.states[report.position] == UNKNOWN:
            shown.setdefault(report.position, Shown(report.msg_id))
    return shown


def _heard(connection: Connection, told: Outcomes, report: Any, *, erased: bool) -> list[tuple[int, Heard]]:
    at, msg_id = report.position, told.msg_ids[report.position]
    said = Heard(report.state, report.received_at, without_number(report.reason) if erased else report.reason)
    if msg_id == report.msg_id or (msg_id is None and told.states[at] != UNKNOWN):
        return [(at, said)]
    if report.msg_id in told.msg_ids:  # of two messages to a number, whose ids were given by their count
        return [(told.msg_ids.index(report.msg_id), said), (at, Heard(None, note=OTHER_ID))]
    if _give_on(connection, report):
        return []
    return [(at, Heard(None, note=OTHER_ID))]


def _numbers(connection: Connection, chunk: int) -> list[str]:
    content = connection.scalar(select(payloads.c.content).where(payloads.c.chunk == chunk))
    return [] if content is None else unpack_payload(content).numbers


def _give_on(connection: Connection, report: Any) -> bool:
    """Take a report for that of the recipient to whom its message id was given; return whether there is one."""
    other: Any = connection.execute(select(found).where(found.c.msg_id == report.msg_id)).first()
    if other is None or other.chunk == report.chunk:
        return False
    there = {"chunk": other.chunk, "position": other.position}
    connection.execute(update(reports).where(reports.c.id == report.id).values(**there))
    return True
