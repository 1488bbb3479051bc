"""send_many against a server that keeps a book: what is said of each recipient is held against it."""

import asyncio
import itertools
import random
import re
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, closing
from email.utils import formatdate
from typing import Any

import pytest
import trio

import laaffic
from support.server import Action, Connection, Server, answer, drop, raw

IN_LOG = re.compile(r"messages? (\d+)(?: to (\d+))?[,:]")
Pair = tuple[str, str | None]


class Book:
    """A server's mind: whom it accepted, and what it says of it, which may be broken, doubtful or nothing."""

    def __init__(self, dice: random.Random, *, searched: bool) -> None:
        self.accepted = Counter[str]()
        self._dice = dice
        self._searched = searched
        self._lock = threading.Lock()

    def __call__(self, connection: Connection) -> bool:
        """Accept some, and respond."""
        with self._lock:
            return self._response(connection)(connection)

    def _response(self, connection: Connection) -> Action:
        asked = [pair for message in connection.request.json()["array"] for pair in _pairs(message)]
        bad = [pair for pair in asked if self._searched and pair[0].endswith("7")]
        if bad:
            named = [*map(_entry, bad)] if self._dice.random() < 0.3 else []
            return answer({"status": "-9", "success": "0", "failArray": named})
        if self._dice.random() < 0.4:
            return self._nobody()
        accepted = asked if self._dice.random() < 0.5 else asked[::2]
        self.accepted.update(number for number, _ in accepted)
        return self._said_of(accepted, [pair for pair in asked if pair not in accepted])

    def _nobody(self) -> Action:
        now = {"Date": formatdate(usegmt=True)}
        return self._dice.choice(
            [
                drop,
                answer({"status": "-3"}),
                answer({"status": "-7"}),
                answer({"status": "-16"}, headers=now),
                answer(b"", status=400),
                answer({"status": "-9", "array": []}, status=500),
                *([answer({"status": "-10"})] if self._dice.random() < 0.3 else []),
            ]
        )

    def _said_of(self, accepted: list[Pair], refused: list[Pair]) -> Action:
        taken, named = [*map(_entry, accepted)], [*map(_entry, refused)]
        good, count = {"status": "0", "success": str(len(taken)), "array": taken}, len(taken)
        fail = str(len(refused))
        return self._dice.choice(
            [
                *[answer({**good, "reason": "success", "fail": fail})] * 6,
                answer({**good, "fail": fail, "failArray": named}),
                answer({**good, "failArray": [*named, *taken[:1]]}),
                *([] if refused else [answer({"status": "0", "success": count, "failArray": taken[:1]})]),
                *([] if refused else [answer({"status": "-9", "success": count, "failArray": taken[:1]})]),
                answer({"status": "-9", "success": count, "array": taken}),
                answer({"status": "-3", "success": count}),
                answer({**good, "status": "-9", "fail": "0"}, status=502),
                answer({"status": "-6", "array": [{"msgId": "x", "number": "12"}] * count}),
                answer({"status": "-18"}),
                _and_another(answer({**good, "fail": fail})),
                raw(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"status":"-9"}'),
                drop,
            ]
        )


def _pairs(message: dict[str, str]) -> Iterator[Pair]:
    order_ids = message["orderId"].split(",") if "orderId" in message else itertools.repeat(None)
    return zip(message["numbers"].split(","), order_ids, strict=False)


def _entry(pair: Pair) -> dict[str, str | None]:
    return {"number": pair[0], "orderId": pair[1], "msgId": f"m{pair[0]}"}


def _and_another(first: Action) -> Action:
    def act(connection: Connection) -> bool:
        connection.after = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"status":"-9"}'
        return first(connection)

    return act


