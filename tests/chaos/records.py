"""The provider's records of what the server accepted, and what reconciling makes of whoever is in doubt."""

from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

import laaffic
from chaos.book import Book, Claims, number_of
from laaffic import Recipient, State
from support.server import Connection, answer, drop

_UNFINISHED = 10  # one of so many accepted ones is not in the records: only what is finished is there
_FAILED = 5  # of so many, one failed
_MAX_ROWS = 20_000
_DROPPED = 0.2


def list_records(connection: Connection, book: Book, seed: int) -> bool:
    """Respond with a page of the records, of any size and with rows again, or with nothing."""
    query = parse_qs(urlsplit(connection.request.head.split(" ")[1]).query)
    start = int(query["startIndex"][0])
    dice = Random(f"records {seed} {start}")
    if not book.queried(start) and dice.random() < _DROPPED:
        return drop(connection)
    rows = [
        {
            "msgId": f"m{recipient}",
            "number": number_of(recipient),
            "receiveTime": datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds"),
            "status": "0" if recipient % _FAILED else "2",
        }
        for recipient, at in finished(book, seed)[start : start + dice.randint(1, _MAX_ROWS)]
    ]
    body = {"status": "0", "reason": "success", "success": str(len(rows)), "fail": "0", "array": rows}
    return answer(body)(connection)


def finished(book: Book, seed: int) -> list[tuple[int, float]]:
    """Return who is in the records, and when each was accepted."""
    return [
        (recipient, times[0])
        for recipient, times in sorted(book.accepted.items())
        if crc32(f"{seed} {recipient}".encode()) % _UNFINISHED
    ]


def reconciled(url: str, book: Book, claims: Claims, seed: int, since: datetime) -> dict[str, int]:
    """Ask for the records, count what became of whoever is in doubt, and write down what must not be."""
    people = sorted(claims.asked | claims.told.keys() | claims.noted)
    before = [
        _recipient(recipient, claims.told.get(recipient, "u")[0], index) for index, recipient in enumerate(people)
    ]
    with laaffic.Client(base_url=url) as client:
        after = client.reconcile(before, sent_between=(since, datetime.now(UTC)))
    there = {recipient for recipient, _ in finished(book, seed)}
    found = still = 0
    for person, was, told in zip(people, before, after, strict=True):
        if was.state is not State.UNKNOWN:
            if told != was:
                claims.strange.append(f"reconcile changed {person}, who was {was.state}")
        elif told.state is State.ACCEPTED:
            found += 1
            if person not in book.accepted or told.msg_id != f"m{person}":
                claims.strange.append(f"reconcile found {person}, who is not in the book")
        else:
            still += 1
            if person in there or told.state is not State.UNKNOWN:
                claims.strange.append(f"reconcile left {person} out, or says {told.state}")
    return {"found to be accepted": found, "still unknown": still}


def _recipient(person: int, told: str, index: int) -> Recipient:
    states = {"a": State.ACCEPTED, "w": State.ACCEPTED, "r": State.REJECTED, "n": State.NOT_SENT}
    msg_id = f"m{person}" if told == "a" else None
    return Recipient(number_of(person), None, msg_id, states.get(told, State.UNKNOWN), index)
