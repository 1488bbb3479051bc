"""Any number of messages, in as many requests as it takes: one after the other, or several at once."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Coroutine, Generator, Iterable
from typing import Any

from laaffic._batch.batch import Batch
from laaffic._batch.splitter import Splitter
from laaffic._bulk.in_flight import Window, check_concurrency, ends_sending
from laaffic._model.messages import Message
from laaffic._model.results import BatchResult
from laaffic._outcome.outcome import with_not_sent


def many(
    send: Callable[[Batch], BatchResult],
    messages: Iterable[Message],
    splitter: Splitter,
    *,
    concurrency: int,
    in_order: bool,
) -> Generator[BatchResult]:
    """Choose the way, when it is called rather than when it is read."""
    check_concurrency(concurrency)
    if concurrency == 1:
        return _one_by_one(send, messages, splitter)
    from laaffic._bulk.threads import in_threads  # noqa: PLC0415  # few need it

    window = Window(splitter, concurrency, in_order=in_order)
    return in_threads(send, splitter.split(messages), window)


def many_async(
    send: Callable[[Batch], Coroutine[Any, Any, BatchResult]],
    messages: Iterable[Message] | AsyncIterable[Message],
    splitter: Splitter,
    *,
    concurrency: int,
    in_order: bool,
) -> AsyncGenerator[BatchResult]:
    """Do the same for the client that does not block."""
    check_concurrency(concurrency)
    if concurrency == 1:
        return _one_by_one_async(send, messages, splitter)
    from laaffic._bulk.tasks import in_tasks  # noqa: PLC0415  # few need it

    return in_tasks(send, splitter.split_async(messages), Window(splitter, concurrency, in_order=in_order))


def _one_by_one(
    send: Callable[[Batch], BatchResult], messages: Iterable[Message], splitter: Splitter
) -> Generator[BatchResult]:
    for batch in splitter.split(messages):
        result = send(batch)
        if ends_sending(result):
            yield with_not_sent(result, splitter.unposted())
            return
        yield result


async def _one_by_one_async(
    send: Callable[[Batch], Coroutine[Any, Any, BatchResult]],
    messages: Iterable[Message] | AsyncIterable[Message],
    splitter: Splitter,
) -> AsyncGenerator[BatchResult]:
    async for batch in splitter.split_async(messages):
        result = await send(batch)
        if ends_sending(result):
            yield with_not_sent(result, splitter.unposted())
            return
        yield result