class Source:
    """Rows or messages, some of them invalid, perhaps endless, perhaps failing; it counts what was read."""

    def __init__(self, dice: random.Random) -> None:
        self.read = 0
        self.rows = dice.random() < 0.6
        self._dice = dice
        self._count = dice.choice([1, 12, 60, 10_000])
        self._fails, self._invalid, self._reused = (dice.random() < 0.3 for _ in range(3))

    def __iter__(self) -> Iterator[Any]:
        """Yield them."""
        buffer: list[str] = ["", ""]
        for index in range(self._count):
            number = f"999{index:05d}00{self._dice.randrange(10)}"
            item: Any = (number, "x", f"o{index}")
            if self._fails and index == min(self._count, 100) - 1:
                raise LookupError
            if self._invalid and self._dice.random() < 0.1:
                item = ("0", "x")
            elif not self.rows:
                numbers = [
                    f"999{index:05d}0{n}{self._dice.randrange(10)}" for n in range(self._dice.choice([1, 2, 30]))
                ]
                item = laaffic.Message(numbers, "x")
            elif self._reused:
                buffer[:] = number, "x"
                item = buffer
            self.read += 1
            yield item

    def given(self) -> Any:
        """Return them as they are given to the blocking client."""
        return laaffic.Rows(iter(self)) if self.rows else iter(self)

    def given_async(self) -> Any:
        """Return them as an async iterable."""
        items = _Async(iter(self))
        return laaffic.Rows(items) if self.rows else items


class _Async(AsyncIterator[Any]):
    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items

    async def __anext__(self) -> Any:
        for item in self._items:
            return item
        raise StopAsyncIteration


def run(kind: str, source: Source, client: dict[str, Any], how: dict[str, Any], most: int) -> list[laaffic.BatchResult]:
    """Send, and read at most so many results; at the end is the result of what was raised."""
    got: list[laaffic.BatchResult] = []

    def sync() -> None:
        with (
            laaffic.Client(**client) as sender,
            closing(sender.send_many(source.given(), **how)) as many,
        ):
            got.extend(itertools.islice(many, most))

    async def not_sync() -> None:
        given = source.given_async() if most % 2 == 0 else source.given()
        async with laaffic.AsyncClient(**client) as sender, aclosing(sender.send_many(given, **how)) as many:
            async for result in many:
                got.append(result)
                if len(got) == most:
                    break

    try:
        if kind == "sync":
            sync()
        elif kind == "asyncio":
            asyncio.run(not_sync())
        else:
            trio.run(not_sync)
    except LookupError:
        pass
    except laaffic.InvalidMessageError as error:
        got.append(error.result)
    return got


@pytest.mark.parametrize("kind", ["sync", "asyncio", "trio"])
@pytest.mark.parametrize("seed", range(60))
def test_what_is_said_is_in_the_book(server: Server, caplog: pytest.LogCaptureFixture, kind: str, seed: int) -> None:
    dice = random.Random(f"{kind} {seed}")  # noqa: S311  # tests are to repeat
    how = {
        "concurrency": 1 if kind == "trio" else dice.choice([1, 2, 3, 8]),
        "in_order": dice.random() < 0.5,
        "on_invalid": dice.choice(["raise", "report"]),
        "split_refused": dice.random() < 0.5,
    }
    book = Book(random.Random(seed), searched=bool(how["split_refused"]))  # noqa: S311  # tests are to repeat
    source = Source(dice)
    server.will(book)
    client = {"base_url": server.url, "max_recipients": dice.choice([1, 5, 20]), "fresh_connections": seed % 3 == 0}
    results = run(kind, source, client, how, most=dice.choice([1, 2, 5, 40]))

    outcomes = [recipient for result in results for recipient in result.recipients]
    assert set(Counter((r.message_index, r.number) for r in outcomes).values()) <= {1}
    logged = [match for line in caplog.messages if (match := IN_LOG.match(line))]
    in_log = {index for match in logged for index in range(int(match[1]), int(match[2] or match[1]) + 1)}
    assert set(range(source.read)) == {r.message_index for r in outcomes} | in_log
    assert set(book.accepted.values()) <= {1}
    for recipient in outcomes:
        assert recipient.state == "unknown" or (recipient.state == "accepted") == (recipient.number in book.accepted)
        assert recipient.state != "accepted" or recipient.msg_id == f"m{recipient.number}"
    for result in results:
        assert laaffic.BatchResult.from_dict(result.as_dict()) == result
        if result.error is not None and any(r.number in book.accepted for r in result.recipients):
            assert not result.error.nothing_was_sent
            assert "Nothing was sent" not in str(result.error)
