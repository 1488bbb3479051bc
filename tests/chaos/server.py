"""A real server with a book, over plain http and over TLS, whose faults are a seed's."""

import itertools
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import trustme

from chaos.book import FOR_LONG, REFUSED, SECOND_LOOK, Book, number_of, recipient_of
from chaos.faults import (
    AFTER_A_STRAY,
    BAD_NUMBER,
    OF_REQUESTS,
    Moment,
    Strays,
    before_reading,
    of_connection,
    of_request,
)
from chaos.records import list_records
from support.server import Connection, Request, Server

_BAD = number_of(0, REFUSED)[:4]


@dataclass(frozen=True)
class Gateway:
    """The server's two addresses, the certificate of the authority that vouches for the second, and its book."""

    url: str
    tls_url: str
    ca: Path
    book: Book


@contextmanager
def gateway(seed: int, folder: Path) -> Iterator[Gateway]:
    """Run the server, and keep its book."""
    book = Book()
    act, meet = _Mind(seed, book), _Meeting(seed, book)
    ca = folder / "ca.pem"
    _authority().cert_pem.write_to_path(str(ca))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority().issue_cert("127.0.0.1").configure_cert(context)
    with _server(act, meet) as plain, _server(act, meet) as encrypted:
        encrypted.use_tls(context)
        yield Gateway(plain.url, encrypted.url.replace("http:", "https:"), ca, book)


def _server(act: "_Mind", meet: "_Meeting") -> Server:
    return Server([act], meet=meet, keep_posts=False)  # a long run would fill the memory with them


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


class _Meeting:
    def __init__(self, seed: int, book: Book) -> None:
        self._seed, self._book, self._count = seed, book, itertools.count()

    def __call__(self, connection: socket.socket) -> bool:
        """Return whether to go on with a connection that was made."""
        dice = Random(f"connection {self._seed} {next(self._count)}")
        fault = of_connection(dice)
        if fault is not None:
            self._book.met(fault)
            before_reading(connection, fault, dice)
        return fault is None


class _Mind:
    def __init__(self, seed: int, book: Book) -> None:
        self._seed, self._book, self._strays = seed, book, Strays()

    def __call__(self, connection: Connection) -> bool:
        """Accept or refuse a request, and respond in whatever way."""
        if connection.request.head.startswith("GET "):
            return list_records(connection, self._book, self._seed)
        came, entries = time.monotonic(), list(_entries(connection.request))
        first = recipient_of(entries[0]["number"])
        dice = Random(f"request {self._seed} {first} {self._book.asked(first)}")
        at = Moment(connection, entries, dice, self._book, self._strays)
        stray = self._strays.taken(connection.socket)
        fault = self._fault(entries, dice, follows=stray is not None)
        self._book.met(fault, [recipient_of(entry["number"]) for entry in entries])
        keeps = OF_REQUESTS[fault](at)
        if stray is not None and came - stray < FOR_LONG and time.monotonic() - stray > SECOND_LOOK:
            self._book.late.update(recipient_of(entry["number"]) for entry in entries)
        return keeps

    def _fault(self, entries: list[dict[str, str]], dice: Random, *, follows: bool) -> str:
        if any(entry["number"].startswith(_BAD) for entry in entries):
            return BAD_NUMBER
        if follows:  # nobody could tell a stray refusal from the true one, were the response lost as well
            return AFTER_A_STRAY
        return of_request(dice)


def _entries(request: Request) -> Iterator[dict[str, str]]:
    for message in request.json()["array"]:
        numbers = message["numbers"].split(",")
        order_ids = message["orderId"].split(",") if "orderId" in message else itertools.repeat(None)
        for number, order_id in zip(numbers, order_ids, strict=False):
            yield {"number": number} if order_id is None else {"number": number, "orderId": order_id}
