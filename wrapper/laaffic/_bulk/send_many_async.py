"""Any number of messages, in as many requests as it takes: one after the other, for the client that does not block."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from typing import Any

from laaffic._batch.batch import Batch
from laaffic._bulk.in_flight import InFlight
from laaffic._model.results import BatchResult


async def one_by_one_async(
    send: Callable[[Batch], Coroutine[Any, Any, BatchResult]], batches: AsyncIterator[Batch], flight: InFlight
) -> AsyncGenerator[BatchResult]:
    """Post each batch, and hand over its result before the next is posted."""
    try:
        while not flight.ended and (batch := await _read(flight, batches)) is not None:
            job = flight.start(batch)
            while job is not None and (part := job.posts.next()) is not None:
                try:
                    more = flight.responded(job, part, await send(part))
                except Exception as error:  # noqa: BLE001  # handed over, and raised when it is not this package's
                    flight.broke_off(job, error)
                    break
                if not more:
                    break
                for result in flight.ready():
                    yield result
            if job is not None:
                flight.finished(job)
            for result in flight.ready():
                yield result
        for result in flight.last():
            yield result
    except BaseException as error:
        if not isinstance(error, GeneratorExit):
            error.add_note(flight.note)
        raise
    finally:
        flight.left()
    flight.raise_failure()


async def _read(flight: InFlight, batches: AsyncIterator[Batch]) -> Batch | None:
    try:
        return await anext(batches, None)
    except Exception as error:  # noqa: BLE001  # the caller's own; raised when all in flight is handed over
        flight.failed(error)
        return None
