"""The gateway of the soak, its book, and what the book says to what was told."""

import contextlib
from collections.abc import Mapping
from multiprocessing.connection import Connection

import httpx2
from tools.soak_campaign import ASKED, NOT_ASKED, TOLD

from laaffic import State
from laaffic_mock import Gateway

PAGE = 10_000


def serve(parent: Connection, limit: int) -> None:
    """Run the gateway until the parent closes its end; says its address first."""
    with Gateway(limit=limit) as gateway, contextlib.suppress(EOFError):
        parent.send(gateway.url)
        parent.recv()


def read_book(url: str, receivers: int) -> bytearray:
    """Return how often the gateway accepted each receiver, found by its order id."""
    book = bytearray(receivers)
    offset, total = 0, 1
    with httpx2.Client(base_url=url, trust_env=False, timeout=60) as http:
        while offset < total:
            page = http.get("/_mock/messages", params={"offset": offset, "limit": PAGE}).raise_for_status().json()
            if page["let_go"]:
                raise SystemExit("the gateway let messages go, so nothing can be compared")
            total = page["total"]
            offset += PAGE
            for message in page["messages"]:
                book[int(message["order_id"])] += 1
    return book


def counted(told: bytes) -> Mapping[str, int]:
    """Count the receivers by what was told of them."""
    words = {state.value.replace("_", " "): told.count(letter) for state, letter in TOLD.items()}
    return {"receivers": len(told) - told.count(NOT_ASKED), **words}


def compared(told: bytes, book: bytearray) -> Mapping[str, int]:
    """Count what must never be, by the book."""
    accepted, refused = TOLD[State.ACCEPTED], {TOLD[State.NOT_SENT], TOLD[State.REJECTED]}
    pairs = list(zip(told, book, strict=True))
    return {
        "posted twice": sum(times > 1 for times in book),
        "lost outcomes": told.count(ASKED),
        "in the book, and nobody asked": sum(said == NOT_ASKED and times > 0 for said, times in pairs),
        'told "not sent" or "rejected", yet accepted': sum(said in refused and times > 0 for said, times in pairs),
        'told "accepted", yet not in the book': sum(said == accepted and times == 0 for said, times in pairs),
    }
