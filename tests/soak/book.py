"""The gateway of the soak, and its book against what was reported."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping
from multiprocessing.connection import Connection

from laaffic import State
from laaffic_mock import Gateway
from soak.campaign import ASKED, NOT_ASKED, REPORTED


def serve(parent: Connection, limit: int) -> None:
    """Run the gateway until the parent closes its end; sends its address first."""
    with Gateway(limit=limit) as gateway, contextlib.suppress(EOFError):
        parent.send(gateway.url)
        parent.recv()


def book_of(order_ids: Iterable[str | None], recipients: int) -> bytes:
    """Return how often the gateway accepted each recipient, found by its order id."""
    times = Counter(order_ids)
    return bytes(times[str(order_id)] for order_id in range(recipients))


def counted(reported: bytes) -> Mapping[str, int]:
    """Count the recipients by what was reported of them."""
    states = {state.value.replace("_", " "): reported.count(letter) for state, letter in REPORTED.items()}
    return {"recipients": len(reported) - reported.count(NOT_ASKED), **states}


def compared(reported: bytes, book: bytes) -> Mapping[str, int]:
    """Count what must never happen, by the book."""
    accepted, refused = REPORTED[State.ACCEPTED], {REPORTED[State.NOT_SENT], REPORTED[State.REJECTED]}
    pairs = list(zip(reported, book, strict=True))
    return {
        "posted twice": sum(times > 1 for times in book),
        "lost outcomes": reported.count(ASKED),
        "in the book, and nobody asked": sum(state == NOT_ASKED and times > 0 for state, times in pairs),
        'reported "not sent" or "rejected", yet accepted': sum(
            state in refused and times > 0 for state, times in pairs
        ),
        'reported "accepted", yet not in the book': sum(state == accepted and times == 0 for state, times in pairs),
    }
