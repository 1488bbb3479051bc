"""What cannot be sent: raised with all that was read, or reported while the rest goes on."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

import laaffic
from conftest import SendMany
from support.server import Connection, Server, silence, success

GOOD = [(f"999{n:08d}", "x", f"o{n}") for n in range(25)]
WAYS: list[dict[str, Any]] = [{}, {"concurrency": 3, "in_order": True}]


def states(results: list[laaffic.BatchResult]) -> dict[int, str]:
    """Return the state of each row by its index; each must be in one result."""
    outcomes = [(r.message_index, str(r.state)) for result in results for r in result.recipients]
    assert len(outcomes) == len(dict(outcomes))
    return dict(outcomes)


@pytest.mark.parametrize("how", WAYS)
def test_an_invalid_row_is_reported_and_the_others_are_sent(
    send_many: SendMany, server: Server, how: dict[str, Any]
) -> None:
    rows: list[Any] = [*GOOD[:3], ("0999", "x", "bad"), *GOOD[3:12], ("99900000001", ""), None, *GOOD[12:]]
    results = send_many(laaffic.Rows(rows), base_url=server.url, max_recipients=10, on_invalid="report", **how)
    outcomes = {r.message_index: r for result in results for r in result.recipients}
    assert sorted(outcomes) == list(range(28))
    assert [index for index, r in outcomes.items() if r.state != "accepted"] == [3, 13, 14]
    assert outcomes[3].number == "0999"
    assert outcomes[3].order_id == "bad"
    assert "begins with 0" in (outcomes[3].reason or "")
    assert "the text is empty" in (outcomes[13].reason or "")
    assert outcomes[14].number == "<NoneType>"
    assert [[r.message_index for r in result.recipients] for result in results] == [
        list(range(10)),
        list(range(10, 20)),
        list(range(20, 28)),
    ]


def test_a_figure_too_long_to_be_written_is_reported(send_many: SendMany, server: Server) -> None:
    rows: list[Any] = [GOOD[0], (10**5000, "x"), GOOD[1]]
    (result,) = send_many(laaffic.Rows(rows), base_url=server.url, on_invalid="report")
    assert [r.state for r in result.recipients] == ["accepted", "not_sent", "accepted"]
    assert result.recipients[1].number == "<int>"


def test_what_is_not_a_message_is_reported(send_many: SendMany, server: Server) -> None:
    given: list[Any] = [laaffic.Message("99900000001", "x"), "99900000002", laaffic.Message("99900000003", "x")]
    (result,) = send_many(given, base_url=server.url, on_invalid="report")
    assert [r.state for r in result.recipients] == ["accepted", "not_sent", "accepted"]
    assert result.recipients[1].number == "99900000002"
    assert "expected a laaffic.Message" in (result.recipients[1].reason or "")


@pytest.mark.parametrize("how", WAYS)
def test_invalid_rows_alone_are_a_result_without_a_request(
    send_many: SendMany, server: Server, how: dict[str, Any]
) -> None:
    results = send_many(
        laaffic.Rows([("0", "x")] * 15), base_url=server.url, max_recipients=10, on_invalid="report", **how
    )
    assert [len(result.not_sent) for result in results] == [10, 5]
    assert server.posts == []


def test_another_word_for_on_invalid_is_refused(send_many: SendMany, server: Server) -> None:
    with pytest.raises(laaffic.ConfigurationError, match="on_invalid"):
        send_many(laaffic.Rows(GOOD), base_url=server.url, on_invalid="ignore")


@pytest.mark.parametrize("how", WAYS)
def test_an_invalid_row_after_posts_does_not_claim_that_nothing_was_sent(server: Server, how: dict[str, Any]) -> None:
    got: list[laaffic.BatchResult] = []
    rows = [*GOOD[:14], ("0", "x"), *GOOD[14:]]
    with (
        laaffic.Client(base_url=server.url, max_recipients=10) as client,
        pytest.raises(laaffic.InvalidMessageError) as caught,
    ):
        got.extend(client.send_many(laaffic.Rows(rows), **how))
    assert caught.value.sent == "unknown"
    assert not caught.value.nothing_was_sent
    assert "Nothing was sent" not in str(caught.value)
    assert "Earlier requests were posted" in str(caught.value)
    everybody = states([*got, caught.value.result])
    assert everybody == {index: "accepted" if index < 10 else "not_sent" for index in range(20)}


def test_an_invalid_row_whose_error_nobody_waits_for_is_in_the_log(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    read = threading.Event()

    def rows() -> Iterator[tuple[str, ...]]:
        yield from GOOD[:14]
        read.set()
        yield "0", "x"

    def when_all_is_read(connection: Connection) -> bool:
        return read.wait(20) and success(connection)

    server.will(when_all_is_read)
    with caplog.at_level("WARNING", "laaffic"), laaffic.Client(base_url=server.url, max_recipients=5) as client:
        results = client.send_many(laaffic.Rows(rows()), concurrency=3, in_order=True)
        assert [r.message_index for r in next(results).recipients] == [0, 1, 2, 3, 4]
        results.close()
    assert "messages 10 to 14: read and not posted" in caplog.messages


def test_an_invalid_row_before_any_post_says_that_nothing_was_sent(send_many: SendMany, server: Server) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=r"Nothing was sent\.") as caught:
        send_many(laaffic.Rows([*GOOD[:4], ("0", "x")]), base_url=server.url)
    assert len(caught.value.result.not_sent) == 5
    assert caught.value.nothing_was_sent


class _SourceFailedError(Exception):
    pass


def failing() -> Iterator[tuple[str, ...]]:
    """Give some rows, then fail as a database may."""
    yield from GOOD[:14]
    raise _SourceFailedError


@pytest.mark.parametrize("how", WAYS)
def test_what_was_read_before_the_source_failed_is_in_a_result(server: Server, how: dict[str, Any]) -> None:
    got: list[laaffic.BatchResult] = []
    with laaffic.Client(base_url=server.url, max_recipients=10) as client, pytest.raises(_SourceFailedError):
        got.extend(client.send_many(laaffic.Rows(failing()), **how))
    assert states(got) == {index: "accepted" if index < 10 else "not_sent" for index in range(14)}
    assert len(server.posts) == 1


@pytest.mark.parametrize("how", WAYS)
def test_nor_does_the_async_client_lose_it(server: Server, how: dict[str, Any]) -> None:
    got: list[laaffic.BatchResult] = []

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url, max_recipients=10) as client:
            async for result in client.send_many(laaffic.Rows(failing()), **how):
                got.append(result)  # noqa: PERF401  # a comprehension would lose what came before it failed

    with pytest.raises(_SourceFailedError):
        asyncio.run(run())
    assert states(got) == {index: "accepted" if index < 10 else "not_sent" for index in range(14)}


@pytest.mark.parametrize("how", WAYS)
def test_messages_read_before_the_source_failed_are_in_a_result(server: Server, how: dict[str, Any]) -> None:
    def source() -> Iterator[laaffic.Message]:
        for number, text, order_id in GOOD[:14]:
            yield laaffic.Message(number, text, None, [order_id])
        raise _SourceFailedError

    got: list[laaffic.BatchResult] = []
    with laaffic.Client(base_url=server.url, max_recipients=10) as client, pytest.raises(_SourceFailedError):
        got.extend(client.send_many(source(), **how))
    assert states(got) == {index: "accepted" if index < 10 else "not_sent" for index in range(14)}


@pytest.mark.parametrize("how", WAYS)
def test_rows_may_come_from_an_async_iterable(server: Server, how: dict[str, Any]) -> None:
    async def rows() -> AsyncIterator[tuple[str, ...]]:
        for row in GOOD:
            await asyncio.sleep(0)
            yield row

    async def run() -> list[laaffic.BatchResult]:
        async with laaffic.AsyncClient(base_url=server.url, max_recipients=10) as client:
            return [result async for result in client.send_many(laaffic.Rows(rows()), **how)]

    results = asyncio.run(run())
    assert [len(result.accepted) for result in results] == [10, 10, 5]


def test_a_client_closed_meanwhile_leaves_nobody_out(server: Server) -> None:
    got: list[laaffic.BatchResult] = []
    with laaffic.Client(base_url=server.url, max_recipients=10) as client:
        results = client.send_many([laaffic.Message([f"999{m}{n:07d}" for n in range(7)], "x") for m in range(3)])
        got.append(next(results))
        client.close()
        got += results
    assert isinstance(got[-1].error, laaffic.ConfigurationError)
    assert "Nothing was sent" not in str(got[-1].error)
    assert sum(len(result.recipients) for result in got) == 21
    assert len(server.posts) == 1


def test_a_closed_async_client_leaves_nobody_out(server: Server) -> None:
    got: list[laaffic.BatchResult] = []

    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url, max_recipients=10) as client:
            results = client.send_many(laaffic.Rows(GOOD))
            got.append(await anext(results))
            await client.close()
            got.extend([result async for result in results])

    asyncio.run(run())
    assert isinstance(got[-1].error, laaffic.ConfigurationError)
    assert states(got) == {index: "accepted" if index < 10 else "not_sent" for index in range(20)}


def test_a_cancelled_send_of_many_says_what_was_in_flight(server: Server) -> None:
    arrived = asyncio.Event()

    async def run() -> None:
        loop = asyncio.get_running_loop()

        def hang(connection: Connection) -> bool:
            loop.call_soon_threadsafe(arrived.set)
            return silence(connection)

        server.will(hang)
        async with laaffic.AsyncClient(base_url=server.url) as client:
            task = asyncio.create_task(anext(client.send_many(laaffic.Rows(GOOD))))
            await arrived.wait()
            task.cancel()
            await task

    with pytest.raises(asyncio.CancelledError) as caught:
        asyncio.run(run())
    assert any("in flight were: messages 0 to 24" in note for note in caught.value.__notes__)


def test_rows_are_shown_without_what_is_in_them() -> None:
    assert repr(laaffic.Rows(GOOD, sender_id="ACME")) == "Rows(<list>, sender_id='ACME')"
